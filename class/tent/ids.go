package tent

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// Claims are kept in a directory of the whole machine, a file for each range of
// ids that is in use, locked by the server whose tent has it: so two servers have
// no user in common. It is on a tmpfs, as locks are; file-hierarchy(7). The last one
// out removes it, and not the directory above, which may be the mount of a container.
const claimsDir = "/run/tentpole/ids"

// rest is how long a range lies idle whose server was killed: processes of its
// tent may be ending.
const rest = 10 * time.Second

// maxRanges are more than a machine has learners.
const maxRanges = 60000

// claim is a range of ids that is ours.
type claim struct {
	number int
	file   *os.File
}

// claimRange finds the first range that nobody has, from 1 on: 0 is that of
// root's other sandboxes.
func claimRange(dir string) (*claim, error) {
	door, err := enter(dir)
	if err != nil {
		return nil, err
	}
	defer door.Close()
	if err := sweep(dir); err != nil {
		return nil, err
	}
	for number := 1; number <= maxRanges; number++ {
		file, err := claimFile(filepath.Join(dir, fmt.Sprint(number)))
		if err != nil {
			return nil, &sandbox.Error{Op: "claim a range of user ids in", Target: dir, Err: err}
		}
		if file != nil {
			return &claim{number, file}, nil
		}
	}
	return nil, &sandbox.Error{Op: "claim a range of user ids in", Target: dir, Err: errors.New("all are taken")}
}

// enter makes the directory if need be, and keeps everybody else out until it is
// closed. One that the last one out has removed meanwhile is made again.
func enter(dir string) (door *os.File, err error) {
	for there := false; !there; {
		err := os.MkdirAll(filepath.Dir(dir), 0o700)
		if err == nil {
			err = os.Mkdir(dir, 0o700)
		}
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, &sandbox.Error{Op: "make", Target: dir, Err: err, Remedy: "ranges of user ids are claimed there: make it writable for root"}
		}
		if door, err = os.Open(dir); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if there, err = locked(door, dir); err != nil {
			return nil, &sandbox.Error{Op: "lock", Target: dir, Err: errors.Join(err, door.Close())}
		}
		if !there {
			door.Close()
		}
	}
	return door, nil
}

// locked waits until a directory is ours, and tells whether it is still there.
func locked(door *os.File, dir string) (bool, error) {
	if err := lock(door); err != nil {
		return false, err
	}
	return same(door, dir)
}

// same tells whether a file is still what has the name.
func same(file *os.File, name string) (bool, error) {
	here, err := file.Stat()
	if err != nil {
		return false, err
	}
	there, err := os.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil && os.SameFile(here, there), err
}

// sweep looks after ranges whose server was killed: they begin to rest, and those
// that have rested are free again. It is for who keeps everybody else out.
func sweep(dir string) error {
	files, err := os.ReadDir(dir)
	for _, f := range files {
		name := filepath.Join(dir, f.Name())
		file, failed := os.OpenFile(name, os.O_RDWR, 0)
		if errors.Is(failed, fs.ErrNotExist) {
			continue
		}
		if failed != nil {
			return errors.Join(err, failed)
		}
		err = errors.Join(err, sweepOne(file), file.Close())
	}
	return err
}

func sweepOne(file *os.File) error {
	if free, err := tryLock(file); !free || err != nil {
		return err
	}
	st, err := file.Stat()
	switch {
	case err != nil:
		return err
	case st.Size() > 0: // nobody has given it back: from now on it rests
		return file.Truncate(0)
	case time.Since(st.ModTime()) < rest:
		return nil
	}
	return os.Remove(file.Name())
}

// claimFile makes and locks a file, and marks it as in use; it is nil where there is
// one: somebody has the range, or had it until lately.
func claimFile(name string) (*os.File, error) {
	file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	_, err = file.WriteString("in use\n")
	if err := errors.Join(err, lock(file)); err != nil {
		return nil, errors.Join(err, os.Remove(name), file.Close())
	}
	return file, nil
}

// release gives the range back; there may be none.
func (c *claim) release() error {
	if c == nil {
		return nil
	}
	return leave(filepath.Dir(c.file.Name()), func() error { return errors.Join(os.Remove(c.file.Name()), c.file.Close()) })
}

// Sweep looks after what killed servers have left of their claims.
func Sweep() error { return sweepClaims(claimsDir) }

func sweepClaims(dir string) error {
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return leave(dir, func() error { return nil })
}

// leave does the last thing in a directory of claims. The last one out removes it.
func leave(dir string, last func() error) error {
	door, err := enter(dir)
	if err != nil {
		return errors.Join(err, last())
	}
	defer door.Close()
	err = errors.Join(last(), sweep(dir))
	os.Remove(dir) // an error is that it is not empty
	return err
}
