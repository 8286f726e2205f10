//go:build !windows

package lessons

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"

	"github.com/google/renameio/v2"
)

// replaceFile writes a file beside the old one, syncs it, and renames it over.
// The directory is synced as well, so that the rename survives a power cut.
// Call it with the lock held: it removes what a killed writer left.
func replaceFile(name string, content []byte) error {
	dir := filepath.Dir(name)
	left, _ := filepath.Glob(filepath.Join(dir, "."+filepath.Base(name)+"*"))
	for _, f := range left {
		_ = os.Remove(f)
	}
	if err := renameio.WriteFile(name, content, 0o600, renameio.WithTempDir(dir)); err != nil {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) { // some file systems cannot
		return err
	}
	return nil
}

func isFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG)
}

func isReadOnly(err error) bool { return errors.Is(err, syscall.EROFS) }
