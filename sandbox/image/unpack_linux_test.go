package image

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/sys/unix"
)

func gzipped(t testing.TB, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func zstandard(t testing.TB, b []byte) []byte {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return w.EncodeAll(b, nil)
}

// TestLayers puts layers on top of one another.
func TestLayers(t *testing.T) {
	base := []*tar.Header{dir("a"), file("a/one", "1"), file("a/two", "2"), file("top", "t"), symlink("link", "a"), dir("a/deep"), file("a/deep/x", "x")}
	for _, row := range []struct {
		name   string
		layers [][]*tar.Header
		want   []string
	}{
		{"one layer", [][]*tar.Header{base},
			[]string{"d a", "d a/deep", "f a/deep/x=x", "f a/one=1", "f a/two=2", "f top=t", "l link>a"}},
		{"dots and slashes", [][]*tar.Header{{dir("./"), dir("./a/"), file("./a//b", "1"), file("a/./c", "2")}},
			[]string{"d a", "f a/b=1", "f a/c=2"}},
		{"implied directories", [][]*tar.Header{{file("x/y/z", "1")}},
			[]string{"d x", "d x/y", "f x/y/z=1"}},
		{"later layers win", [][]*tar.Header{base, {file("top", "new")}},
			[]string{"d a", "d a/deep", "f a/deep/x=x", "f a/one=1", "f a/two=2", "f top=new", "l link>a"}},
		{"later entries win", [][]*tar.Header{{file("x", "1"), file("x", "2"), dir("d"), file("d", "3"), symlink("s", "x"), file("s", "4")}},
			[]string{"f d=3", "f s=4", "f x=2"}},
		{"directory in place of a link", [][]*tar.Header{base, {dir("link"), file("link/f", "1")}},
			[]string{"d a", "d a/deep", "d link", "f a/deep/x=x", "f a/one=1", "f a/two=2", "f link/f=1", "f top=t"}},
		{"through a link that stays inside", [][]*tar.Header{base, {file("link/three", "3"), file("link/.wh.two", "")}},
			[]string{"d a", "d a/deep", "f a/deep/x=x", "f a/one=1", "f a/three=3", "f top=t", "l link>a"}},
		{"a link that changes on the way", [][]*tar.Header{{dir("a"), dir("b"), symlink("l", "a"), file("l/f", "1"), symlink("l", "b"), file("l/f", "2")}},
			[]string{"d a", "d b", "f a/f=1", "f b/f=2", "l l>b"}},
		{"a link that replaces itself from within", [][]*tar.Header{{dir("b"), symlink("l", "."), file("l/f", "1"), symlink("l/l", "b"), file("l/g", "2")}},
			[]string{"d b", "f b/g=2", "f f=1", "l l>b"}},
		{"a link that is removed on the way", [][]*tar.Header{base, {file("link/f", "1"), file(".wh.link", ""), file("link/g", "2")}},
			[]string{"d a", "d a/deep", "d link", "f a/deep/x=x", "f a/f=1", "f a/one=1", "f a/two=2", "f link/g=2", "f top=t"}},
		{"whiteouts", [][]*tar.Header{base, {file("a/.wh.one", ""), file(".wh.top", ""), file(".wh.link", ""), file("a/.wh.deep", "")}},
			[]string{"d a", "f a/two=2"}},
		{"whiteout of nothing", [][]*tar.Header{base, {file("none/.wh.x", ""), file("a/.wh.none", "")}},
			[]string{"d a", "d a/deep", "f a/deep/x=x", "f a/one=1", "f a/two=2", "f top=t", "l link>a"}},
		{"overlay's whiteout", [][]*tar.Header{base, {device(tar.TypeChar, "a", 0)}},
			[]string{"f top=t", "l link>a"}},
		{"whiteout is for lower layers", [][]*tar.Header{base, {file("a/one", "new"), file("a/.wh.one", ""), file("a/.wh.deep", ""), file("a/deep/y", "y")}},
			[]string{"d a", "d a/deep", "f a/deep/y=y", "f a/one=new", "f a/two=2", "f top=t", "l link>a"}},
		{"opaque first", [][]*tar.Header{base, {file("a/.wh..wh..opq", ""), file("a/new", "n")}},
			[]string{"d a", "f a/new=n", "f top=t", "l link>a"}},
		{"opaque last", [][]*tar.Header{base, {file("a/new", "n"), file("a/deep/y", "y"), file("a/.wh..wh..opq", "")}},
			[]string{"d a", "d a/deep", "f a/deep/y=y", "f a/new=n", "f top=t", "l link>a"}},
		{"opaque root", [][]*tar.Header{base, {file(".wh..wh..opq", ""), file("only", "1")}},
			[]string{"f only=1"}},
		{"aufs's own", [][]*tar.Header{{file(".wh..wh.aufs", ""), dir(".wh..wh.plnk"), file(".wh..wh.plnk/1.2", ""), file("a", "1")}},
			[]string{"f a=1"}},
		{"hard link to a lower layer", [][]*tar.Header{base, {hardlink("same", "a/one")}},
			[]string{"d a", "d a/deep", "f a/deep/x=x", "f a/one=1", "f a/two=2", "f same=1", "f top=t", "l link>a"}},
		{"links may point anywhere", [][]*tar.Header{{symlink("abs", "/etc/passwd"), symlink("up", "../../x"), symlink("gone", "nowhere")}},
			[]string{"l abs>/etc/passwd", "l gone>nowhere", "l up>../../x"}},
		{"fifo", [][]*tar.Header{{device(tar.TypeFifo, "p", 0)}}, []string{"p p"}},
		{"global header", [][]*tar.Header{{{Typeflag: tar.TypeXGlobalHeader, Name: "pax_global_header", PAXRecords: map[string]string{"comment": "x"}}, file("a", "1")}},
			[]string{"f a=1"}},
		{"no layers", nil, []string{}},
		{"an empty layer", [][]*tar.Header{{}}, []string{}},
	} {
		t.Run(row.name, func(t *testing.T) {
			var layers [][]byte
			for _, l := range row.layers {
				layers = append(layers, archive(t, l...))
			}
			i := mustPull(t, newStore(t), push(t, serve(t, nil), "layers", imageOf(t, layers...)))
			if got := tree(t, i.Root); !slices.Equal(got, row.want) {
				t.Errorf("got  %q\nwant %q", got, row.want)
			}
		})
	}
}

// TestCompressions unpacks the same root from a plain tar, gzip and zstd.
func TestCompressions(t *testing.T) {
	b := archive(t, dir("etc"), file("etc/os", "tentpole"))
	for name, packed := range map[string][]byte{"root.tar": b, "root.tar.gz": gzipped(t, b), "root.tar.zst": zstandard(t, b), "without an ending": gzipped(t, b)} {
		i := mustPull(t, newStore(t), writeFile(t, name, packed))
		if got, want := tree(t, i.Root), []string{"d etc", "f etc/os=tentpole"}; !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
		if i.Size != 8 {
			t.Errorf("%s: size %d, want 8", name, i.Size)
		}
	}
}

// attributes are what stat(2) says of each entry.
type attributes struct {
	mode     uint32
	mtime    int64
	uid, gid uint32
}

func statOf(t *testing.T, name string) attributes {
	t.Helper()
	var st syscall.Stat_t
	if err := syscall.Lstat(name, &st); err != nil {
		t.Fatal(err)
	}
	return attributes{st.Mode & 0o7777, st.Mtim.Sec, st.Uid, st.Gid}
}

// TestAttributes compares modes, times and owners with the archive's. For an
// ordinary user everything belongs to the user, and a note says so.
func TestAttributes(t *testing.T) {
	owned := func(h *tar.Header, mode int64) *tar.Header {
		h.Mode, h.Uid, h.Gid = mode, 12, 34
		return h
	}
	entries := []*tar.Header{
		owned(dir("."), 0o711),
		owned(dir("closed"), 0o000),
		owned(file("closed/secret", "s"), 0o600),
		owned(dir("closed/in"), 0o500),
		owned(dir("sticky"), 0o1777),
		owned(file("setuid", ""), 0o4755),
		owned(file("setgid", ""), 0o2711),
		owned(file("none", ""), 0o000),
		owned(symlink("link", "/none"), 0o777),
		owned(device(tar.TypeFifo, "pipe", 0), 0o640),
	}
	root := os.Geteuid() == 0
	i := mustPull(t, newStore(t), writeFile(t, "root.tar", archive(t, entries...)))
	checkAttributes(t, i.Root, entries)
	if got := len(i.Notes) > 0 && strings.Contains(i.Notes[0], "10 files and directories"); got == root {
		t.Errorf("notes %q", i.Notes)
	}
}

func checkAttributes(t *testing.T, root string, entries []*tar.Header) {
	t.Helper()
	for _, h := range entries {
		name := filepath.Join(root, h.Name)
		if os.Geteuid() != 0 && strings.HasPrefix(h.Name, "closed/") {
			continue // nothing can be seen in there, as it should be
		}
		want := attributes{uint32(h.Mode), then.Unix(), uint32(os.Getuid()), uint32(os.Getgid())}
		if os.Geteuid() == 0 {
			want.uid, want.gid = 12, 34
		}
		if got := statOf(t, name); got != want {
			t.Errorf("%s: got %+v, want %+v", h.Name, got, want)
		}
	}
}

// TestHardLinks makes sure that two names are one file.
func TestHardLinks(t *testing.T) {
	i := mustPull(t, newStore(t), writeFile(t, "root.tar", archive(t, file("a", "1"), dir("d"), hardlink("d/b", "./a"), symlink("l", "a"), hardlink("m", "l"))))
	a, err := os.Stat(filepath.Join(i.Root, "a"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.Stat(filepath.Join(i.Root, "d/b"))
	if err != nil || !os.SameFile(a, b) {
		t.Errorf("a and d/b are two files (%v)", err)
	}
	if target, err := os.Readlink(filepath.Join(i.Root, "m")); target != "a" {
		t.Errorf("m is a link to %q (%v), want the link itself", target, err)
	}
}

// fileCapability is cap_net_raw+ep; linux/capability.h, vfs_cap_data.
var fileCapability = "\x01\x00\x00\x02\x00\x20\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"

// TestXattrs takes over what may be taken over, and counts the rest.
func TestXattrs(t *testing.T) {
	h := with(file("f", "1"), func(h *tar.Header) {
		h.Mode = 0o444
		for name, value := range map[string]string{
			"user.mine": "1", "user.overlay.opaque": "y", "trusted.overlay.opaque": "y", "security.capability": fileCapability, "security.selinux": "x",
		} {
			h.PAXRecords[xattrPrefix+name] = value
		}
	})
	s := newStore(t)
	var want []string
	for name, value := range map[string]string{"user.mine": "1", "security.capability": fileCapability} {
		if settable(t, s, name, value) {
			want = append(want, name)
		}
	}
	slices.Sort(want)
	i, note := mustPull(t, s, writeFile(t, "root.tar", archive(t, h))), fmt.Sprintf("%d extended attributes", 5-len(want))
	if got := listXattrs(t, filepath.Join(i.Root, "f")); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if !slices.ContainsFunc(i.Notes, func(n string) bool { return strings.HasPrefix(n, note) }) {
		t.Errorf("notes %q, want %q", i.Notes, note)
	}
}

// settable tells whether this user may set an attribute on this file system:
// an ordinary one no capabilities, and nobody user.* on a tmpfs before Linux
// 6.6.
func settable(t *testing.T, s *Store, name, value string) bool {
	t.Helper()
	f, err := os.CreateTemp(s.dir, "xattr-*")
	if err != nil {
		t.Fatal(err)
	}
	defer os.Remove(f.Name())
	defer f.Close()
	return unix.Fsetxattr(int(f.Fd()), name, []byte(value), 0) == nil
}

func listXattrs(t *testing.T, name string) []string {
	t.Helper()
	b := make([]byte, 1024)
	n, err := unix.Llistxattr(name, b)
	if err != nil {
		t.Fatal(err)
	}
	names := strings.FieldsFunc(string(b[:n]), func(r rune) bool { return r == 0 })
	names = slices.DeleteFunc(names, func(n string) bool { return n == "security.selinux" }) // the host's own label
	slices.Sort(names)
	return names
}
