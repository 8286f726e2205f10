package image

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// A claim is a name in the store's tmp that one process works on. Its lock
// lies beside it and says, by being locked, that somebody does.
type claim struct {
	path string
	lock *os.File
}

const lockSuffix = ".lock"

// claim waits until nobody else works on that name. What a killed process has
// left there is removed.
func (s *Store) claim(ctx context.Context, name string) (*claim, error) {
	path := s.path(tmpDir, name)
	lock, err := waitLock(ctx, path+lockSuffix, exclusive)
	if err != nil {
		return nil, err
	}
	return cleared(&claim{path, lock})
}

func cleared(c *claim) (*claim, error) {
	if err := removeTree(c.path); err != nil {
		c.lock.Close()
		return nil, err
	}
	return c, nil
}

// release removes what has not been moved to its place.
func (c *claim) release() error {
	err := removeTree(c.path)
	// The lock goes last: as long as it is there, the rest is ours.
	err = errors.Join(err, os.Remove(c.path+lockSuffix))
	return errors.Join(err, c.lock.Close())
}

// sweep removes what killed processes have left in tmp.
func (s *Store) sweep() error {
	entries, err := os.ReadDir(s.path(tmpDir))
	if err != nil {
		return err
	}
	var errs []error
	for _, e := range entries {
		path := s.path(tmpDir, strings.TrimSuffix(e.Name(), lockSuffix))
		lock, err := lockFile(path+lockSuffix, exclusive)
		switch {
		case isLocked(err): // at work
		case err != nil:
			errs = append(errs, err)
		default:
			errs = append(errs, (&claim{path, lock}).release())
		}
	}
	return errors.Join(errs...)
}

// removeTree removes a directory with all that is in it, or a file. An
// ordinary user's image may hold directories closed to the user; they are
// opened first.
func removeTree(name string) error {
	if err := os.RemoveAll(name); !errors.Is(err, fs.ErrPermission) {
		return err
	}
	root, err := os.OpenRoot(filepath.Dir(name))
	if err != nil {
		return err
	}
	defer root.Close()
	err = fs.WalkDir(root.FS(), filepath.Base(name), func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			return root.Chmod(name, 0o700) // before it is read
		}
		return err
	})
	return errors.Join(err, root.RemoveAll(filepath.Base(name)))
}
