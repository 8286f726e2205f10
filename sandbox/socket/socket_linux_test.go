package socket

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// deep is a directory whose name alone is more than the kernel takes.
func deep(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), strings.Repeat("d", Most))
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestLongPath: who listens far down is found there, and leaves nothing.
func TestLongPath(t *testing.T) {
	for name, path := range map[string]string{"short": "s", "long": filepath.Join(deep(t), "s")} {
		t.Run(name, func(t *testing.T) {
			if name == "short" {
				t.Chdir(t.TempDir())
			}
			l, err := Listen(path)
			if err != nil {
				t.Fatal(err)
			}
			conn, err := Dial(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			theirs, err := l.Accept()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := theirs.Write([]byte("here")); err != nil {
				t.Error(err)
			}
			theirs.Close()
			if said, err := io.ReadAll(conn); err != nil || string(said) != "here" {
				t.Errorf("heard %q, %v", said, err)
			}
			if err := l.Close(); err != nil {
				t.Error(err)
			}
			if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("the file is left: %v", err)
			}
			if _, err := Dial(t.Context(), path); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), path) {
				t.Errorf("%v", err)
			}
		})
	}
}

// TestCloseTwice: the file of whoever listens there next is not the first one's.
func TestCloseTwice(t *testing.T) {
	path := filepath.Join(deep(t), "s")
	first, err := Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	first.Close()
	second, err := Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	first.Close()
	if _, err := os.Lstat(path); err != nil {
		t.Error(err)
	}
}

// TestLongName: what no way leads to is said in one sentence.
func TestLongName(t *testing.T) {
	_, err := Listen(filepath.Join(deep(t), strings.Repeat("s", Most)))
	if err == nil || !strings.Contains(err.Error(), "at most 107 bytes") || !strings.Contains(err.Error(), "shorter") {
		t.Errorf("%v", err)
	}
}
