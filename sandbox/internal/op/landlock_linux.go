package op

import (
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
func (l Landlock) Perform(s *Script) error {
	version := LandlockVersion()
	if version == 0 {
		return failed("landlock_create_ruleset", "", unix.EOPNOTSUPP)
	}
	all := landlockRights(version)
	attr := &unix.LandlockRulesetAttr{Handled_access_fs: all}
	size := unsafe.Sizeof(attr.Handled_access_fs)
	if version >= 4 {
		size += unsafe.Sizeof(attr.Handled_access_net)
	}
	ports := l.Ports && version >= 4
	if ports {
		attr.Handled_access_net = unix.LANDLOCK_ACCESS_NET_BIND_TCP | unix.LANDLOCK_ACCESS_NET_CONNECT_TCP
	}
	ruleset := s.keep(LandlockDescriptor)
	s.ask("landlock_create_ruleset", "", unix.SYS_LANDLOCK_CREATE_RULESET, unsafe.Pointer(attr), size, 0).Into = ruleset // it is closed on exec
	for _, part := range []struct {
		paths  []string
		rights uint64
	}{{l.Read, landlockRead & all}, {l.Write, all}} {
		for _, p := range part.paths {
			s.allowPath(ruleset, p, part.rights)
		}
	}
	// tentpole's own helpers are started from a descriptor, not from a path.
	if program, err := s.Descriptor(ProgramDescriptor); err == nil {
		s.allowProgram(ruleset, program, (unix.LANDLOCK_ACCESS_FS_EXECUTE|unix.LANDLOCK_ACCESS_FS_READ_FILE)&all)
	}
	if ports {
		s.allowPorts(ruleset, l.Bind, unix.LANDLOCK_ACCESS_NET_BIND_TCP)
		s.allowPorts(ruleset, l.Connect, unix.LANDLOCK_ACCESS_NET_CONNECT_TCP)
	}
	return nil
}

// allowPath allows rights beneath a path. One that is not there needs no rule, and
// for one that is no directory the kernel takes no rights to directories.
func (s *Script) allowPath(ruleset *int32, path string, rights uint64) {
	dir, file := &Script{}, &Script{}
	all := &unix.LandlockPathBeneathAttr{Allowed_access: rights}
	some := &unix.LandlockPathBeneathAttr{Allowed_access: rights & landlockFile}

	file.close(&all.Parent_fd)
	file.open(path, unix.O_PATH, 0, &some.Parent_fd)
	file.allow(ruleset, path, some)
	file.close(&some.Parent_fd)

	dir.open(path, unix.O_PATH, 0, &all.Parent_fd)
	dir.allow(ruleset, path, all)
	dir.close(&all.Parent_fd)
	dir.add(fork.Skip(len(file.Calls)))
	dir.Calls[0].Answers = leading(len(dir.Calls)+len(file.Calls), unix.ENOENT)
	dir.Calls[1].Answers = leading(len(dir.Calls)-1, unix.EINVAL)
	s.add(dir.Calls...)
	s.add(file.Calls...)
}

// allowProgram allows what one that the kernel governs no access to needs no rule
// for, such as a file in memory.
func (s *Script) allowProgram(ruleset, program *int32, rights uint64) {
	attr := &unix.LandlockPathBeneathAttr{Allowed_access: rights}
	s.ask("duplicate", "tentpole's own program", unix.SYS_FCNTL, program, unix.F_DUPFD_CLOEXEC, 0).Into = &attr.Parent_fd
	s.allow(ruleset, "tentpole's own program", attr).Answers = passing(unix.EBADFD)
	s.close(&attr.Parent_fd)
}

func (s *Script) allow(ruleset *int32, what string, attr *unix.LandlockPathBeneathAttr) *fork.Call {
	return s.ask("landlock_add_rule", what, unix.SYS_LANDLOCK_ADD_RULE, ruleset, unix.LANDLOCK_RULE_PATH_BENEATH, unsafe.Pointer(attr), 0)
}

// netPortAttr is struct landlock_net_port_attr.
type netPortAttr struct{ access, port uint64 }

const landlockRuleNetPort = 2

func (s *Script) allowPorts(ruleset *int32, ports []int, right uint64) {
	for _, port := range ports {
		attr := &netPortAttr{right, uint64(port)}
		s.ask("landlock_add_rule port", words([]int{port})[0], unix.SYS_LANDLOCK_ADD_RULE, ruleset, landlockRuleNetPort, unsafe.Pointer(attr), 0)
	}
}

// Carry implements Restriction.
func (l Landlock) Carry(s *Script) error {
	ruleset, err := s.Descriptor(LandlockDescriptor)
	if err != nil {
		return failed("landlock_restrict_self", "", err)
	}
	s.ask("landlock_restrict_self", "", unix.SYS_LANDLOCK_RESTRICT_SELF, ruleset, 0)
	return nil
}
