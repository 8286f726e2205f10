package facts

import (
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
)

// TestTerminals: each counts once, whoever holds whichever end, and what waits in a
// socket counts as well.
func TestTerminals(t *testing.T) {
	proc := t.TempDir() // in which this process is the only one
	if err := os.Symlink("/proc/self", filepath.Join(proc, strconv.Itoa(os.Getpid()))); err != nil {
		t.Fatal(err)
	}
	before := Terminals(proc, 0)
	near := openFile(t, "/dev/ptmx")
	openFile(t, near.Name())
	copied, err := syscall.Dup(int(near.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(copied)
	if n := Terminals(proc, 0) - before; n != 2 {
		t.Errorf("two terminals and a copy count as %d", n)
	}
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(pair[0])
	defer syscall.Close(pair[1])
	if err := syscall.Sendmsg(pair[0], []byte("x"), syscall.UnixRights(copied, copied, copied), nil, 0); err != nil {
		t.Fatal(err)
	}
	if n := Terminals(proc, 0) - before; n != 5 {
		t.Errorf("with three descriptors on their way it is %d", n)
	}
}

func openFile(t *testing.T, name string) *os.File {
	t.Helper()
	f, err := os.OpenFile(name, os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}
