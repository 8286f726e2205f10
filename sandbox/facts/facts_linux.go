package facts

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Bounds on what is read of one file, in bytes. The long ones are as long as
// the process under inspection wants.
const (
	maxFile   = 4 << 20
	maxArgs   = 64 << 10
	maxRoutes = 1 << 20 // a router may have millions
)

func (r *reader) readStatus() error {
	b, err := r.target.read("status", maxFile)
	if err != nil {
		return err
	}
	s, err := parseStatus(b)
	if err != nil {
		return err
	}
	if s.ended() {
		return unix.ESRCH
	}
	f := &r.facts
	f.PID, f.Comm, f.NSPIDs = s.pid, s.name, s.nsPIDs
	f.UIDs, f.GIDs, f.Groups = s.uids, s.gids, s.groups
	f.Capabilities = Capabilities{
		Inheritable: capabilityNames(s.inheritable),
		Permitted:   capabilityNames(s.permitted),
		Effective:   capabilityNames(s.effective),
		Bounding:    capabilityNames(s.bounding),
		Ambient:     capabilityNames(s.ambient),
		Known:       knownCapabilities(),
	}
	f.NoNewPrivs, f.Seccomp, f.SeccompFilters = s.noNewPrivs, s.seccomp, s.filters
	return nil
}

// knownCapabilities is one more than the number of the last; 0 without proc's
// sys directory.
func knownCapabilities() int {
	b, err := readAt(unix.AT_FDCWD, "/proc/sys/kernel/cap_last_cap", maxFile)
	last := -1
	if err == nil && number(&last, strings.TrimSpace(string(b))) != nil {
		return 0
	}
	return last + 1
}

// readArgs needs no patience: since Linux 4.17 the kernel takes arguments from
// anonymous memory only, so no file system of the process's can stall it.
func (r *reader) readArgs() error {
	b, err := r.target.read("cmdline", maxArgs)
	r.facts.Args = parseArgs(b)
	return err
}

func (r *reader) readNamespaces() {
	r.facts.Namespaces = make(map[Namespace]uint64, len(namespaces))
	for _, ns := range namespaces {
		inode, err := r.target.namespace(ns.link())
		if err != nil {
			r.facts.Unreadable[ns.row()] = reason(err)
			continue
		}
		r.facts.Namespaces[ns] = inode
	}
	r.facts.SeenFrom, _ = r.own.namespace("user")
}

func (d procDir) namespace(link string) (uint64, error) {
	s, err := d.readlink("ns/" + link)
	if err != nil {
		return 0, err
	}
	return parseNamespaceLink(s)
}

// ours reports whether the target's namespace is the reader's.
func (r *reader) ours(ns Namespace) (bool, error) {
	theirs, known := r.facts.Namespaces[ns]
	if !known {
		return false, fmt.Errorf("its %s namespace cannot be read", ns)
	}
	own, err := r.own.namespace(ns.link())
	return own == theirs, err
}

func (r *reader) readUIDMap() error { return r.readIDMap("uid_map", &r.facts.UIDMap) }
func (r *reader) readGIDMap() error { return r.readIDMap("gid_map", &r.facts.GIDMap) }

func (r *reader) readIDMap(name string, to *[]IDRange) error {
	b, err := r.target.read(name, maxFile)
	if err != nil {
		return err
	}
	*to, err = parseIDMap(b)
	return err
}

// readLSM reads the label of whichever module labels processes.
func (r *reader) readLSM() error {
	b, err := r.target.read("attr/current", maxFile)
	// EINVAL: no module that labels processes is active.
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOENT) {
		return nil
	}
	r.facts.LSM = strings.TrimRight(string(b), "\n\x00")
	return err
}

func (r *reader) readMounts() error {
	b, err := r.target.read("mountinfo", maxFile)
	mounts, parseErr := parseMountinfo(b)
	r.facts.Mounts = mounts
	if err != nil {
		return err
	}
	return parseErr
}

// readRoot asks for no fresh attributes: the root may be a FUSE file system
// whose server belongs to the sandbox and never answers.
func (r *reader) readRoot() error {
	path, err := r.target.readlink("root")
	if err != nil {
		return err
	}
	var st unix.Statx_t
	if err := unix.Statx(r.target.fd, "root", unix.AT_STATX_DONT_SYNC, unix.STATX_INO, &st); err != nil {
		return err
	}
	r.facts.Root = Root{Device: fmt.Sprintf("%d:%d", st.Dev_major, st.Dev_minor), Inode: st.Ino, Path: path}
	return nil
}

func (r *reader) readInterfaces() error {
	b, err := r.target.read("net/dev", maxFile)
	if err != nil {
		return err
	}
	r.facts.Interfaces, err = parseNetDev(b)
	return err
}

func (r *reader) readAddresses() error {
	trie, trieErr := r.target.read("net/fib_trie", maxRoutes)
	routes, routeErr := r.target.read("net/route", maxRoutes)
	homeless := addIPv4(r.facts.Interfaces, parseFibTrie(trie), parseRoutes(routes))
	// A kernel without IPv6 has no such file.
	if v6, err := r.target.read("net/if_inet6", maxRoutes); err == nil {
		addIPv6(r.facts.Interfaces, v6)
	}
	if err := cmp.Or(trieErr, routeErr); err != nil {
		return err
	}
	if len(homeless) > 0 {
		return errors.New("the routes do not say which interface has " + strings.Join(homeless, ", "))
	}
	return nil
}

// readClocks works out the boot time by the target's clock. The file
// timens_offsets is about the namespace that children will get, so it counts
// only when that is the process's own.
func (r *reader) readClocks() error {
	theirs, known := r.facts.Namespaces["time"]
	if !known { // a kernel without time namespaces, or out of reach
		return r.bootTime(0)
	}
	children, err := r.target.namespace("time_for_children")
	if err != nil {
		return err
	}
	own, err := r.own.namespace("time")
	if err != nil {
		return err
	}
	if theirs != children {
		return errors.New("its children will get another time namespace, and the kernel tells only the offsets of that one")
	}
	if r.facts.TimeOffsets, err = r.target.timeOffsets(); err != nil {
		return err
	}
	if theirs == own {
		return r.bootTime(0)
	}
	ours, err := r.own.timeOffsets()
	if err != nil {
		return err
	}
	return r.bootTime(r.facts.TimeOffsets.Boottime - ours.Boottime)
}

func (d procDir) timeOffsets() (TimeOffsets, error) {
	b, err := d.read("timens_offsets", maxFile)
	if err != nil {
		return TimeOffsets{}, err
	}
	return parseTimeOffsets(b)
}

// bootTime takes how far the target's boot clock is ahead of the reader's.
func (r *reader) bootTime(ahead time.Duration) error {
	var since unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &since); err != nil {
		return err
	}
	r.facts.BootTime = time.Now().Add(-time.Duration(since.Nano()) - ahead).Round(time.Second)
	return nil
}
