package sandbox

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// The binary of an init can be reached from inside through /proc/1/exe, and
// must not be writable there (CVE-2019-5736). Where `make` has embedded a small
// program for inits, all are started from a sealed copy of that in memory.
// Without it, root starts them from a read-only mount of this program's binary
// that is attached nowhere; an ordinary user, who may not make one, from a
// sealed copy of it when the sandbox has a root of its own. With the host's
// root the file is in plain sight anyway.
var (
	smallProgram  = sync.OnceValues(func() (*os.File, error) { return seal(bytes.NewReader(embedded)) })
	readOnlyMount = sync.OnceValues(openReadOnly)
	sealedCopy    = sync.OnceValues(sealSelf)
)

const self = "/proc/self/exe"

// program returns the path that starts this program once more.
func program(p *Plan) (string, error) {
	open := readOnlyMount
	switch {
	case len(embedded) > 0:
		open = smallProgram
	case p.Rootless && p.Root == RootHost:
		return self, nil
	case p.Rootless:
		open = sealedCopy
	}
	f, err := open()
	if err != nil {
		return "", &Error{Op: "protect", Target: self, Err: err, Remedy: "tentpole starts a sandbox only from a binary that cannot be written from inside"}
	}
	return fmt.Sprintf("/proc/self/fd/%d", f.Fd()), nil
}

func openReadOnly() (*os.File, error) {
	tree, err := unix.OpenTree(unix.AT_FDCWD, self, unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC)
	if err != nil {
		return sealSelf() // a kernel before 5.2, or one that forbids it here
	}
	attr := unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY | unix.MOUNT_ATTR_NOSUID}
	if err := unix.MountSetattr(tree, "", unix.AT_EMPTY_PATH, &attr); err != nil {
		unix.Close(tree)
		return sealSelf() // a kernel before 5.12
	}
	return os.NewFile(uintptr(tree), self), nil
}

// sealSelf seals a copy of this program's own binary.
func sealSelf() (*os.File, error) {
	binary, err := os.Open(self)
	if err != nil {
		return nil, err
	}
	defer binary.Close()
	return seal(binary)
}

// seal copies a program into memory and forbids every change; memfd_create(2),
// fcntl(2) F_ADD_SEALS.
func seal(binary io.Reader) (*os.File, error) {
	fd, err := unix.MemfdCreate("tentpole", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING|unix.MFD_EXEC)
	if err == unix.EINVAL { // before 6.3 all are executable
		fd, err = unix.MemfdCreate("tentpole", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	}
	if err != nil {
		return nil, err
	}
	memory := os.NewFile(uintptr(fd), "tentpole")
	if _, err := io.Copy(memory, binary); err != nil {
		memory.Close()
		return nil, err
	}
	seals := unix.F_SEAL_SEAL | unix.F_SEAL_SHRINK | unix.F_SEAL_GROW | unix.F_SEAL_WRITE
	if _, err := unix.FcntlInt(memory.Fd(), unix.F_ADD_SEALS, seals); err != nil {
		memory.Close()
		return nil, err
	}
	return memory, nil
}
