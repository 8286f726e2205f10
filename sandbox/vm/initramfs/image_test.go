package initramfs

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// bzImage is the beginning of one, with a text where its version is.
func bzImage(text string) []byte {
	b := make([]byte, 0x400)
	copy(b[0x202:], "HdrS")
	b[0x20f] = 1 // the text is 0x100 behind the first sector
	return append(b[:0x300], text...)
}

// TestVersionOf: the image says which kernel it is, whatever it is called.
func TestVersionOf(t *testing.T) {
	broken := bzImage("6.1.0 (x)")
	broken[0x202] = 'h'
	for name, c := range map[string]struct {
		image []byte
		want  string
	}{
		"a kernel": {bzImage("6.1.0-9-amd64 (somebody@somewhere) #1"), "6.1.0-9-amd64"},
		"no magic": {broken, ""},
		"short":    {broken[:0x100], ""},
		"empty":    {nil, ""},
		"hostile":  {bzImage("../../etc (x)"), ""},
		"endless":  {bzImage(strings.Repeat("6", 200)), ""},
	} {
		file := filepath.Join(t.TempDir(), "image")
		if err := os.WriteFile(file, c.image, 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := VersionOf(file); got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if _, err := VersionOf(t.TempDir()); !errors.Is(err, errNotAKernel) {
		t.Errorf("a directory: %v", err)
	}
	if _, err := VersionOf(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

// TestThisKernel: its modules are looked for beside it, by what it says it is.
func TestThisKernel(t *testing.T) {
	top := t.TempDir()
	image := filepath.Join(top, "boot", "mine")
	modules := filepath.Join(top, "lib/modules/6.1.0-test")
	for _, dir := range []string{filepath.Dir(image), modules} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(image, bzImage("6.1.0-test (x)"), 0o600); err != nil {
		t.Fatal(err)
	}
	if k, err := ThisKernel(image); err != nil || k != (Kernel{"6.1.0-test", image, modules}) {
		t.Errorf("%+v, %v", k, err)
	}
	if err := os.Remove(modules); err != nil {
		t.Fatal(err)
	}
	if _, err := ThisKernel(image); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "lib/modules/6.1.0-test") {
		t.Errorf("without its modules: %v", err)
	}
}
