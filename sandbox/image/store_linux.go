package image

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"golang.org/x/sys/unix"
)

// Store keeps images in a directory. Any number of processes may use the same
// one at once, and any number of goroutines the same Store; there is nothing
// to close.
type Store struct {
	dir     string
	options Options
}

// What lies in a store's directory; see the package comment.
const (
	tmpDir    = "tmp"
	blobsPath = "blobs"
	rootsDir  = "roots"
	imagesDir = "images"
	lockName  = "lock"
)

// How a lock is held.
const (
	shared    = unix.LOCK_SH
	exclusive = unix.LOCK_EX
)

// Open opens the store in dir, makes it if need be, and removes what killed
// pulls have left in it. It must belong to the caller's effective user, and is
// closed to all others: images hold set-user-id programs of strangers.
func Open(dir string, o Options) (*Store, error) {
	if o.Limits == (Limits{}) {
		o.Limits = DefaultLimits()
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	s := &Store{abs, o}
	for _, d := range []string{"", tmpDir, blobsPath, rootsDir, imagesDir} {
		if err := os.MkdirAll(s.path(d), 0o700); err != nil {
			return nil, fmt.Errorf("open image store: %w", err)
		}
	}
	if err := s.own(); err != nil {
		return nil, fmt.Errorf("open image store: %w", err)
	}
	if err := s.sweep(); err != nil {
		return nil, fmt.Errorf("clean up image store: %w", err)
	}
	return s, nil
}

// own refuses a store of somebody else's, who could have put anything into it.
func (s *Store) own() error {
	var st unix.Stat_t
	if err := unix.Stat(s.dir, &st); err != nil {
		return &os.PathError{Op: "stat", Path: s.dir, Err: err}
	}
	if int(st.Uid) != os.Geteuid() {
		return fmt.Errorf("%s belongs to user %d: %w; use a directory of your own", s.dir, st.Uid, unix.EPERM)
	}
	return os.Chmod(s.dir, 0o700)
}

func (s *Store) path(parts ...string) string {
	return filepath.Join(append([]string{s.dir}, parts...)...)
}

func (s *Store) blob(h v1.Hash) string { return s.path(blobsPath, h.Algorithm, h.Hex) }

func (s *Store) root(chain v1.Hash) string { return s.path(rootsDir, chain.Algorithm, chain.Hex) }

// lock keeps removals away (shared), or pulls as well (exclusive), until the
// file is closed.
func (s *Store) lock(ctx context.Context, how int) (*os.File, error) {
	return waitLock(ctx, s.path(lockName), how)
}

// spool returns a file that is gone when it is closed.
func (s *Store) spool() (*os.File, error) {
	f, err := os.CreateTemp(s.path(tmpDir), "spool-*")
	if err != nil {
		return nil, err
	}
	return f, os.Remove(f.Name())
}

// settle moves what a claim has finished to its place, at once.
func (c *claim) settle(to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	return os.Rename(c.path, to)
}

func exists(name string) bool {
	_, err := os.Lstat(name)
	return !errors.Is(err, os.ErrNotExist)
}
