package image

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// beat is how often a lock that somebody else has is tried again.
const beat = 10 * time.Millisecond

// lockFile opens a file, made if need be, and locks it (unix.LOCK_SH or
// LOCK_EX) without waiting; flock(2). The lock ends when the file is closed or
// the process dies. The error of a lock that somebody else has is EWOULDBLOCK.
func lockFile(name string, how int) (*os.File, error) {
	for {
		f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			return nil, err
		}
		if err := unix.Flock(int(f.Fd()), how|unix.LOCK_NB); err != nil {
			f.Close()
			return nil, &os.PathError{Op: "flock", Path: name, Err: err}
		}
		if stillThere(f, name) {
			return f, nil
		}
		f.Close() // whoever had it has removed it: our lock is on nothing
	}
}

// stillThere tells whether the open file is the one that has the name.
func stillThere(f *os.File, name string) bool {
	ours, err := f.Stat()
	if err != nil {
		return false
	}
	named, err := os.Lstat(name)
	return err == nil && os.SameFile(ours, named)
}

func isLocked(err error) bool { return errors.Is(err, unix.EWOULDBLOCK) }

// waitLock is lockFile, and waits until the context is done.
func waitLock(ctx context.Context, name string, how int) (*os.File, error) {
	for {
		f, err := lockFile(name, how)
		if !isLocked(err) {
			return f, err
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for the lock %s, which another tentpole has: %w", name, ctx.Err())
		case <-time.After(beat):
		}
	}
}
