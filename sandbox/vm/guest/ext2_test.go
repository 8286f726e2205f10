package guest

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestFormat asks e2fsck(8), whatever lay on the disk before.
func TestFormat(t *testing.T) {
	check, err := exec.LookPath("e2fsck")
	if err != nil {
		check = "/sbin/e2fsck" // not in every user's PATH
	}
	if _, err := os.Stat(check); err != nil {
		t.Skip("e2fsck is missing: apt-get install e2fsprogs")
	}
	for _, blocks := range []int{leastBlocks, 16384, mostBlocks, mostBlocks + 100} {
		name := filepath.Join(t.TempDir(), "disk")
		dirt := make([]byte, min(blocks, leastBlocks)*blockSize)
		for i := range dirt {
			dirt[i] = byte(i * 31)
		}
		if err := errors.Join(os.WriteFile(name, dirt, 0o600), os.Truncate(name, int64(blocks)*blockSize)); err != nil {
			t.Fatal(err)
		}
		f, err := os.OpenFile(name, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if err := format(f); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command(check, "-fn", name).CombinedOutput(); err != nil {
			t.Errorf("%d blocks: %v\n%s", blocks, err, out)
		}
	}
}

func TestTooSmall(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "disk"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := format(f); err == nil {
		t.Error("a file system on a disk of no bytes")
	}
}
