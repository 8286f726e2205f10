package lessons

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

func init() {
	children["full"] = childFull
	children["readonly"] = childReadOnly
}

// ownMounts runs a child in a mount namespace of its own, so that it can mount
// a small tmpfs that nobody else ever sees.
func ownMounts(t *testing.T, name string) {
	t.Helper()
	cmd := child(name, t.TempDir())
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
	if os.Geteuid() != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.ENOSPC) {
		skip(t, "no mount namespace here: "+err.Error())
	} else if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); cmd.ProcessState.ExitCode() == cannot {
		skip(t, out.String())
	} else if err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
}

// smallDisk mounts a tmpfs of 64 KiB on dir, in this process's own namespace.
func smallDisk(dir string) error {
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("%w: make the mounts private: %w", errCannot, err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64k,mode=0700"); err != nil {
		return fmt.Errorf("%w: mount a tmpfs on %s: %w", errCannot, dir, err)
	}
	return nil
}

// fill writes until the disk is full.
func fill(name string) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer f.Close()
	for _, size := range []int{4096, 1} {
		for err == nil {
			_, err = f.Write(make([]byte, size))
		}
		if !errors.Is(err, syscall.ENOSPC) {
			return err
		}
		err = nil
	}
	return nil
}

// names lists a directory in one line.
func names(dir string) string {
	entries, _ := os.ReadDir(dir)
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return strings.Join(out, " ")
}

func childFull(dir string) error {
	if err := smallDisk(dir); err != nil {
		return err
	}
	s := &Store{Dir: dir, Tell: func(err error) { panic(err) }}
	if err := put(s, "first"); err != nil {
		return err
	}
	before, err := os.ReadFile(s.path())
	if err != nil {
		return err
	}
	filler := filepath.Join(dir, "filler")
	if err := fill(filler); err != nil {
		return err
	}
	err = put(s, "second")
	after, _ := os.ReadFile(s.path())
	switch {
	case !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "free some space") || !strings.Contains(err.Error(), dir):
		return fmt.Errorf("on a full disk Update = %w", err)
	case !bytes.Equal(before, after):
		return fmt.Errorf("the old file became %q", after)
	case names(dir) != "filler progress.json progress.lock":
		return fmt.Errorf("left behind: %s", names(dir))
	}
	if err := os.Remove(filler); err != nil {
		return err
	}
	if err := put(s, "second"); err != nil {
		return fmt.Errorf("with space again: %w", err)
	}
	p, err := s.Read()
	if err != nil || len(p.Lessons["lesson"].Steps) != 2 {
		return fmt.Errorf("kept %+v: %w", p, err)
	}
	return nil
}

func childReadOnly(dir string) error {
	if err := smallDisk(dir); err != nil {
		return err
	}
	told := 0
	s := &Store{Dir: dir, Tell: func(error) { told++ }}
	if err := put(s, "first"); err != nil {
		return err
	}
	readOnly := func(on uintptr) error {
		if err := syscall.Mount("", dir, "", syscall.MS_REMOUNT|on, ""); err != nil {
			return fmt.Errorf("%w: remount: %w", errCannot, err)
		}
		return nil
	}
	if err := readOnly(syscall.MS_RDONLY); err != nil {
		return err
	}
	if err := put(s, "second"); !errors.Is(err, syscall.EROFS) || !strings.Contains(err.Error(), "XDG_STATE_HOME") {
		return fmt.Errorf("on a read-only disk Update = %w", err)
	}
	if p, err := s.Read(); err != nil || len(p.Lessons["lesson"].Steps) != 1 {
		return fmt.Errorf("on a read-only disk Read = %+v, %w", p, err)
	}
	err := readOnly(0)
	err = errors.Join(err, os.WriteFile(s.path(), []byte("torn"), 0o600), readOnly(syscall.MS_RDONLY))
	if err != nil {
		return err
	}
	if p, err := s.Read(); err != nil || len(p.Lessons) != 0 || told != 1 {
		return fmt.Errorf("a damaged file on a read-only disk: %+v, %w, told %d times", p, err, told)
	}
	return nil
}

func TestStoreFullDisk(t *testing.T) { ownMounts(t, "full") }

func TestStoreReadOnly(t *testing.T) { ownMounts(t, "readonly") }

// A directory that may not be written to: a clear error and nothing changed.
func TestStoreNotOurs(t *testing.T) {
	if os.Geteuid() == 0 {
		return // root may write anywhere; TestStoreReadOnly has its case
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	err := put(&Store{Dir: filepath.Join(dir, "state")}, "a")
	mustContain(t, err, dir, "permission denied", "XDG_STATE_HOME")
	if !errors.Is(err, os.ErrPermission) {
		t.Errorf("%v is not os.ErrPermission", err)
	}
}

// Under sudo, files belong to whoever typed it, and root goes nowhere that
// they could not go themselves.
func TestStoreOwner(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", "")
	t.Setenv("SUDO_USER", "somebody")
	t.Setenv("SUDO_UID", "65534")
	t.Setenv("SUDO_GID", "65534")
	s, err := DefaultStore()
	if err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() != 0 {
		if s.Owner != nil {
			t.Errorf("an ordinary user writes for %+v because of a variable", s.Owner)
		}
		return
	}
	if u, err := user.LookupId("65534"); err == nil && s.Dir != filepath.Join(u.HomeDir, ".local/state/tentpole") {
		t.Errorf("DefaultStore is in %s, the home is %s", s.Dir, u.HomeDir)
	}

	home, err := os.MkdirTemp("", "lessons-owner-") // t.TempDir is closed to others
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(home)
	if err := errors.Join(os.Chmod(home, 0o755), os.Chown(home, 65534, 65534)); err != nil {
		t.Fatal(err)
	}
	dumpable := prctlDumpable()
	s.Dir = filepath.Join(home, ".local", "state")
	if err := put(s, "a"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{".local", ".local/state", ".local/state/progress.json", ".local/state/progress.lock"} {
		if got := ownerOf(t, filepath.Join(home, name)); got != "65534:65534" {
			t.Errorf("%s belongs to %s", name, got)
		}
	}
	if prctlDumpable() != dumpable {
		t.Error("the process is not dumpable any more")
	}
	if syscall.Geteuid() != 0 || ownerOf(t, touched(t)) != "0:0" {
		t.Error("this process is not root any more")
	}

	// The user points our directory at one of root's.
	secret := filepath.Join(home, "secret")
	if err := os.Mkdir(secret, 0o755); err != nil { // root's
		t.Fatal(err)
	}
	s.Dir = filepath.Join(home, "trap")
	if err := os.Symlink(secret, s.Dir); err != nil {
		t.Fatal(err)
	}
	if err := put(s, "a"); !errors.Is(err, os.ErrPermission) {
		t.Errorf("through a link into a directory of root's: %v", err)
	}
	onlyFiles(t, secret)
}

func touched(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(name, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func prctlDumpable() uintptr {
	const getDumpable = 3
	v, _, _ := syscall.RawSyscall(syscall.SYS_PRCTL, getDumpable, 0, 0)
	return v
}

func ownerOf(t *testing.T, name string) string {
	t.Helper()
	var st syscall.Stat_t
	if err := syscall.Lstat(name, &st); err != nil {
		t.Fatal(err)
	}
	return strconv.Itoa(int(st.Uid)) + ":" + strconv.Itoa(int(st.Gid))
}
