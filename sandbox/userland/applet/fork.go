//go:build linux

package applet

import (
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// fork starts n children that do nothing until a time is over, and before them
// one that kills this process then: a watchdog that needs none of Go's threads
// to be well. It returns those it got and an exit status. Each child is one task
// and no more; one that ran a program of Go's would be several.
//
// It must be called on a locked thread that lives as long as they may, because
// their parent-death signal belongs to it; prctl(2).
func (c *call) fork(n int, after time.Duration) (children []int, status int) {
	// No handler of Go's may run in a child: it inherits this mask.
	all := unix.Sigset_t{}
	for i := range all.Val {
		all.Val[i] = ^all.Val[i]
	}
	var before unix.Sigset_t
	if err := unix.PthreadSigmask(unix.SIG_SETMASK, &all, &before); err != nil {
		return nil, c.fail(1, "rt_sigprocmask: %s", reason(err))
	}
	defer unix.PthreadSigmask(unix.SIG_SETMASK, &before, nil)
	limit := syscall.NsecToTimespec(int64(after))
	for i := range n + 1 {
		pid, errno := idleChild(unix.Getpid(), &limit, i == 0)
		if errno != 0 {
			return children, c.fail(1, "fork: %s after %d processes", reason(errno), len(children))
		}
		children = append(children, pid)
	}
	return children, 0
}

// idleChild forks. The child makes raw system calls only, as between fork and
// exec in package syscall: it has none of Go's other threads.
//
//go:norace
//go:noinline
func idleChild(parent int, limit *syscall.Timespec, watchdog bool) (pid int, errno syscall.Errno) {
	r, _, errno := syscall.RawSyscall6(syscall.SYS_CLONE, uintptr(syscall.SIGCHLD), 0, 0, 0, 0, 0)
	if errno != 0 || r != 0 {
		return int(r), errno
	}
	syscall.RawSyscall(syscall.SYS_PRCTL, syscall.PR_SET_PDEATHSIG, uintptr(syscall.SIGKILL), 0)
	if r, _, _ := syscall.RawSyscall(syscall.SYS_GETPPID, 0, 0, 0); int(r) == parent { // else it is dead already
		syscall.RawSyscall6(syscall.SYS_PPOLL, 0, 0, uintptr(unsafe.Pointer(limit)), 0, 0, 0)
		if watchdog {
			syscall.RawSyscall(syscall.SYS_KILL, uintptr(parent), uintptr(syscall.SIGKILL), 0)
		}
	}
	for {
		syscall.RawSyscall(syscall.SYS_EXIT_GROUP, 0, 0, 0)
	}
}

// reap kills the children and waits for them.
func reap(children []int) {
	for _, pid := range children {
		unix.Kill(pid, unix.SIGKILL)
		unix.Wait4(pid, nil, 0, nil)
	}
}
