package experiment

import (
	"os"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// unnamedFile makes a file on dir's disk that has no name; open(2), O_TMPFILE.
func unnamedFile(dir string) (*os.File, error) {
	fd, err := unix.Open(dir, unix.O_TMPFILE|unix.O_RDWR|unix.O_CLOEXEC, 0o600)
	if err != nil {
		return nil, &sandbox.Error{Op: "make a file without a name in", Target: dir, Err: err}
	}
	return os.NewFile(uintptr(fd), "unnamed"), nil
}

// writeBack returns when what is in the page cache is on the disk. The host
// asks: where the kernel charges a page to whoever wrote it, as cgroup v2 does,
// it is held back all the same; sync_file_range(2).
func writeBack(file *os.File, bytes int64) error {
	const all = unix.SYNC_FILE_RANGE_WAIT_BEFORE | unix.SYNC_FILE_RANGE_WRITE | unix.SYNC_FILE_RANGE_WAIT_AFTER
	if err := unix.SyncFileRange(int(file.Fd()), 0, bytes, all); err != nil {
		return &sandbox.Error{Op: "write back", Target: file.Name(), Err: err}
	}
	return nil
}
