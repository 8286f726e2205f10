package facts

import (
	"fmt"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// readHostname has three ways, the cheapest first: somebody inside said so
// ([WithHostname]), the uts namespace is the reader's own, or, as root, a
// thread enters the namespace, asks, and is thrown away.
func (r *reader) readHostname() (err error) {
	if r.opts.hostname != nil {
		r.facts.Hostname = *r.opts.hostname
		return nil
	}
	ours, err := r.ours("uts")
	if err != nil {
		return err
	}
	if ours {
		r.facts.Hostname, err = nodename()
		return err
	}
	if os.Geteuid() != 0 {
		return fmt.Errorf("%w to enter its uts namespace", unix.EPERM)
	}
	r.facts.Hostname, err = r.target.hostname()
	return err
}

func nodename() (string, error) {
	var uts unix.Utsname
	if err := unix.Uname(&uts); err != nil {
		return "", err
	}
	return unix.ByteSliceToString(uts.Nodename[:]), nil
}

// hostname asks inside the process's uts namespace.
func (d procDir) hostname() (string, error) {
	fd, err := openat(d.fd, "ns/uts", unix.O_RDONLY)
	if err != nil {
		return "", err
	}
	defer unix.Close(fd)
	type answer struct {
		name string
		err  error
	}
	answered := make(chan answer)
	onThrowawayThread(func() {
		if err := unix.Setns(fd, unix.CLONE_NEWUTS); err != nil {
			answered <- answer{err: err}
			return
		}
		name, err := nodename()
		answered <- answer{name, err}
	})
	a := <-answered
	return a.name, a.err
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
