package sandbox

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
)

// buildOverlay makes a mount that is attached nowhere; the caller closes its
// descriptor. The user namespace gives the id map, where there is one; upper is its
// layer in memory, if that is there already, or negative.
// fsopen(2), fsconfig(2), fsmount(2), mount_setattr(2).
func buildOverlay(o op.BuildOverlay, users *os.File, upper int, later closer) (mount int, err error) {
	mount, err = assemble(o, users, upper, byDescriptor, later)
	if !errors.Is(err, unix.EINVAL) || !o.IDMapped && !o.Memory {
		return mount, err
	}
	// Before Linux 6.15 an overlay takes only layers that are attached where
	// its maker lives: so, in a mount table of a thread's own. What the first try
	// has left in the work directory would look like an overlay that was not
	// unmounted.
	if err := os.RemoveAll(o.Work); err != nil {
		return -1, err
	}
	inOwnMountTable(func() { mount, err = assemble(o, users, -1, attach, later) })
	return mount, err
}

// A closer closes a mount that an overlay is made of and keeps by itself, when
// nobody waits: to let go of one that is attached nowhere, the kernel waits for
// all processors (namespace_unlock in fs/namespace.c).
type closer func(mount int)

// A reach makes a mount that is attached nowhere reachable by a path; dir is a
// directory that may be made for it.
type reach func(mount int, dir string) (string, error)

func byDescriptor(mount int, _ string) (string, error) {
	return fmt.Sprintf("/proc/self/fd/%d", mount), nil
}

func attach(mount int, dir string) (string, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	return dir, unix.MoveMount(mount, "", unix.AT_FDCWD, dir, unix.MOVE_MOUNT_F_EMPTY_PATH)
}

// assemble puts the layers of an overlay together.
func assemble(o op.BuildOverlay, users *os.File, upper int, reach reach, later closer) (int, error) {
	if o.Memory {
		memory := upper
		if upper < 0 {
			var err error
			if memory, err = memoryLayer(); err != nil {
				return -1, err
			}
		}
		defer later(memory)
		var err error
		if o, err = written(o, memory, reach); err != nil {
			return -1, err
		}
	}
	if upper < 0 {
		if err := makeUpper(o); err != nil {
			return -1, err
		}
	}
	lower := strings.NewReplacer(`\`, `\\`, `:`, `\:`).Replace(o.Lower) // ':' separates layers
	if o.IDMapped {
		tree, err := idMapped(o.Lower, users)
		switch {
		case errors.Is(err, unix.EINVAL):
			// This file system cannot shift owners, such as a tmpfs before Linux
			// 6.3: its files belong to nobody inside.
		case err != nil:
			return -1, err
		default:
			defer later(tree)
			if lower, err = reach(tree, o.Work+".lower"); err != nil {
				return -1, err
			}
		}
	}
	// Nothing in the upper directory outlives the sandbox, so nobody need wait
	// for the disk: volatile. Kernel 5.10; an older one says so and syncs.
	return detached("overlay", 0, [][2]string{{"lowerdir", lower}, {"upperdir", o.Upper}, {"workdir", o.Work}}, "volatile")
}

// memoryLayer is an empty file system in memory that is attached nowhere.
func memoryLayer() (int, error) {
	return detached("tmpfs", unix.MOUNT_ATTR_NOSUID|unix.MOUNT_ATTR_NODEV, [][2]string{{"size", fmt.Sprint(op.MemorySize)}, {"mode", "0755"}})
}

// written is an overlay whose writes go to such a file system.
func written(o op.BuildOverlay, memory int, reach reach) (op.BuildOverlay, error) {
	dir, err := reach(memory, o.Work+".memory")
	o.Upper, o.Work = dir+"/upper", dir+"/work"
	return o, err
}

// upperAhead makes the upper layer of an overlay in memory before the rest of it
// can be made.
func upperAhead(o op.BuildOverlay) (int, error) {
	memory, err := memoryLayer()
	if err != nil {
		return -1, err
	}
	o, err = written(o, memory, byDescriptor)
	if err == nil {
		err = makeUpper(o)
	}
	if err != nil {
		unix.Close(memory)
		return -1, err
	}
	return memory, nil
}

// inOwnMountTable runs f on a thread with a mount table of its own, and throws
// the thread away. It must not be the main one, which /proc/self stands for.
func inOwnMountTable(f func()) {
	done := make(chan struct{})
	var run func()
	run = func() {
		runtime.LockOSThread()
		if unix.Gettid() == unix.Getpid() {
			begun := make(chan struct{})
			go func() { close(begun); run() }()
			<-begun
			<-done // keeps this thread meanwhile
			runtime.UnlockOSThread()
			return
		}
		defer close(done) // never unlocked: the thread ends here
		if unix.Unshare(unix.CLONE_FS|unix.CLONE_NEWNS) == nil && unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, "") == nil {
			f()
		}
	}
	go run()
	<-done
}

// complaint reads what the file system says about a refusal; fsopen(2).
func complaint(fs int) string {
	b := make([]byte, 512)
	n, err := unix.Read(fs, b)
	if err != nil || n <= 0 {
		return ""
	}
	return " (" + string(b[:n-1]) + ")"
}

// makeUpper makes the directories that writes land in, owned by the root of
// the inside, with the mode of the directory they cover.
func makeUpper(o op.BuildOverlay) error {
	mode := os.FileMode(0o755)
	if st, err := os.Stat(o.Lower); err == nil {
		mode = st.Mode() & (os.ModePerm | os.ModeSticky | os.ModeSetgid)
	}
	for _, dir := range []string{o.Upper, o.Work} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		if err := os.Chmod(dir, mode); err != nil {
			return err
		}
		if o.Owner != os.Geteuid() {
			if err := os.Chown(dir, o.Owner, o.Owner); err != nil {
				return err
			}
		}
	}
	return nil
}

// idMapped copies a mount with its owners shifted by the map of a user
// namespace.
func idMapped(dir string, users *os.File) (int, error) {
	tree, err := unix.OpenTree(unix.AT_FDCWD, dir, unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC)
	if err != nil {
		return -1, fmt.Errorf("open_tree %s: %w", dir, err)
	}
	attr := unix.MountAttr{Attr_set: unix.MOUNT_ATTR_IDMAP, Userns_fd: uint64(users.Fd())}
	err = unix.MountSetattr(tree, "", unix.AT_EMPTY_PATH, &attr)
	runtime.KeepAlive(users)
	if err != nil {
		unix.Close(tree)
		return -1, fmt.Errorf("mount_setattr idmap %s: %w", dir, err)
	}
	return tree, nil
}
