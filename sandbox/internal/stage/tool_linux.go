package stage

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path"

	"golang.org/x/sys/unix"
)

// Tool is the helper that works inside as an ordinary command: it has the
// same root, namespaces and rights as anything a learner starts. It never
// returns.
//
//	hold              do nothing until standard input ends
//	create PATH       make PATH with the first line of standard input as its
//	                  content, say who it is, and remove it on the line
//	                  "remove" or when standard input ends
func Tool() {
	unix.Prctl(unix.PR_SET_NAME, comm("tentpole-inside"), 0, 0, 0)
	args := os.Args[1:]
	switch {
	case len(args) == 1 && args[0] == "hold":
		var b [64]byte
		for {
			if n, err := os.Stdin.Read(b[:]); n == 0 || err != nil {
				os.Exit(0)
			}
		}
	case len(args) == 2 && args[0] == "create":
		os.Exit(create(args[1]))
	}
	fmt.Fprintln(os.Stderr, "tentpole-inside is started by tentpole only")
	os.Exit(2)
}

// Created is what the helper says about the file it made.
type Created struct {
	Path   string `json:"path"`
	Device uint64 `json:"device"`
	Inode  uint64 `json:"inode"`
	UID    uint32 `json:"uid"` // as seen from inside
	GID    uint32 `json:"gid"`
	Error  string `json:"error,omitempty"`
	Errno  int    `json:"errno,omitempty"`
}

// Removed is the helper's answer to "remove".
type Removed struct {
	Removed bool   `json:"removed"`
	Error   string `json:"error,omitempty"`
}

func create(file string) int {
	in, out := bufio.NewReader(os.Stdin), json.NewEncoder(os.Stdout)
	content, err := in.ReadString('\n')
	if err != nil {
		return 1
	}
	dir, made, err := createIn(file, content)
	if err != nil {
		made.Path, made.Error = file, err.Error()
		if errno, ok := err.(unix.Errno); ok {
			made.Errno = int(errno)
		}
		out.Encode(made)
		return 1
	}
	out.Encode(made)
	in.ReadString('\n') // "remove", or the end: the file goes either way
	if err := removeFrom(dir, path.Base(file), made); err != nil {
		out.Encode(Removed{Error: err.Error()})
		return 1
	}
	out.Encode(Removed{Removed: true})
	return 0
}

// createIn makes the file through its directory's descriptor, so that it can
// be removed through the same directory whatever is mounted over it later.
func createIn(file, content string) (dir int, made Created, err error) {
	dir, err = unix.Open(path.Dir(file), unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, made, err
	}
	fd, err := unix.Openat(dir, path.Base(file), unix.O_CREAT|unix.O_EXCL|unix.O_WRONLY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0o644)
	if err != nil {
		return -1, made, err
	}
	defer unix.Close(fd)
	if _, err := unix.Write(fd, []byte(content)); err != nil {
		unix.Unlinkat(dir, path.Base(file), 0)
		return -1, made, err
	}
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return -1, made, err
	}
	return dir, Created{Path: file, Device: st.Dev, Inode: st.Ino, UID: st.Uid, GID: st.Gid}, nil
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
