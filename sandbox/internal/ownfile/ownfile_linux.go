// Package ownfile makes a file that was not there, and removes it if it is
// still the same one.
package ownfile

import (
	"fmt"
	"path"

	"golang.org/x/sys/unix"
)

// File is a file as the process that made it sees it.
type File struct {
	Device, Inode uint64
	UID, GID      uint32

	// dir is the directory that it was made in: the file is removed through it,
	// whatever is mounted over it later.
	dir  int
	name string
}

// Create makes the file and leaves nothing behind when it fails. An error of
// the kernel's is returned as it is.
func Create(file, content string) (*File, error) {
	dir, err := unix.Open(path.Dir(file), unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	made, err := createIn(dir, path.Base(file), content)
	if err != nil {
		unix.Close(dir)
		return nil, err
	}
	return made, nil
}

func createIn(dir int, name, content string) (*File, error) {
	fd, err := unix.Openat(dir, name, unix.O_CREAT|unix.O_EXCL|unix.O_WRONLY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0o644)
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	var st unix.Stat_t
	if _, err = unix.Write(fd, []byte(content)); err == nil {
		err = unix.Fstat(fd, &st)
	}
	if err != nil {
		unix.Unlinkat(dir, name, 0)
		return nil, err
	}
	return &File{Device: st.Dev, Inode: st.Ino, UID: st.Uid, GID: st.Gid, dir: dir, name: name}, nil
}

// Remove removes the file, unless its name is another one's by now.
func (f *File) Remove() error {
	defer unix.Close(f.dir)
	var st unix.Stat_t
	if err := unix.Fstatat(f.dir, f.name, &st, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return err
	}
	if st.Dev != f.Device || st.Ino != f.Inode {
		return fmt.Errorf("%s is another file now: left alone", f.name)
	}
	return unix.Unlinkat(f.dir, f.name, 0)
}
