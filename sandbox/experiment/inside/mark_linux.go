package inside

import (
	"fmt"
	"path"

	"golang.org/x/sys/unix"
)

// Marked gives an error unless the directory is the experiment's own. Where a
// volume did not appear, its place is somebody else's, and nothing is written.
func Marked(dir, mark string) error {
	found, err := readSmall(path.Join(dir, MarkFile))
	if err == nil && string(found) != mark {
		err = unix.EXDEV
	}
	if err != nil {
		return fmt.Errorf("look for the experiment's mark in %s: %w", dir, err)
	}
	return nil
}

// AtRoot tells whether the root directory is that one. An act that thinks it is
// in a root of the sandbox's own, and is not, writes nothing there.
func AtRoot(host Inode) (bool, error) {
	here, err := inode("/")
	return here.Device == host.Device && here.Inode == host.Inode, err
}
