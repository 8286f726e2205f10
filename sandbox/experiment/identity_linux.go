package experiment

import (
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// identify tells what the host sees of a file, without following a link.
func identify(file string) (sandbox.Identity, error) {
	st, err := os.Lstat(file)
	if err != nil {
		return sandbox.Identity{}, err
	}
	sys := st.Sys().(*syscall.Stat_t)
	return sandbox.Identity{Path: file, Device: uint64(sys.Dev), Inode: sys.Ino, UID: sys.Uid, GID: sys.Gid}, nil
}

// allocated is how many bytes of its disk a file takes up; stat(2), st_blocks.
func allocated(st fs.FileInfo) int64 { return st.Sys().(*syscall.Stat_t).Blocks * 512 }

// freeSpace is how many bytes an ordinary user may still write to the file
// system of a directory; statfs(2).
func freeSpace(dir string) int64 {
	var st unix.Statfs_t
	if unix.Statfs(dir, &st) != nil {
		return 0
	}
	return int64(st.Bavail) * st.Bsize
}
