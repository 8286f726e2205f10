package sandbox

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// TestInstalled: the program for inits is taken from where it was installed only if
// it is the right one and nobody can write it.
func TestInstalled(t *testing.T) {
	want := make([]byte, 200<<10)
	for i := range want {
		want[i] = byte(i * 7)
	}
	other := append([]byte(nil), want...)
	other[150<<10]++
	for _, c := range []struct {
		name     string
		content  []byte
		owner    int
		readOnly bool
		taken    bool
	}{
		{"as it has to be", want, 1, true, true},
		{"one's own", want, os.Geteuid(), true, false},
		{"on a mount that can be written", want, 1, false, false},
		{"another one", other, 1, true, false},
		{"a shorter one", want[:len(want)-1], 1, true, false},
		{"a longer one", append(append([]byte(nil), want...), 0), 1, true, false},
		{"an empty one", nil, 1, true, false},
		{"none", nil, -1, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			if c.owner >= 0 {
				place := filepath.Join(dir, InitName)
				if err := os.WriteFile(place, c.content, 0o755); err != nil {
					t.Fatal(err)
				}
				if c.owner != os.Geteuid() {
					giveAway(t, place, c.owner)
				}
			}
			if c.readOnly {
				dir = readOnlyView(t, dir)
			}
			f := installed(dir, want)
			if f != nil {
				defer f.Close()
			}
			if taken := f != nil; taken != c.taken {
				t.Errorf("taken: %v", taken)
			}
		})
	}
}

func giveAway(t *testing.T, file string, owner int) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root: only root gives files away")
	}
	if err := os.Chown(file, owner, owner); err != nil {
		t.Fatal(err)
	}
}

// readOnlyView is a read-only mount of a directory that is attached nowhere.
func readOnlyView(t *testing.T, dir string) string {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root: to make a mount takes CAP_SYS_ADMIN")
	}
	tree, err := unix.OpenTree(unix.AT_FDCWD, dir, unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(tree) })
	if err := unix.MountSetattr(tree, "", unix.AT_EMPTY_PATH, &unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY}); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("/proc/self/fd/%d", tree)
}
