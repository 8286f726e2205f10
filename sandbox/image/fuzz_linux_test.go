package image

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// fuzzLinks are links that lie in the root before: some out, some in.
var fuzzLinks = map[string]string{"out": "..", "far": "../../canary", "in": "d", "loop": "loop"}

// FuzzUnpack unpacks anything on top of a root that has links out of it. What
// lies around the root must stay as it was, and nothing may panic.
func FuzzUnpack(f *testing.F) {
	for _, row := range hostile {
		f.Add(archive(f, planted(row.entries, "/nowhere")...))
	}
	f.Add(archive(f, file("out/canary", "dead"), file("in/x", "1"), hardlink("y", "in/x"), file("d/.wh.x", ""), file(".wh..wh..opq", "")))
	f.Add(sparse("hole", 1<<20))
	f.Add(gzipped(f, archive(f, file("a", "1"))))
	f.Add(zstandard(f, archive(f, file("a", "1"))))
	f.Fuzz(func(t *testing.T, b []byte) {
		around := t.TempDir()
		inner := filepath.Join(around, "root")
		if err := os.MkdirAll(filepath.Join(inner, "d"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(around, "canary"), []byte("alive"), 0o600); err != nil {
			t.Fatal(err)
		}
		for link, target := range fuzzLinks {
			if err := os.Symlink(target, filepath.Join(inner, link)); err != nil {
				t.Fatal(err)
			}
		}
		before := outsideOf(t, around)
		unpackAnything(t, inner, b)
		if after := outsideOf(t, around); !slices.Equal(before, after) {
			t.Errorf("around the root was\n%q, and is\n%q", before, after)
		}
		if err := removeTree(inner); err != nil {
			t.Error(err)
		}
	})
}

// unpackAnything does not care how it ends.
func unpackAnything(t *testing.T, dir string, b []byte) {
	t.Helper()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	limits := small()
	limits.Bytes, limits.File, limits.Entries = 1<<20, 1<<20, 200
	u := newUnpacker(root, limits)
	l := layer{size: int64(len(b))}
	if err := u.layer(context.Background(), l, bytes.NewReader(b)); err == nil {
		_ = u.layer(context.Background(), l, bytes.NewReader(b)) // on top of itself
		_ = u.finish()
	}
}

// outsideOf lists what lies around the root with its modes, times of the root
// itself aside.
func outsideOf(t *testing.T, around string) []string {
	t.Helper()
	var out []string
	for _, line := range tree(t, around) {
		if _, name, _ := strings.Cut(line, " "); name == "root" || strings.HasPrefix(name, "root/") {
			continue
		}
		out = append(out, line)
	}
	info, err := os.Lstat(filepath.Join(around, "canary"))
	if err != nil {
		t.Fatal(err)
	}
	return append(out, info.Mode().String(), info.ModTime().String())
}

// FuzzName makes sure that a name that passes stays below the root.
func FuzzName(f *testing.F) {
	for _, name := range []string{"", ".", "..", "/", "./a", "a//b", "a/../b", "../a", "a/..", "\x00", ".wh...", "a/./"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		clean, broken := cleanName(name)
		if broken == "" && !filepath.IsLocal(clean) {
			t.Errorf("%q passes as %q", name, clean)
		}
	})
}
