package network

import (
	"fmt"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// OpenNamespace opens the network namespace of a process, for Request. The
// caller closes it.
func OpenNamespace(pid int) (*os.File, error) {
	f, err := os.Open(fmt.Sprintf("/proc/%d/ns/net", pid))
	if err != nil {
		return nil, &Error{Op: "open the network namespace of", Target: fmt.Sprintf("process %d", pid), Err: err}
	}
	return f, nil
}

// within calls do on a thread that is in another network namespace; setns(2).
// A network namespace belongs to a thread, so this is possible in a program
// with many, and nothing else runs on this one meanwhile. A socket that do
// opens stays in that namespace, and /proc/sys/net is that namespace's.
//
// It is never the main thread: what /proc/PID/ns/net tells of a process is told
// of that one.
func within(netns *os.File, do func() error) error {
	answer := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		if unix.Gettid() == unix.Getpid() {
			defer runtime.UnlockOSThread()
			answer <- within(netns, do)
			return
		}
		err, back := swap(netns, do)
		if back {
			runtime.UnlockOSThread()
		} // Otherwise the thread ends with this goroutine.
		answer <- err
	}()
	return <-answer
}

// swap enters the namespace, calls do, and leaves it again. back tells whether
// the thread is where it was.
func swap(netns *os.File, do func() error) (err error, back bool) {
	own, err := os.Open("/proc/thread-self/ns/net")
	if err != nil {
		return err, true
	}
	defer own.Close()
	if err := unix.Setns(int(netns.Fd()), unix.CLONE_NEWNET); err != nil {
		return os.NewSyscallError("setns", err), true
	}
	err = do()
	return err, unix.Setns(int(own.Fd()), unix.CLONE_NEWNET) == nil
}

// apart refuses the host's own network namespace: there an eth0 is not the
// sandbox's.
func apart(netns *os.File) error {
	own, err := os.Stat("/proc/thread-self/ns/net")
	if err != nil {
		return &Error{Op: "look at", Target: "this process's network namespace", Err: err}
	}
	given, err := netns.Stat()
	if err != nil {
		return &Error{Op: "look at", Target: "the sandbox's network namespace", Err: err}
	}
	if os.SameFile(own, given) {
		return &Error{Op: "connect", Target: "the sandbox", Err: unix.EINVAL, Remedy: "its network namespace is the host's: give it one of its own"}
	}
	return nil
}
