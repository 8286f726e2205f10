package sandbox

import (
	"fmt"
	"os"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/internal/sealed"
)

// The binary of an init can be reached from inside through /proc/1/exe, and
// must not be writable there (CVE-2019-5736). Where `make` has embedded a small
// program for inits, all are started from a sealed copy of that in memory, or
// from where it was installed read-only.
// Without it, root starts them from a read-only mount of this program's binary
// that is attached nowhere; an ordinary user, who may not make one, from a
// sealed copy of it when the sandbox has a root of its own. With the host's
// root the file is in plain sight anyway.
var (
	smallProgram  = sync.OnceValues(smallCopy)
	readOnlyMount = sync.OnceValues(openReadOnly)
	sealedCopy    = sync.OnceValues(sealSelf)
)

const self = sealed.Self

func sealSelf() (*os.File, error) { return sealed.Program(nil) }

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
