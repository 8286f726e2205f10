package ownfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestRemove(t *testing.T) {
	file := filepath.Join(t.TempDir(), "canary")
	made, err := Create(file, "word\n")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Create(file, "other\n"); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a file that is there was made again: %v", err)
	}
	if raw, err := os.ReadFile(file); err != nil || string(raw) != "word\n" {
		t.Errorf("it holds %q, %v", raw, err)
	}
	if err := made.Remove(); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(file); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("it is still there: %v", err)
	}
}

func TestRemoveLeavesAnother(t *testing.T) {
	file := filepath.Join(t.TempDir(), "canary")
	made, err := Create(file, "word\n")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(file, file+".away"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte("somebody's\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := made.Remove(); err == nil {
		t.Error("somebody else's file was removed")
	}
	if _, err := os.Lstat(file); err != nil {
		t.Error(err)
	}
}
