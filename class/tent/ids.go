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
// no user in common. It is on a tmpfs, as locks are; file-hierarchy(7).
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
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, &sandbox.Error{Op: "make", Target: dir, Err: err, Remedy: "ranges of user ids are claimed there: make it writable for root"}
	}
	door, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	defer door.Close()
	if err := lock(door); err != nil { // one looks at a time
		return nil, &sandbox.Error{Op: "lock", Target: dir, Err: err}
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

// claimFile locks one file, if nobody has; the file is nil when somebody does, or
// had until lately.
func claimFile(name string) (*os.File, error) {
	file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	fresh := err == nil
	if errors.Is(err, fs.ErrExist) {
		file, err = os.OpenFile(name, os.O_RDWR, 0)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // it was given back just now
	}
	if err != nil {
		return nil, err
	}
	free, err := take(file, name, fresh)
	if !free || err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// take locks a file, and marks it as in use.
func take(file *os.File, name string, fresh bool) (bool, error) {
	if locked, err := tryLock(file); !locked || err != nil {
		return false, err
	}
	here, err := file.Stat()
	if err != nil {
		return false, err
	}
	there, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist) || err == nil && !os.SameFile(here, there):
		return false, nil // given back between opening and locking
	case err != nil:
		return false, err
	case here.Size() > 0: // nobody has given it back: from now on it rests
		return false, file.Truncate(0)
	case !fresh && time.Since(here.ModTime()) < rest:
		return false, nil
	}
	_, err = file.WriteString("in use\n")
	return err == nil, err
}

// release gives the range back; there may be none.
func (c *claim) release() error {
	if c == nil {
		return nil
	}
	return errors.Join(os.Remove(c.file.Name()), c.file.Close())
}
