//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package lessons

import (
	"errors"
	"os"
	"syscall"
	"time"
)

// lockPath takes an exclusive flock(2), which the kernel lets go of when its
// holder dies. The file stays: removing it would let two processes hold locks
// on two files of one name.
func lockPath(name string, patience time.Duration) (unlock func(), err error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, err
	}
	err = flock(f, syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = waitFlock(f, patience)
	}
	if errors.Is(err, ErrBusy) {
		return nil, err
	} else if err != nil {
		_ = f.Close()
		return nil, &os.PathError{Op: "flock", Path: name, Err: err}
	}
	return func() { _ = f.Close() }, nil
}

// waitFlock waits in the kernel, where those who wait are woken whenever the
// lock is free: somebody who asked now and then would find it taken each time
// while ten others save. A wait cannot be called off. One that is given up lets
// go of the lock as soon as it has it.
func waitFlock(f *os.File, patience time.Duration) error {
	locked := make(chan error, 1)
	go func() { locked <- flock(f, syscall.LOCK_EX) }()
	select {
	case err := <-locked:
		return err
	case <-time.After(patience):
		go func() {
			<-locked
			_ = f.Close()
		}()
		return ErrBusy
	}
}

func flock(f *os.File, how int) error {
	for {
		if err := syscall.Flock(int(f.Fd()), how); !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}
