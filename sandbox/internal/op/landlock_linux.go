package op

import (
	"errors"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/internal/fork"
)

// Rights to files, by the version of the interface that brought them;
// landlock(7), include/uapi/linux/landlock.h.
const (
	landlockRead = unix.LANDLOCK_ACCESS_FS_EXECUTE | unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_READ_DIR
	landlockFile = unix.LANDLOCK_ACCESS_FS_EXECUTE | unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_WRITE_FILE |
		unix.LANDLOCK_ACCESS_FS_TRUNCATE | unix.LANDLOCK_ACCESS_FS_IOCTL_DEV
	landlockFirst = 1<<13 - 1 // version 1: execute … make_sym
)

var landlockLater = []struct {
	version int
	right   uint64
}{
	{2, unix.LANDLOCK_ACCESS_FS_REFER}, {3, unix.LANDLOCK_ACCESS_FS_TRUNCATE}, {5, unix.LANDLOCK_ACCESS_FS_IOCTL_DEV},
}

// LandlockVersion is the version of the interface; 0 where the kernel has none
// or it is switched off; landlock_create_ruleset(2).
func LandlockVersion() int {
	v, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if errno != 0 {
		return 0
	}
	return int(v)
}

// landlockRights are all rights to files that a version knows.
func landlockRights(version int) uint64 {
	rights := uint64(landlockFirst)
	for _, l := range landlockLater {
		if version >= l.version {
			rights |= l.right
		}
	}
	return rights
}

// LandlockDescriptor names the ruleset that the init keeps for its commands.
const LandlockDescriptor = "landlock"

// Perform makes the ruleset. Its paths are those of the sandbox's root.
func (l Landlock) Perform(s Scene) error {
	version := LandlockVersion()
	if version == 0 {
		return failed("landlock_create_ruleset", "", unix.EOPNOTSUPP)
	}
	all := landlockRights(version)
	attr := unix.LandlockRulesetAttr{Handled_access_fs: all}
	if l.Ports && version >= 4 {
		attr.Handled_access_net = unix.LANDLOCK_ACCESS_NET_BIND_TCP | unix.LANDLOCK_ACCESS_NET_CONNECT_TCP
	}
	size := unsafe.Sizeof(attr.Handled_access_fs)
	if version >= 4 {
		size += unsafe.Sizeof(attr.Handled_access_net)
	}
	fd, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&attr)), size, 0)
	if errno != 0 {
		return failed("landlock_create_ruleset", "", errno)
	}
	unix.CloseOnExec(int(fd))
	s.Keep(LandlockDescriptor, int(fd))
	return l.addRules(s, int(fd), all, attr.Handled_access_net != 0)
}

func (l Landlock) addRules(s Scene, ruleset int, all uint64, ports bool) error {
	for _, part := range []struct {
		paths  []string
		rights uint64
	}{{l.Read, landlockRead}, {l.Write, all}} {
		for _, p := range part.paths {
			if err := allowPath(ruleset, p, part.rights&all); err != nil {
				return err
			}
		}
	}
	// tentpole's own helpers are started from a descriptor, not from a path.
	if program, err := s.Descriptor(ProgramDescriptor); err == nil {
		if err := allowBeneath(ruleset, program, (unix.LANDLOCK_ACCESS_FS_EXECUTE|unix.LANDLOCK_ACCESS_FS_READ_FILE)&all); err != nil && !errors.Is(err, unix.EBADFD) {
			return failed("landlock_add_rule", "tentpole's own program", err)
		}
	}
	if !ports {
		return nil
	}
	for _, part := range []struct {
		ports []int
		right uint64
	}{{l.Bind, unix.LANDLOCK_ACCESS_NET_BIND_TCP}, {l.Connect, unix.LANDLOCK_ACCESS_NET_CONNECT_TCP}} {
		for _, port := range part.ports {
			if err := allowPort(ruleset, port, part.right); err != nil {
				return err
			}
		}
	}
	return nil
}

// allowPath allows rights beneath a path. One that is not there needs no rule.
func allowPath(ruleset int, path string, rights uint64) error {
	fd, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
	if errors.Is(err, unix.ENOENT) {
		return nil
	}
	if err != nil {
		return failed("open", path, err)
	}
	defer unix.Close(fd)
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return failed("stat", path, err)
	}
	if st.Mode&unix.S_IFMT != unix.S_IFDIR {
		rights &= landlockFile // the others are about directories
	}
	return failed("landlock_add_rule", path, allowBeneath(ruleset, fd, rights))
}

func allowBeneath(ruleset, fd int, rights uint64) error {
	attr := unix.LandlockPathBeneathAttr{Allowed_access: rights, Parent_fd: int32(fd)}
	_, _, errno := unix.Syscall6(unix.SYS_LANDLOCK_ADD_RULE, uintptr(ruleset), unix.LANDLOCK_RULE_PATH_BENEATH, uintptr(unsafe.Pointer(&attr)), 0, 0, 0)
	if errno != 0 {
		return errno
	}
	return nil
}

// netPortAttr is struct landlock_net_port_attr.
type netPortAttr struct{ access, port uint64 }

const landlockRuleNetPort = 2

func allowPort(ruleset, port int, right uint64) error {
	attr := netPortAttr{right, uint64(port)}
	_, _, errno := unix.Syscall6(unix.SYS_LANDLOCK_ADD_RULE, uintptr(ruleset), landlockRuleNetPort, uintptr(unsafe.Pointer(&attr)), 0, 0, 0)
	if errno != 0 {
		return failed("landlock_add_rule port", words([]int{port})[0], errno)
	}
	return nil
}

// Calls implements Restriction.
func (l Landlock) Calls(s Scene) ([]fork.Call, error) {
	fd, err := s.Descriptor(LandlockDescriptor)
	if err != nil {
		return nil, failed("landlock_restrict_self", "", err)
	}
	return []fork.Call{{Number: unix.SYS_LANDLOCK_RESTRICT_SELF, Name: "landlock_restrict_self", Args: [6]uintptr{uintptr(fd)}}}, nil
}
