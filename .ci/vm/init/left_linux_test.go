package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestSettle names a file that has come, and nothing that was there before or
// has gone.
func TestSettle(t *testing.T) {
	old := looks
	t.Cleanup(func() { looks = old })
	dir := t.TempDir()
	looks = looks[:0:0]
	for _, l := range old {
		if l.kind == "file" {
			l.list = func() []string { return entries(dir, filepath.Join(dir, "none")) }
			looks = append(looks, l)
		}
	}
	for _, name := range []string{"before", "gone", ".lock"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	before := lookAround()
	if err := os.Remove(filepath.Join(dir, "gone")); err != nil {
		t.Fatal(err)
	}
	if left := settle(before, 0); len(left) != 0 {
		t.Errorf("nothing has come, and %v is left", left)
	}
	if err := os.WriteFile(filepath.Join(dir, "new"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if left, want := settle(before, 0), []string{"file " + filepath.Join(dir, "new")}; !slices.Equal(left, want) {
		t.Errorf("left %v, want %v", left, want)
	}
}

// TestProcesses finds this one, and none of the kernel's own.
func TestProcesses(t *testing.T) {
	list := processes()
	if !slices.ContainsFunc(list, func(p string) bool { return strings.Contains(p, filepath.Base(os.Args[0])) }) {
		t.Errorf("this process is not among %v", list)
	}
	for _, p := range list {
		if _, args, _ := strings.Cut(p, " "); args == "" {
			t.Errorf("a process without arguments: %q", p)
		}
	}
}
