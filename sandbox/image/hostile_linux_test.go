package image

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// outside is a directory next to the store that no archive may touch.
func outside(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "canary"), []byte("alive"), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// Every row is an archive that is refused as a whole, and the entry that the
// error must name. OUT stands for the directory with the canary.
var hostile = []struct {
	name    string
	entries []*tar.Header
	names   string // the entry in the error
	why     string // a part of the reason
}{
	{"absolute name", []*tar.Header{file("ok", ""), file("OUT/canary", "dead")}, "OUT/canary", "absolute"},
	{"absolute directory", []*tar.Header{dir("OUT/sub/")}, "OUT/sub/", "absolute"},
	{"name upwards", []*tar.Header{file("../canary", "dead")}, "../canary", `".."`},
	{"name upwards behind a dot", []*tar.Header{file("./../canary", "dead")}, "./../canary", `".."`},
	{"name down and upwards", []*tar.Header{dir("a"), file("a/../../canary", "dead")}, "a/../../canary", `".."`},
	{"name upwards and back in", []*tar.Header{dir("a"), file("a/../b", "")}, "a/../b", `".."`},
	{"symlink upwards", []*tar.Header{symlink("a", "../.."), file("a/canary", "dead")}, "a/canary", `leads out, to "../.."`},
	{"absolute symlink", []*tar.Header{symlink("a", "OUT"), file("a/canary", "dead")}, "a/canary", "leads out"},
	{"directory through a symlink", []*tar.Header{symlink("a", "OUT"), dir("a/sub")}, "a/sub", "leads out"},
	{"symlink through a symlink", []*tar.Header{symlink("a", "OUT"), symlink("a/l", "x")}, "a/l", "leads out"},
	{"fifo through a symlink", []*tar.Header{symlink("a", "OUT"), device(tar.TypeFifo, "a/p", 0)}, "a/p", "leads out"},
	{"symlink to a symlink out", []*tar.Header{symlink("a", "OUT"), symlink("b", "a"), file("b/canary", "dead")}, "b/canary", "leads out"},
	{"symlink out in two steps", []*tar.Header{dir("d"), symlink("d/up", ".."), symlink("d/upper", "up/.."), file("d/upper/canary", "dead")}, "d/upper/canary", "leads out"},
	{"symlink out, deeper", []*tar.Header{dir("x/y"), symlink("x/y/z", "../../../.."), file("x/y/z/w/canary", "dead")}, "x/y/z/w/canary", "leads out"},
	{"symlinks in a circle", []*tar.Header{symlink("a", "b"), symlink("b", "a"), file("a/f", "")}, "a/f", "circle"},
	{"whiteout through a symlink", []*tar.Header{symlink("a", "OUT"), file("a/.wh.canary", "")}, "a/.wh.canary", "leads out"},
	{"opaque through a symlink", []*tar.Header{symlink("a", "OUT"), file("a/.wh..wh..opq", "")}, "a/.wh..wh..opq", "leads out"},
	{"whiteout upwards", []*tar.Header{dir("a"), file("a/.wh...", "")}, "a/.wh...", "directory"},
	{"whiteout of its directory", []*tar.Header{dir("a"), file("a/.wh..", "")}, "a/.wh..", "directory"},
	{"whiteout of nothing", []*tar.Header{file(".wh.", "")}, ".wh.", "directory"},
	{"below a whiteout", []*tar.Header{file(".wh.a/b", "")}, ".wh.a/b", "whiteout"},
	{"hard link upwards", []*tar.Header{hardlink("a", "../canary")}, "a", `".."`},
	{"absolute hard link", []*tar.Header{hardlink("a", "OUT/canary")}, "a", "absolute"},
	{"hard link through a symlink", []*tar.Header{symlink("l", "OUT"), hardlink("a", "l/canary")}, "a", "leads out"},
	{"hard link to a symlink out", []*tar.Header{symlink("l", "OUT/canary"), hardlink("a", "l")}, "a", "leads out"},
	{"hard link to a symlink up", []*tar.Header{symlink("l", "../canary"), hardlink("a", "l")}, "a", "leads out"},
	{"hard link to a directory", []*tar.Header{dir("d"), hardlink("a", "d")}, "a", "directory"},
	{"hard link to nothing", []*tar.Header{hardlink("a", "b")}, "a", "not in the archive"},
	{"hard link to itself", []*tar.Header{file("a", ""), hardlink("a", "./a")}, "a", "in its own place"},
	{"hard link to itself by a detour", []*tar.Header{file("a", ""), symlink("l", "."), hardlink("a", "l/a")}, "a", "in its own place"},
	{"hard link into what it replaces", []*tar.Header{file("a/b", ""), hardlink("a", "a/b")}, "a", "in its own place"},
	{"character device", []*tar.Header{device(tar.TypeChar, "dev/mem", 1)}, "dev/mem", "device"},
	{"block device", []*tar.Header{device(tar.TypeBlock, "dev/sda", 8)}, "dev/sda", "device"},
	{"block device 0/0", []*tar.Header{device(tar.TypeBlock, "b", 0)}, "b", "device"},
	{"below a file", []*tar.Header{file("a", ""), file("a/b", "")}, "a/b", "no directory"},
	{"the root as a file", []*tar.Header{file("./.", "")}, "./.", "root itself"},
	{"the root as a symlink", []*tar.Header{symlink(".", "OUT")}, ".", "root itself"},
	{"symlink to nothing", []*tar.Header{symlink("a", "")}, "a", "nothing"},
	{"unknown type", []*tar.Header{device('V', "a", 0)}, "a", "unknown type"},
	{"owner that is none", []*tar.Header{with(file("a", ""), func(h *tar.Header) { h.Uid = 1<<32 - 1 })}, "a", "user"},
	{"component too long", []*tar.Header{file(strings.Repeat("x", 256), "")}, strings.Repeat("x", 256), "255"},
	{"control characters are quoted", []*tar.Header{file("../\x1b[31m", "")}, "../\x1b[31m", `".."`},
}

// TestHostile unpacks each archive from a tar and as an image's second layer.
func TestHostile(t *testing.T) {
	for _, row := range hostile {
		t.Run(row.name, func(t *testing.T) {
			out := outside(t)
			before := tree(t, out)
			b := archive(t, planted(row.entries, out)...)
			name := strings.ReplaceAll(row.names, "OUT", out)
			s := newStore(t)
			for _, word := range []string{
				writeFile(t, "root.tar", b),
				push(t, serve(t, nil), "hostile", imageOf(t, archive(t, dir("etc")), b)),
			} {
				_, err := s.Pull(context.Background(), word, nil)
				e := wantError[*EntryError](t, err)
				if e.Entry != name || !strings.Contains(e.Why, row.why) {
					t.Errorf("%s: refused entry %q because it %s; want entry %q, %q", word, e.Entry, e.Why, name, row.why)
				}
				if !strings.Contains(err.Error(), fmt.Sprintf("%q", name)) || strings.Contains(err.Error(), "\x1b") {
					t.Errorf("the error does not quote the entry: %v", err)
				}
				nothingLeft(t, s, 0, 0)
			}
			if after := tree(t, out); !slices.Equal(before, after) {
				t.Errorf("outside was\n%q, and is\n%q", before, after)
			}
		})
	}
}

// planted puts the directory with the canary into the entries.
func planted(entries []*tar.Header, out string) []*tar.Header {
	var list []*tar.Header
	for _, e := range entries {
		h := *e
		h.Name = strings.ReplaceAll(h.Name, "OUT", out)
		h.Linkname = strings.ReplaceAll(h.Linkname, "OUT", out)
		list = append(list, &h)
	}
	return list
}

// TestHostileLower plants the link in one layer and writes through it in the
// next.
func TestHostileLower(t *testing.T) {
	out := outside(t)
	before := tree(t, out)
	s := newStore(t)
	img := imageOf(t, archive(t, symlink("a", out)), archive(t, file("a/canary", "dead")))
	_, err := s.Pull(context.Background(), push(t, serve(t, nil), "hostile", img), nil)
	if e := wantError[*EntryError](t, err); e.Entry != "a/canary" {
		t.Errorf("refused entry %q", e.Entry)
	}
	if after := tree(t, out); !slices.Equal(before, after) {
		t.Errorf("outside was\n%q, and is\n%q", before, after)
	}
	nothingLeft(t, s, 0, 0)
}

// small are limits that a test can pass.
func small() Limits {
	l := DefaultLimits()
	l.Bytes, l.File, l.Entries, l.Path, l.Depth, l.Xattr, l.Layers = 4000, 3000, 20, 60, 5, 100, 3
	return l
}

func TestLimits(t *testing.T) {
	big := strings.Repeat("x", 2500)
	many := []*tar.Header{}
	for i := range 21 {
		many = append(many, file(fmt.Sprint(i), ""))
	}
	for _, row := range []struct {
		limit   string
		entries []*tar.Header
		entry   string
	}{
		{"bytes", []*tar.Header{file("a", big), file("b", big)}, "b"},
		{"file", []*tar.Header{file("a", big+big)}, "a"},
		{"entries", many, "20"},
		{"path", []*tar.Header{file("p/"+strings.Repeat("x", 60), "")}, "p/" + strings.Repeat("x", 60)},
		{"path", []*tar.Header{symlink("l", strings.Repeat("x", 61))}, "l"},
		{"depth", []*tar.Header{file("1/2/3/4/5/6", "")}, "1/2/3/4/5/6"},
		{"xattr", []*tar.Header{with(file("a", ""), func(h *tar.Header) { h.PAXRecords[xattrPrefix+"user.a"] = big })}, "a"},
	} {
		t.Run(row.limit+" "+row.entry, func(t *testing.T) {
			s := newStore(t)
			s.options.Limits = small()
			_, err := s.Pull(context.Background(), writeFile(t, "root.tar", archive(t, row.entries...)), nil)
			if e := wantError[*LimitError](t, err); e.Limit != row.limit || e.Entry != row.entry {
				t.Errorf("passed limit %q at %q: %v", e.Limit, e.Entry, err)
			}
			nothingLeft(t, s, 0, 0)
		})
	}
}

func TestTooManyLayers(t *testing.T) {
	s := newStore(t)
	s.options.Limits = small()
	b := archive(t, dir("a"))
	_, err := s.Pull(context.Background(), push(t, serve(t, nil), "deep", imageOf(t, b, b, b, b)), nil)
	if e := wantError[*LimitError](t, err); e.Limit != "layers" {
		t.Error(e)
	}
}

// TestBomb packs zeros: as a file, behind the end of the archive where no entry
// is, and as a sparse file that has no bytes at all.
func TestBomb(t *testing.T) {
	zeros := make([]byte, RatioFree+(4<<20))
	for name, b := range map[string][]byte{
		"file":                          archive(t, file("a", string(zeros))),
		"a file that a docker save has": archive(t, file("manifest.json", string(zeros))),
		"trailer":                       append(archive(t, file("a", "")), zeros...),
	} {
		t.Run(name, func(t *testing.T) {
			s := newStore(t)
			_, err := s.Pull(context.Background(), writeFile(t, "bomb.tar.gz", gzipped(t, b)), nil)
			if e := wantError[*LimitError](t, err); e.Limit != "ratio" {
				t.Error(e)
			}
			nothingLeft(t, s, 0, 0)
		})
	}
	t.Run("sparse", func(t *testing.T) {
		s := newStore(t)
		_, err := s.Pull(context.Background(), writeFile(t, "sparse.tar", sparse("hole", 6<<30)), nil)
		if e := wantError[*LimitError](t, err); e.Limit != "ratio" || e.Entry != "hole" {
			t.Error(e)
		}
		nothingLeft(t, s, 0, 0)
	})
}

// sparse is a tar with a file that is one hole, in the old GNU format; tar(5).
func sparse(name string, size int64) []byte {
	b := make([]byte, 3*tarBlock)
	copy(b, name)
	copy(b[100:], "0000644\x000000000\x000000000\x0000000000000\x0000000000000\x00")
	b[156] = 'S'
	copy(b[257:], "ustar  \x00")
	copy(b[386:], fmt.Sprintf("%011o\x00%011o\x00", size, 0)) // the only piece: nothing, at the end
	copy(b[483:], fmt.Sprintf("%011o\x00", size))
	copy(b[148:], "        ")
	sum := 0
	for _, c := range b[:tarBlock] {
		sum += int(c)
	}
	copy(b[148:], fmt.Sprintf("%06o\x00 ", sum))
	return b
}

// TestDirectoryIsNoImage makes sure that a directory is no image.
func TestDirectoryIsNoImage(t *testing.T) {
	_, err := newStore(t).Pull(context.Background(), t.TempDir(), nil)
	var word *WordError
	if !errors.As(err, &word) {
		t.Error(err)
	}
}
