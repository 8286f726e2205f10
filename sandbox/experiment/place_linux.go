package experiment

import (
	"fmt"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
)

// placeOf is the directory at a path of the host's.
func placeOf(path string) (inside.Place, error) {
	var st unix.Stat_t
	if err := unix.Stat(path, &st); err != nil {
		return inside.Place{}, fmt.Errorf("stat %s: %w", path, err)
	}
	return inside.Place{Device: uint64(st.Dev), Inode: st.Ino}, nil
}

// ownerOf is who owns a file, as the host numbers users.
func ownerOf(path string) (uint32, error) {
	var st unix.Stat_t
	if err := unix.Stat(path, &st); err != nil {
		return 0, fmt.Errorf("stat %s: %w", path, err)
	}
	return st.Uid, nil
}
