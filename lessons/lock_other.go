//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package lessons

import (
	"errors"
	"io/fs"
	"os"
	"time"
)

// lockPath makes a file that must not exist yet. One that a killed process
// left can be removed on Windows, where one that is still open cannot.
func lockPath(name string, patience time.Duration) (unlock func(), err error) {
	deadline := time.Now().Add(patience)
	for pause := time.Millisecond; ; pause = min(2*pause, 20*time.Millisecond) {
		f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
		switch {
		case err == nil:
			return func() { _ = f.Close(); _ = os.Remove(name) }, nil
		case time.Now().After(deadline) && errors.Is(err, fs.ErrExist):
			return nil, ErrBusy
		case time.Now().After(deadline):
			return nil, err
		case errors.Is(err, fs.ErrExist):
			_ = os.Remove(name)
		}
		time.Sleep(pause)
	}
}
