package initramfs_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/u-root/u-root/pkg/cpio"

	"github.com/tentpole-labs/tentpole/sandbox/vm/initramfs"
	"github.com/tentpole-labs/tentpole/sandbox/vm/initramfs/initramfstest"
)

// TestTree wants in the archive what was put into the tree, each directory
// before what is in it.
func TestTree(t *testing.T) {
	from := t.TempDir()
	for name, mode := range map[string]os.FileMode{"script": 0o755, "text": 0o600} {
		if err := os.WriteFile(filepath.Join(from, name), []byte("of "+name), mode); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("script", filepath.Join(from, "link")); err != nil {
		t.Fatal(err)
	}
	tr := initramfs.Tree{}
	tr.File("/a/b/c/file", "text", 0o640)
	tr.Dir("/a", 0o700)
	tr.Own("/a", 1000)
	if err := tr.CopyDir("/copy", from); err != nil {
		t.Fatal(err)
	}
	if err := tr.CopyDir("/none", filepath.Join(from, "none")); err != nil {
		t.Errorf("a directory that is not there: %v", err)
	}
	want := []struct {
		name string
		mode uint64
		uid  uint64
		text string
	}{
		{"a", cpio.S_IFDIR | 0o700, 1000, ""},
		{"a/b", cpio.S_IFDIR | 0o755, 0, ""},
		{"a/b/c", cpio.S_IFDIR | 0o755, 0, ""},
		{"a/b/c/file", cpio.S_IFREG | 0o640, 0, "text"},
		{"copy", cpio.S_IFDIR | 0o755, 0, ""},
		{"copy/link", cpio.S_IFLNK | 0o777, 0, "script"},
		{"copy/script", cpio.S_IFREG | 0o755, 0, "of script"},
		{"copy/text", cpio.S_IFREG | 0o600, 0, "of text"},
	}
	got := initramfstest.Records(t, tr)
	if len(got) != len(want) {
		t.Fatalf("%d records, want %d: %v", len(got), len(want), got)
	}
	for i, w := range want {
		if r := got[i]; r.Name != w.name || r.Mode != w.mode || r.UID != w.uid || initramfstest.Content(t, r) != w.text {
			t.Errorf("record %d: %v %q, want %+v", i, r, initramfstest.Content(t, r), w)
		}
	}
}
