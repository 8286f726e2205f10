package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
	"unsafe"

	"github.com/tentpole-labs/tentpole/.ci/vm/agenda"
)

const (
	disk    = "/dev/vda"
	newRoot = "/root"
)

// unpack moves the machine's tree from the initramfs to the disk, makes that
// the root, and goes on as its init.
func unpack() error {
	a, err := readAgenda()
	if err != nil {
		return err
	}
	if err := mountAll(early); err != nil {
		return err
	}
	for _, module := range a.Modules {
		if err := load(module); err != nil {
			return err
		}
	}
	if err := awaitDisk(); err != nil {
		return err
	}
	if err := mountAll([]mount{{disk, newRoot, "ext4", syscall.MS_RELATIME, ""}}); err != nil {
		return err
	}
	if err := move(agenda.Tree, newRoot); err != nil {
		return err
	}
	if err := move(agenda.File, newRoot+agenda.File); err != nil {
		return err
	}
	if err := switchRoot(); err != nil {
		return err
	}
	return fmt.Errorf("run %s: %w", agenda.Init, syscall.Exec(agenda.Init, []string{agenda.Init}, os.Environ()))
}

// load gives the kernel a module (init_module(2)). One that is there already
// is no failure.
func load(file string) error {
	image, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	noParameters := []byte{0}
	_, _, errno := syscall.Syscall(syscall.SYS_INIT_MODULE,
		uintptr(unsafe.Pointer(&image[0])), uintptr(len(image)), uintptr(unsafe.Pointer(&noParameters[0])))
	if errno != 0 && errno != syscall.EEXIST {
		return fmt.Errorf("load the module %s: %w", file, errno)
	}
	return nil
}

// awaitDisk waits until the driver has found the disk.
func awaitDisk() error {
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(disk); err == nil {
			return nil
		}
	}
	return errors.New(disk + " has not come")
}

// move copies what is at from and below, with its owners and modes, and gives
// the memory free: the first root file system is nothing but memory.
func move(from, to string) error {
	err := filepath.WalkDir(from, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return moveOne(name, to+name[len(from):], d)
	})
	return errors.Join(err, os.RemoveAll(from))
}

func moveOne(from, to string, d fs.DirEntry) error {
	info, err := d.Info()
	if err != nil {
		return err
	}
	stat := info.Sys().(*syscall.Stat_t)
	switch d.Type() {
	case fs.ModeDir:
		if err := os.MkdirAll(to, 0o755); err != nil {
			return err
		}
	case fs.ModeSymlink:
		target, err := os.Readlink(from)
		return errors.Join(err, os.Symlink(target, to))
	default:
		if err := moveFile(from, to); err != nil {
			return err
		}
	}
	return errors.Join(os.Lchown(to, int(stat.Uid), int(stat.Gid)), syscall.Chmod(to, stat.Mode&0o7777))
}

func moveFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		return err
	}
	return errors.Join(out.Close(), os.Remove(from))
}

// switchRoot makes the disk the root, as switch_root(8) does: the first root
// file system cannot be left with pivot_root(2), it is covered.
func switchRoot() error {
	for _, m := range early {
		if err := syscall.Mount(m.target, newRoot+m.target, "", syscall.MS_MOVE, ""); err != nil {
			return fmt.Errorf("move %s: %w", m.target, err)
		}
	}
	if err := os.Chdir(newRoot); err != nil {
		return err
	}
	if err := syscall.Mount(".", "/", "", syscall.MS_MOVE, ""); err != nil {
		return fmt.Errorf("move %s to /: %w", newRoot, err)
	}
	if err := syscall.Chroot("."); err != nil {
		return fmt.Errorf("chroot: %w", err)
	}
	return os.Chdir("/")
}
