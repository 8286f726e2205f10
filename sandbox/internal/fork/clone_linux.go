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
	r := (*report)(unsafe.Pointer(&p.page[0]))
	args := cloneArgs{
		flags: unix.CLONE_PIDFD | unix.CLONE_PARENT_SETTID | p.Flags, exitSignal: uint64(unix.SIGCHLD),
		pidfd: uint64(address(&r.pidfd)), parentTID: uint64(address(&r.pid)),
	}
	if cgroup >= 0 {
		args.flags |= unix.CLONE_INTO_CGROUP
		args.cgroup = uint64(cgroup)
	}
	if p.executes {
		args.flags |= sharing
	}
	child, errno := either(p.calls, r, &args)
	if errno == unix.EINVAL && args.flags&sharing != 0 {
		// Before Linux 6.2 a child that is to be in another time namespace may
		// not share memory with its parent; time_namespaces(7).
		args.flags &^= sharing
		child, errno = either(p.calls, r, &args)
	}
	if errno != 0 {
		return 0, -1, fmt.Errorf("clone: %w", errno)
	}
	return child, int(r.pidfd), nil
}

// either is clone3(2), or where that is refused as a whole, as by a container
// engine's filter that does not know it, the older clone(2). That one does the
// same but for the cgroup and for telling the child's number beforehand: it has
// one place for both this and the pidfd.
func either(calls []Call, r *report, args *cloneArgs) (child int, errno syscall.Errno) {
	pid, e := hooked(calls, r, args, true)
	if refused := e == uintptr(unix.ENOSYS) || e == uintptr(unix.EPERM); refused && args.flags&unix.CLONE_INTO_CGROUP == 0 {
		args.flags &^= unix.CLONE_PARENT_SETTID
		pid, e = hooked(calls, r, args, false)
	}
	return int(pid), syscall.Errno(e)
}

// hooked forks while nobody else makes descriptors, and tells the runtime.
func hooked(calls []Call, r *report, args *cloneArgs, newer bool) (child, errno uintptr) {
	syscall.ForkLock.Lock()
	defer syscall.ForkLock.Unlock()
	child, errno = split(calls, r, args, newer)
	afterFork()
	return child, errno
}

// split is two processes when it returns once. The child makes its calls and
// never returns; the parent returns at once, for the child may have used this
// frame. Nothing here may allocate, and nothing may be called that checks its
// stack.
//
//go:noinline
//go:norace
//go:nocheckptr
func split(calls []Call, r *report, args *cloneArgs, newer bool) (child, errno uintptr) {
	beforeFork()
	if newer {
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
