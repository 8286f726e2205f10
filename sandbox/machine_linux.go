package sandbox

import (
	"bufio"
	"context"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/moby/sys/mountinfo"
	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
	"github.com/tentpole-labs/tentpole/sandbox/network"
	"github.com/tentpole-labs/tentpole/sandbox/rootfs"
	"github.com/tentpole-labs/tentpole/sandbox/search"
)

// Look reads the machine. It changes nothing.
func Look() (Machine, error) {
	m := Machine{UID: os.Geteuid(), GID: os.Getegid(), Admin: admin(), Namespaces: map[string]uint64{},
		Cgroups: cgroup.Look(), Kernel: kernelRelease(), LastCapability: lastCapability(), Landlock: op.LandlockVersion()}
	for _, row := range layers {
		if row.Namespace == "" {
			continue
		}
		var st unix.Stat_t
		file := "/proc/self/ns/" + row.Namespace
		if err := unix.Stat(file, &st); err != nil {
			return m, &Error{Op: "stat", Target: file, Err: err, Remedy: "tentpole needs /proc, and a kernel with all eight namespaces (5.6 or later)"}
		}
		m.Namespaces[string(row.Name)] = st.Ino
	}
	var boot unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &boot); err != nil {
		return m, &Error{Op: "clock_gettime", Target: "CLOCK_BOOTTIME", Err: err}
	}
	var monotonic unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &monotonic); err != nil {
		return m, &Error{Op: "clock_gettime", Target: "CLOCK_MONOTONIC", Err: err}
	}
	m.Uptime, m.Monotonic = boot.Sec, monotonic.Sec
	var err error
	if m.State, err = StateDir(); err != nil {
		return m, err
	}
	m.lookAtNetwork = func() (network.Machine, error) { return bridge(m.State).Look(context.Background()) }
	m.Disk = diskUnder(m.State)
	m.Range = freeRange()
	m.TerminalGroup = terminalGroup()
	m.host, err = lookAtRoot(m.Admin)
	return m, err
}

// admin tells whether the caller is root of the machine; user_namespaces(7):
// the initial user namespace maps every id to itself.
func admin() bool {
	ids, err := os.ReadFile("/proc/self/uid_map")
	if err != nil || os.Geteuid() != 0 || strings.Join(strings.Fields(string(ids)), " ") != "0 0 4294967295" {
		return false
	}
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return false
	}
	_, rest, _ := strings.Cut(string(status), "\nCapEff:")
	word, _, _ := strings.Cut(strings.TrimSpace(rest), "\n")
	caps, err := strconv.ParseUint(word, 16, 64)
	return err == nil && caps&(1<<unix.CAP_SYS_ADMIN) != 0
}

func lookAtRoot(privileged bool) (rootfs.Host, error) {
	h := rootfs.Host{Privileged: privileged, Entries: map[string][]rootfs.Entry{}}
	mounts, err := mountinfo.GetMounts(nil)
	if err != nil {
		return h, &Error{Op: "read", Target: "/proc/self/mountinfo", Err: err}
	}
	below := map[string]bool{"/": true}
	for _, m := range mounts {
		dir := true
		if search.Skips(m.FSType) == "" { // asking the others may take for ever
			var st unix.Statx_t
			err := unix.Statx(unix.AT_FDCWD, m.Mountpoint, unix.AT_SYMLINK_NOFOLLOW|unix.AT_NO_AUTOMOUNT, unix.STATX_TYPE|unix.STATX_MNT_ID, &st)
			if err == unix.ENOENT || st.Mask&unix.STATX_MNT_ID != 0 && st.Mnt_id != uint64(m.ID) {
				continue // hidden below a later mount
			}
			dir = err != nil || st.Mode&unix.S_IFMT == unix.S_IFDIR
		}
		h.Mounts = append(h.Mounts, rootfs.HostMount{Target: m.Mountpoint, Type: m.FSType, Root: m.Root, IsDir: dir, Locked: readOnly(m)})
		first, rest, _ := strings.Cut(strings.TrimPrefix(m.Mountpoint, "/"), "/")
		if rest != "" {
			below["/"+first] = true
		}
	}
	if privileged {
		return h, nil // one overlay of the whole: the entries are not needed
	}
	for dir := range below {
		h.Entries[dir] = list(dir)
	}
	return h, nil
}

// readOnly tells whether a mount, or its file system as a whole, is read-only.
func readOnly(m *mountinfo.Info) bool {
	return slices.Contains(strings.Split(m.Options, ","), "ro") || slices.Contains(strings.Split(m.VFSOptions, ","), "ro")
}

// list reads a directory; one that cannot be read has no entries to show.
func list(dir string) []rootfs.Entry {
	names, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	var out []rootfs.Entry
	for _, n := range names {
		e := rootfs.Entry{Name: n.Name(), Dir: n.IsDir()}
		if n.Type()&os.ModeSymlink != 0 {
			if e.Link, err = os.Readlink(path.Join(dir, n.Name())); err != nil {
				continue
			}
		}
		out = append(out, e)
	}
	return out
}

// rangeSize is how many ids a sandbox of root's gets: enough for nobody.
const rangeSize = 65536

// freeRange finds ids that no user of this machine has been given as
// subordinate ids; subuid(5).
func freeRange() op.IDMap {
	next := 100000
	for _, file := range []string{"/etc/subuid", "/etc/subgid"} {
		f, err := os.Open(file)
		if err != nil {
			continue
		}
		for s := bufio.NewScanner(f); s.Scan(); {
			fields := strings.Split(s.Text(), ":")
			if len(fields) != 3 {
				continue
			}
			first, err1 := strconv.Atoi(fields[1])
			count, err2 := strconv.Atoi(strings.TrimSpace(fields[2]))
			if err1 == nil && err2 == nil && first+count > next {
				next = first + count
			}
		}
		f.Close()
	}
	return op.IDMap{Inside: 0, Outside: next, Count: rangeSize}
}

// terminalGroup finds the group tty, which owns terminals; devpts(5).
func terminalGroup() int {
	groups, err := os.ReadFile("/etc/group")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(groups)) {
		fields := strings.Split(line, ":")
		if len(fields) > 2 && fields[0] == "tty" {
			gid, _ := strconv.Atoi(fields[2])
			return gid
		}
	}
	return 0
}

// StateDir is where sandboxes keep what they write: XDG_STATE_HOME/tentpole
// when that is set, /var/lib/tentpole for root, ~/.local/state/tentpole for
// everybody else.
func StateDir() (string, error) {
	if dir := os.Getenv("XDG_STATE_HOME"); path.IsAbs(dir) && os.Getenv("SUDO_UID") == "" {
		return path.Join(dir, "tentpole"), nil
	}
	if os.Geteuid() == 0 {
		return "/var/lib/tentpole", nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", &Error{Op: "find", Target: "the state directory", Err: err, Remedy: "set HOME or XDG_STATE_HOME"}
	}
	return path.Join(home, ".local/state/tentpole"), nil
}
