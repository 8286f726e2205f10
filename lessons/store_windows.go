package lessons

import (
	"errors"
	"os"
	"syscall"
)

const (
	errorDiskFull     = syscall.Errno(112)
	errorWriteProtect = syscall.Errno(19)
)

// replaceFile writes a file beside the old one, syncs it, and renames it over.
// renameio leaves Windows out because the rename is not atomic there in every
// case; MoveFileEx, which os.Rename uses, is as near as it gets.
func replaceFile(name string, content []byte) error {
	temp := name + ".new"
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(temp, name)
	}
	if err != nil {
		_ = os.Remove(temp)
	}
	return err
}

func isFull(err error) bool { return errors.Is(err, errorDiskFull) }

func isReadOnly(err error) bool { return errors.Is(err, errorWriteProtect) }
