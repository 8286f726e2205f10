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
	deadline := time.Now().Add(patience)
	for pause := time.Millisecond; ; pause = min(2*pause, 20*time.Millisecond) {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case err == nil:
			return func() { _ = f.Close() }, nil
		case errors.Is(err, syscall.EINTR):
		case !errors.Is(err, syscall.EWOULDBLOCK):
			_ = f.Close()
			return nil, &os.PathError{Op: "flock", Path: name, Err: err}
		case time.Now().After(deadline):
			_ = f.Close()
			return nil, ErrBusy
		}
		time.Sleep(pause)
	}
}
