package inside

import (
	"fmt"
	"path"

	"golang.org/x/sys/unix"
)

func init() { register("create", createFile) }

// createFile makes a file that was not there, stays until the host wants no
// more, and removes it if it is still the same one.
func createFile(a *Act) error {
	var given Create
	if err := a.Given(&given); err != nil {
		return err
	}
	dir, made, err := createIn(given.Path, given.Content+"\n")
	if err != nil {
		return a.Say(Created{Refused: Explain(err)})
	}
	defer unix.Close(dir)
	if err := a.Say(made); err != nil {
		return err
	}
	a.Stay()
	return removeFrom(dir, path.Base(given.Path), made)
}

// createIn makes the file through its directory's descriptor, so that it can
// be removed through the same directory whatever is mounted over it later.
func createIn(file, content string) (dir int, made Created, err error) {
	dir, err = unix.Open(path.Dir(file), unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, made, err
	}
	made, err = writeNew(dir, path.Base(file), content)
	if err != nil {
		unix.Close(dir)
		return -1, made, err
	}
	return dir, made, nil
}

// writeNew leaves nothing behind when it fails.
func writeNew(dir int, name, content string) (made Created, err error) {
	fd, err := unix.Openat(dir, name, unix.O_CREAT|unix.O_EXCL|unix.O_WRONLY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0o644)
	if err != nil {
		return made, err
	}
	defer unix.Close(fd)
	var st unix.Stat_t
	if _, err = unix.Write(fd, []byte(content)); err == nil {
		err = unix.Fstat(fd, &st)
	}
	if err != nil {
		unix.Unlinkat(dir, name, 0)
		return made, err
	}
	return Created{Device: st.Dev, Inode: st.Ino, UID: st.Uid, GID: st.Gid}, nil
}

func removeFrom(dir int, name string, made Created) error {
	var st unix.Stat_t
	if err := unix.Fstatat(dir, name, &st, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return err
	}
	if st.Dev != made.Device || st.Ino != made.Inode {
		return fmt.Errorf("%s is another file now: left alone", name)
	}
	return unix.Unlinkat(dir, name, 0)
}
