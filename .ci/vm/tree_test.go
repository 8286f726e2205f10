package main

import (
	"os"
	"path"
	"path/filepath"
	"slices"
	"testing"

	"github.com/tentpole-labs/tentpole/.ci/vm/agenda"
	"github.com/tentpole-labs/tentpole/sandbox/vm/initramfs"
	"github.com/tentpole-labs/tentpole/sandbox/vm/initramfs/initramfstest"
	"github.com/u-root/u-root/pkg/cpio"
)

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
	modules := initramfs.Kernel{ModuleDir: t.TempDir()}
	if err := os.WriteFile(filepath.Join(modules.ModuleDir, "modules.dep"), []byte("kernel/overlay.ko:\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(modules.ModuleDir, "kernel"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(modules.ModuleDir, "kernel/overlay.ko"), []byte("module"), 0o644); err != nil {
		t.Fatal(err)
	}
	builtin := ""
	for _, name := range wanted {
		if name != "overlay" {
			builtin += "kernel/" + name + ".ko\n"
		}
	}
	if err := os.WriteFile(filepath.Join(modules.ModuleDir, "modules.builtin"), []byte(builtin), 0o644); err != nil {
		t.Fatal(err)
	}
	tr, err := archive(root, modules, b, agenda.Agenda{Shell: agenda.Root})
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]cpio.Record{}
	for _, r := range initramfstest.Records(t, tr) {
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
		if r, ok := names[name]; !ok || initramfstest.Content(t, r) != text {
			t.Errorf("%s: %v, want %q", name, r, text)
		}
	}
	if r := names[machine+home]; r.UID != agenda.ID || r.Mode != cpio.S_IFDIR|0o700 {
		t.Errorf("the user's home: %v", r)
	}
	if r := names[machine+"/tmp"]; r.Mode != cpio.S_IFDIR|0o1777 {
		t.Errorf("/tmp: %v", r)
	}
	if slices.Contains(tr.Names(), "") {
		t.Error("there is a record without a name")
	}
}
