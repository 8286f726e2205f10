package op

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// Restriction is an operation that every command performs on itself, between
// fork and exec, so that the init keeps its rights. One that is a Performer as
// well is prepared by the init first, once.
type Restriction interface {
	Operation
	// Carry appends the system calls of a command. They are made in every command,
	// so the memory they point to lives as long as the sandbox.
	Carry(*Script) error
}

var _ = []Restriction{JoinCgroup{}, LimitCapabilities{}, NoNewPrivileges{}, Landlock{}, Seccomp{}}

// Inheriting tells whether this process would hand capabilities on by its
// inheritable set. A command that can see to that itself empties it.
func Inheriting() bool {
	var now [2]unix.CapUserData
	header := &unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	return unix.Capget(header, &now[0]) != nil || now[0].Inheritable != 0 || now[1].Inheritable != 0
}

// Carry implements Restriction. The thread that asks holds all capabilities of
// its user namespace, or it could not drop any from the bounding set.
func (l LimitCapabilities) Carry(s *Script) error {
	for _, bit := range l.Bits {
		s.ask("prctl PR_CAPBSET_DROP", "", unix.SYS_PRCTL, unix.PR_CAPBSET_DROP, bit)
	}
	var now [2]unix.CapUserData
	header := &unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	if err := unix.Capget(header, &now[0]); err != nil {
		return failed("capget", "", err)
	}
	if now[0].Inheritable == 0 && now[1].Inheritable == 0 {
		s.ask("prctl PR_CAP_AMBIENT_CLEAR_ALL", "", unix.SYS_PRCTL, unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL)
		return nil
	}
	// Effective and permitted stay until the exec: a filter is still to be set.
	now[0].Inheritable, now[1].Inheritable = 0, 0
	s.ask("prctl PR_CAP_AMBIENT_CLEAR_ALL", "", unix.SYS_PRCTL, unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL)
	s.ask("capset", "", unix.SYS_CAPSET, unsafe.Pointer(header), unsafe.Pointer(&now))
	return nil
}

// Carry implements Restriction.
func (NoNewPrivileges) Carry(s *Script) error {
	s.ask("prctl PR_SET_NO_NEW_PRIVS", "", unix.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
	return nil
}

// Carry implements Restriction.
func (f Seccomp) Carry(s *Script) error {
	if len(f.Filter) == 0 || len(f.Filter)%8 != 0 {
		return failed("seccomp", f.Profile, unix.EINVAL)
	}
	program := &unix.SockFprog{Len: uint16(len(f.Filter) / 8), Filter: (*unix.SockFilter)(unsafe.Pointer(&f.Filter[0]))}
	s.ask("seccomp", "", unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, int(f.Flags), unsafe.Pointer(program))
	return nil
}
