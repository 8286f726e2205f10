package facts

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// enter has ask run inside one of the process's namespaces, on a thread that is
// thrown away. The error is about entering; it takes the rights of root.
func (d procDir) enter(link string, kind int, ask func()) error {
	fd, err := openat(d.fd, "ns/"+link, unix.O_RDONLY)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	entered := make(chan error)
	onThrowawayThread(func() {
		err := unix.Setns(fd, kind)
		if err == nil {
			ask()
		}
		entered <- err
	})
	return <-entered
}

// onThrowawayThread runs ask on a thread that ends with it, since a goroutine
// that exits locked takes its thread along. That would not end the main
// thread, which /proc/self stands for, and which must keep its namespaces; so
// a goroutine that finds itself there holds the thread until another has
// begun elsewhere.
func onThrowawayThread(ask func()) {
	go func() {
		runtime.LockOSThread()
		if unix.Gettid() != unix.Getpid() {
			ask()
			return
		}
		begun := make(chan struct{})
		go func() {
			runtime.LockOSThread()
			close(begun)
			ask()
		}()
		<-begun
		runtime.UnlockOSThread()
	}()
}
