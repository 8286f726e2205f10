package socket

import (
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// Most is how long a path may be that the kernel takes, in bytes.
const Most = 107

// throughDirectory goes through the directory's descriptor; proc_pid_fd(5).
func throughDirectory(path string, do func(short string) error) error {
	dir, err := os.OpenFile(filepath.Dir(path), unix.O_PATH|unix.O_DIRECTORY, 0)
	if err != nil {
		return err
	}
	defer dir.Close()
	short := fmt.Sprintf("/proc/self/fd/%d/%s", dir.Fd(), filepath.Base(path))
	if len(short) > Most {
		return tooLong(path)
	}
	return do(short)
}
