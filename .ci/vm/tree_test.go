package main

import (
	"bytes"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"testing"

	"github.com/tentpole-labs/tentpole/.ci/vm/agenda"
	"github.com/u-root/u-root/pkg/cpio"
)

// written writes a tree and reads the archive back.
func written(t *testing.T, tr tree) []cpio.Record {
	t.Helper()
	var b bytes.Buffer
	if err := tr.write(&b); err != nil {
		t.Fatal(err)
	}
	records, err := cpio.ReadAllRecords(cpio.Newc.Reader(bytes.NewReader(b.Bytes())))
	if err != nil {
		t.Fatal(err)
	}
	return records
}

func content(t *testing.T, r cpio.Record) string {
	t.Helper()
	b, err := io.ReadAll(io.NewSectionReader(r, 0, int64(r.FileSize)))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

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
	tr := tree{}
	tr.file("/a/b/c/file", "text", 0o640)
	tr.dir("/a", 0o700)
	tr.own("/a", 1000)
	if err := tr.copyDir("/copy", from); err != nil {
		t.Fatal(err)
	}
	if err := tr.copyDir("/none", filepath.Join(from, "none")); err != nil {
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
	got := written(t, tr)
	if len(got) != len(want) {
		t.Fatalf("%d records, want %d: %v", len(got), len(want), got)
	}
	for i, w := range want {
		if r := got[i]; r.Name != w.name || r.Mode != w.mode || r.UID != w.uid || content(t, r) != w.text {
			t.Errorf("record %d: %v %q, want %+v", i, r, content(t, r), w)
		}
	}
}

// TestInitramfs looks for what the machine cannot do without.
func TestInitramfs(t *testing.T) {
	b := built{t.TempDir(), repository}
	list := packages[:1]
	for _, name := range []string{"init", "test2json", path.Base(list[0].dir) + ".test"} {
		if err := os.WriteFile(filepath.Join(b.dir, name), []byte(name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	root, err := system()
	if err != nil {
		t.Fatal(err)
	}
	if err := addTests(root, list, b); err != nil {
		t.Fatal(err)
	}
	modules := kernel{moduleDir: t.TempDir()}
	if err := os.WriteFile(filepath.Join(modules.moduleDir, "modules.dep"), []byte("kernel/overlay.ko:\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(modules.moduleDir, "kernel"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(modules.moduleDir, "kernel/overlay.ko"), []byte("module"), 0o644); err != nil {
		t.Fatal(err)
	}
	builtin := ""
	for _, name := range wanted {
		if name != "overlay" {
			builtin += "kernel/" + name + ".ko\n"
		}
	}
	if err := os.WriteFile(filepath.Join(modules.moduleDir, "modules.builtin"), []byte(builtin), 0o644); err != nil {
		t.Fatal(err)
	}
	tr, err := initramfs(root, modules, b, agenda.Agenda{Shell: agenda.Root})
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]cpio.Record{}
	for _, r := range written(t, tr) {
		if parent := path.Dir(r.Name); parent != "." && names[parent].Mode&cpio.S_IFMT != cpio.S_IFDIR {
			t.Errorf("%s comes before its directory", r.Name)
		}
		names[r.Name] = r
	}
	machine := agenda.Tree[1:]
	for name, text := range map[string]string{
		"init":                        "init",
		"modules/overlay.ko":          "module",
		"agenda.json":                 `{"Modules":["/modules/overlay.ko"],"Runs":null,"Shell":"root"}`,
		machine + agenda.Init:         "init",
		machine + agenda.Events:       "test2json",
		machine + list[0].program():   path.Base(list[0].dir) + ".test",
		machine + "/bin":              "usr/bin",
		machine + "/etc/subuid":       "tester:100000:65536\n",
		machine + "/usr/local/bin/go": noGo,
	} {
		if r, ok := names[name]; !ok || content(t, r) != text {
			t.Errorf("%s: %v, want %q", name, r, text)
		}
	}
	if r := names[machine+home]; r.UID != agenda.ID || r.Mode != cpio.S_IFDIR|0o700 {
		t.Errorf("the user's home: %v", r)
	}
	if r := names[machine+"/tmp"]; r.Mode != cpio.S_IFDIR|0o1777 {
		t.Errorf("/tmp: %v", r)
	}
	if slices.Contains(tr.names(), "") {
		t.Error("there is a record without a name")
	}
}
