package op

import (
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/internal/fork"
)

// Restriction is an operation that every command performs on itself, between
// fork and exec, so that the init keeps its rights. One that is a Performer as
// well is prepared by the init first, once.
type Restriction interface {
	Operation
	// Calls are the system calls of a command. They are made in every command,
	// so the memory they point to lives as long as the sandbox.
	Calls(Scene) ([]fork.Call, error)
}

var _ = []Restriction{JoinCgroup{}, LimitCapabilities{}, NoNewPrivileges{}, Landlock{}, Seccomp{}}

func prctl(name string, args ...uintptr) fork.Call {
	c := fork.Call{Number: unix.SYS_PRCTL, Name: "prctl " + name}
	copy(c.Args[:], args)
	return c
}

// Calls implements Restriction. The thread that asks holds all capabilities of
// its user namespace, or it could not drop any from the bounding set.
func (l LimitCapabilities) Calls(Scene) ([]fork.Call, error) {
	var calls []fork.Call
	for _, bit := range l.Bits {
		calls = append(calls, prctl("PR_CAPBSET_DROP", unix.PR_CAPBSET_DROP, uintptr(bit)))
	}
	var now [2]unix.CapUserData
	header := &unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	if err := unix.Capget(header, &now[0]); err != nil {
		return nil, failed("capget", "", err)
	}
	// Effective and permitted stay until the exec: a filter is still to be set.
	now[0].Inheritable, now[1].Inheritable = 0, 0
	data := &now
	return append(calls,
		prctl("PR_CAP_AMBIENT_CLEAR_ALL", unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL),
		fork.Call{Number: unix.SYS_CAPSET, Name: "capset", Keep: [2]any{header, data},
			Args: [6]uintptr{uintptr(unsafe.Pointer(header)), uintptr(unsafe.Pointer(data))}},
	), nil
}

// KeepCapabilities are the calls by which a process in a new user namespace
// keeps all capabilities over an exec, though its user id is not mapped yet;
// capabilities(7), ambient.
func KeepCapabilities(last int) []fork.Call {
	header := &unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	all := uint64(1)<<(last+1) - 1
	half := unix.CapUserData{Effective: uint32(all), Permitted: uint32(all), Inheritable: uint32(all)}
	top := unix.CapUserData{Effective: uint32(all >> 32), Permitted: uint32(all >> 32), Inheritable: uint32(all >> 32)}
	data := &[2]unix.CapUserData{half, top}
	calls := []fork.Call{{Number: unix.SYS_CAPSET, Name: "capset", Keep: [2]any{header, data},
		Args: [6]uintptr{uintptr(unsafe.Pointer(header)), uintptr(unsafe.Pointer(data))}}}
	for bit := range last + 1 {
		calls = append(calls, prctl("PR_CAP_AMBIENT_RAISE", unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_RAISE, uintptr(bit)))
	}
	return calls
}

// Calls implements Restriction.
func (NoNewPrivileges) Calls(Scene) ([]fork.Call, error) {
	return []fork.Call{prctl("PR_SET_NO_NEW_PRIVS", unix.PR_SET_NO_NEW_PRIVS, 1)}, nil
}

// Calls implements Restriction.
func (s Seccomp) Calls(Scene) ([]fork.Call, error) {
	if len(s.Filter) == 0 || len(s.Filter)%8 != 0 {
		return nil, failed("seccomp", s.Profile, unix.EINVAL)
	}
	program := &unix.SockFprog{Len: uint16(len(s.Filter) / 8), Filter: (*unix.SockFilter)(unsafe.Pointer(&s.Filter[0]))}
	return []fork.Call{{Number: unix.SYS_SECCOMP, Name: "seccomp", Keep: program,
		Args: [6]uintptr{unix.SECCOMP_SET_MODE_FILTER, uintptr(s.Flags), uintptr(unsafe.Pointer(program))}}}, nil
}
