package fork

import (
	"fmt"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The runtime's own hooks around a fork: they block signals and forbid the
// stack to grow, and in the child put signal handlers back to their defaults.
// Those around a system call lend the processor that Go has given this thread to
// others. All are open to packages outside the standard library
// (go.dev/issue/67401).

//go:linkname beforeFork syscall.runtime_BeforeFork
func beforeFork()

//go:linkname afterFork syscall.runtime_AfterFork
func afterFork()

//go:linkname afterForkInChild syscall.runtime_AfterForkInChild
func afterForkInChild()

//go:linkname enterSyscall runtime.entersyscall
func enterSyscall()

//go:linkname exitSyscall runtime.exitsyscall
func exitSyscall()

func clone(p *Program, cgroup int) (pid, pidfd int, err error) {
	r := p.report(0)
	args := cloneArgs{
		flags: unix.CLONE_PIDFD | unix.CLONE_PARENT_SETTID | p.Flags, exitSignal: uint64(unix.SIGCHLD),
		pidfd: uint64(address(&r.pidfd)), parentTID: uint64(address(&r.pid)),
	}
	if cgroup >= 0 {
		args.flags |= unix.CLONE_INTO_CGROUP
		args.cgroup = uint64(cgroup)
	}
	if p.brief || p.Sole {
		args.flags |= sharing
	}
	if p.Sole {
		// Others may make descriptors meanwhile: the child closes what it was not given.
		child, errno := lent(&p.calls, r, &args, true)
		if errno != 0 {
			return 0, -1, &Error{Index: -1, Name: "clone", Err: syscall.Errno(errno)}
		}
		return int(child), int(r.pidfd), nil
	}
	child, errno := either(&p.calls, r, &args)
	if errno == unix.EINVAL && args.flags&sharing != 0 {
		// Before Linux 6.2 a child that is to be in another time namespace may
		// not share memory with its parent; time_namespaces(7).
		args.flags &^= sharing
		child, errno = either(&p.calls, r, &args)
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
func either(calls *[]Call, r *report, args *cloneArgs) (child int, errno syscall.Errno) {
	pid, e := hooked(calls, r, args, true)
	if refused := e == uintptr(unix.ENOSYS) || e == uintptr(unix.EPERM); refused && args.flags&unix.CLONE_INTO_CGROUP == 0 {
		args.flags &^= unix.CLONE_PARENT_SETTID
		pid, e = hooked(calls, r, args, false)
	}
	return int(pid), syscall.Errno(e)
}

// hooked forks while nobody else makes descriptors.
func hooked(calls *[]Call, r *report, args *cloneArgs, newer bool) (child, errno uintptr) {
	syscall.ForkLock.Lock()
	defer syscall.ForkLock.Unlock()
	return lent(calls, r, args, newer)
}

// keepDumpable puts back what a child changes that changes its ids: memory that
// it shares is not dumpable any more, so that nobody with the new ids can reach
// into it; PR_SET_DUMPABLE(2const). All have left that memory when it is put back.
func keepDumpable() (restore func()) {
	was, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0)
	return func() {
		if err == nil && was == 1 {
			unix.Prctl(unix.PR_SET_DUMPABLE, 1, 0, 0, 0)
		}
	}
}

// lent forks while others have the processor: the child may wait for what they
// do. From here on the stack must not grow.
//
//go:nosplit
//go:norace
func lent(calls *[]Call, r *report, args *cloneArgs, newer bool) (child, errno uintptr) {
	enterSyscall()
	child, errno = split(calls, r, args, newer)
	afterFork()
	exitSyscall()
	return child, errno
}

// split is two processes when it returns once. The child makes its calls and
// never returns; the parent returns at once, for the child may have used this
// frame. Nothing here may allocate, and nothing may be called that checks its
// stack.
//
//go:noinline
//go:nosplit
//go:norace
//go:nocheckptr
func split(calls *[]Call, r *report, args *cloneArgs, newer bool) (child, errno uintptr) {
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
	enact(calls, r)
	return 0, 0 // never
}
