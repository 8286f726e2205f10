package inside

import (
	"runtime"
	"runtime/debug"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

func init() { register("fork-bomb", multiply) }

// multiply forks until it has enough or the kernel refuses, and ends its
// children when the host has seen them. They die with this thread.
func multiply(a *Act) error {
	var given Multiply
	if err := a.Given(&given); err != nil {
		return err
	}
	within(30 * time.Second)
	debug.SetGCPercent(-1) // its workers would want threads
	spareThreads()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	children, err := forkMany(clamp(given.Children, 1, ChildrenMost))
	defer endAll(children)
	if err := a.Say(Multiplied{Children: len(children), Refused: Explain(err)}); err != nil {
		return err
	}
	a.Stay()
	return nil
}

// forkMany blocks signals meanwhile: a child has no runtime that could take one.
func forkMany(most int) (children []int, err error) {
	all, before := unix.Sigset_t{}, unix.Sigset_t{}
	for i := range all.Val {
		all.Val[i] = ^all.Val[i]
	}
	if err := unix.PthreadSigmask(unix.SIG_SETMASK, &all, &before); err != nil {
		return nil, err
	}
	defer unix.PthreadSigmask(unix.SIG_SETMASK, &before, nil)
	children = make([]int, 0, most)
	parent := uintptr(unix.Getpid())
	for len(children) < most {
		pid, errno := forkSleeper(parent)
		if errno != 0 {
			return children, errno
		}
		children = append(children, int(pid))
	}
	return children, nil
}

// forkSleeper forks a child that waits to be killed. In the child there is no
// scheduler: nothing is called there that may grow the stack. A parent that has
// died before the child could ask for its signal is another one by then;
// PR_SET_PDEATHSIG(2const).
//
//go:nosplit
//go:noinline
//go:norace
func forkSleeper(parent uintptr) (pid uintptr, errno syscall.Errno) {
	pid, _, errno = syscall.RawSyscall6(unix.SYS_CLONE, uintptr(unix.SIGCHLD), 0, 0, 0, 0, 0)
	if errno != 0 || pid != 0 {
		return pid, errno
	}
	syscall.RawSyscall(unix.SYS_PRCTL, unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0)
	now, _, _ := syscall.RawSyscall(unix.SYS_GETPPID, 0, 0, 0)
	for now == parent {
		syscall.RawSyscall6(unix.SYS_PPOLL, 0, 0, 0, 0, 0, 0)
	}
	for {
		syscall.RawSyscall(unix.SYS_EXIT_GROUP, 0, 0, 0)
	}
}

func endAll(children []int) {
	for _, pid := range children {
		unix.Kill(pid, unix.SIGKILL)
	}
	for _, pid := range children {
		for _, err := unix.Wait4(pid, nil, 0, nil); err == unix.EINTR; _, err = unix.Wait4(pid, nil, 0, nil) {
		}
	}
}
