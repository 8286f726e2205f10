package fork

import (
	"fmt"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The runtime's own hooks around a fork: they block signals and forbid the
// stack to grow, and in the child put signal handlers back to their defaults.
// They are open to packages outside the standard library (go.dev/issue/67401).

//go:linkname beforeFork syscall.runtime_BeforeFork
func beforeFork()

//go:linkname afterFork syscall.runtime_AfterFork
func afterFork()

//go:linkname afterForkInChild syscall.runtime_AfterForkInChild
func afterForkInChild()

// cloneArgs is struct clone_args; clone(2).
type cloneArgs struct {
	flags, pidfd, childTID, parentTID, exitSignal, stack, stackSize, tls, setTID, setTIDSize, cgroup uint64
}

func clone(p *Program, cgroup int) (pid, pidfd int, err error) {
	fd := int32(-1)
	report := (*report)(unsafe.Pointer(&p.page[0]))
	args := cloneArgs{flags: unix.CLONE_PIDFD | p.Flags, pidfd: uint64(uintptr(unsafe.Pointer(&fd))), exitSignal: uint64(unix.SIGCHLD)}
	if cgroup >= 0 {
		args.flags |= unix.CLONE_INTO_CGROUP
		args.cgroup = uint64(cgroup)
		// The older call has one place for both this and the pidfd.
		args.flags |= unix.CLONE_PARENT_SETTID
		args.parentTID = uint64(uintptr(unsafe.Pointer(&report.pid)))
	}
	if p.executes {
		args.flags |= sharing
	}
	child, errno := hooked(p.calls, report, &args, cgroup >= 0)
	if errno == uintptr(unix.EINVAL) && args.flags&sharing != 0 {
		// Before Linux 6.2 a child that is to be in another time namespace may
		// not share memory with its parent; time_namespaces(7).
		args.flags &^= sharing
		child, errno = hooked(p.calls, report, &args, cgroup >= 0)
	}
	if errno != 0 {
		return 0, -1, fmt.Errorf("clone: %w", syscall.Errno(errno))
	}
	return int(child), int(fd), nil
}

// hooked forks while nobody else makes descriptors, and tells the runtime.
func hooked(calls []Call, r *report, args *cloneArgs, into bool) (child, errno uintptr) {
	syscall.ForkLock.Lock()
	defer syscall.ForkLock.Unlock()
	child, errno = split(calls, r, args, into)
	afterFork()
	return child, errno
}

// split is two processes when it returns once. The child makes its calls and
// never returns; the parent returns at once, for the child may have used this
// frame. Nothing here may allocate, and nothing may be called that checks its
// stack.
//
// The older clone(2) does what clone3(2) does but for the cgroup, and is not
// refused where a container engine's filter does not know clone3.
//
//go:noinline
//go:norace
//go:nocheckptr
func split(calls []Call, r *report, args *cloneArgs, into bool) (child, errno uintptr) {
	beforeFork()
	if into {
		child, errno = vfork(unix.SYS_CLONE3, uintptr(unsafe.Pointer(args)), unsafe.Sizeof(*args), 0)
	} else {
		child, errno = vfork(unix.SYS_CLONE, uintptr(args.flags|args.exitSignal), 0, uintptr(args.pidfd))
	}
	if errno != 0 || child != 0 {
		return child, errno
	}
	afterForkInChild()
	for i := range calls {
		c := &calls[i]
		_, _, e := syscall.RawSyscall6(c.Number, c.Args[0], c.Args[1], c.Args[2], c.Args[3], c.Args[4], c.Args[5])
		if e != 0 && !c.Optional {
			r.index, r.errno, r.failed = int32(i), int32(e), 1
			break
		}
	}
	for nowhere := (*report)(nil); ; {
		// A filter may forbid the one and the other way to leave. What is left
		// is to touch memory that is not there.
		syscall.RawSyscall(unix.SYS_EXIT_GROUP, 127, 0, 0)
		syscall.RawSyscall(unix.SYS_EXIT, 127, 0, 0)
		nowhere.failed = 1
	}
}
