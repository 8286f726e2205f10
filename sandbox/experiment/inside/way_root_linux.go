package inside

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

func init() {
	wayOut("chroot-walk", func(a *attempt) error { return a.apart("chroot-walk/walk", nil) })
	wayOut("chroot-walk/walk", walk)
	wayOut("file-handle", fileHandle)
	wayOut("proc-1-root", procOneRoot)
}

// walk moves its root below the directory it is in, which is then outside, and
// walks up from there as far as it goes; chroot(2). A process of its own does
// it, which ends then.
func walk(a *attempt) error {
	if err := unix.Chdir("/"); err != nil {
		return err
	}
	if err := unix.Chroot("/proc"); err != nil {
		return os.NewSyscallError("chroot", err)
	}
	for range 32 {
		if err := unix.Chdir(".."); err != nil {
			return err
		}
	}
	return a.hostRoot(".")
}

// hostRoot tells whether a directory is the host's root.
func (a *attempt) hostRoot(path string) error {
	here, err := node(path)
	if err != nil {
		return &os.PathError{Op: "stat", Path: path, Err: err}
	}
	if here.Device != a.Canary.Root.Device || here.Inode != a.Canary.Root.Inode {
		return missing("it ends at a root of its own")
	}
	return nil
}

// procOneRoot looks behind the host's first process. Where the first one is
// another, its root is no way out, even if it is the host's directory.
func procOneRoot(a *attempt) error {
	var st unix.Stat_t
	if err := unix.Stat("/proc/1/ns/pid", &st); err == nil && st.Ino != a.Canary.Namespaces["pid"] {
		return missing("the first process is one of its own")
	}
	return a.hostRoot("/proc/1/root/.")
}

// fileHandle opens the canary's file by its handle, without a path. It takes any
// file of the same file system, to say which one is meant: every mount is tried,
// but those that opening would mount, by autofs(5).
func fileHandle(a *attempt) error {
	if len(a.Canary.Handle) == 0 {
		return missing("the host's file system has no handles")
	}
	handle := unix.NewFileHandle(a.Canary.HandleType, a.Canary.Handle)
	for _, m := range append(mounts(), mount{point: "."}) {
		if m.kind == "autofs" {
			continue
		}
		at, err := unix.Open(m.point, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
		if err != nil {
			continue
		}
		err = a.byHandle(at, handle)
		unix.Close(at)
		if !errors.Is(err, errElsewhere) {
			return err
		}
	}
	return errElsewhere
}

var errElsewhere error = missing("nothing of the host's file system is mounted here")

func (a *attempt) byHandle(at int, handle unix.FileHandle) error {
	var st unix.Stat_t
	if err := unix.Fstat(at, &st); err != nil || st.Dev != a.Canary.File.Device {
		return errElsewhere
	}
	fd, err := unix.OpenByHandleAt(at, handle, unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NONBLOCK)
	if err != nil {
		return os.NewSyscallError("open_by_handle_at", err)
	}
	defer unix.Close(fd)
	if err := a.Canary.File.is(fd); err != nil {
		return err
	}
	return a.read(fd)
}
