package sandbox

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestScratch(t *testing.T) {
	state := t.TempDir()
	t.Setenv("XDG_STATE_HOME", state)
	t.Setenv("SUDO_UID", "")
	dir, remove, err := Scratch(os.Getgid())
	if err != nil {
		t.Fatal(err)
	}
	st, err := os.Stat(dir)
	if err != nil || st.Mode().Perm() != 0o710 {
		t.Errorf("%v, %v", st.Mode(), err)
	}
	if _, o, ok := parseOwned(filepath.Base(dir)); !ok || o != me() {
		t.Errorf("%s does not tell whose it is", dir)
	}
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o400); err != nil {
		t.Fatal(err)
	}
	swept, err := Sweep(filepath.Join(state, "tentpole"))
	if err != nil || len(swept.Trees) > 0 {
		t.Errorf("the janitor took what is in use: %+v, %v", swept, err)
	}
	if err := remove(); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("it is still there: %v", err)
	}
}
