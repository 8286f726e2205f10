package image

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRecognise tells words apart in a directory with one of everything.
func TestRecognise(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for _, d := range []string{"root/etc", "oci", "odd:name", "alpine"} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, b := range map[string][]byte{
		"oci/oci-layout": []byte("{}"), "odd:name/oci-layout": []byte("{}"),
		"root.tar": tarStart(), "root.tar.gz": {0x1f, 0x8b, 8, 0}, "root.tar.zst": {0x28, 0xb5, 0x2f, 0xfd},
		"text": []byte("hello"), "nothing": nil,
	} {
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	in := func(name string) string { return filepath.Join(dir, name) }
	for _, row := range []struct {
		word string
		want Source
		say  string // what the error says, if there is one
	}{
		{"root", Source{Kind: Directory, Path: in("root")}, ""},
		{".", Source{Kind: Directory, Path: dir}, ""},
		{"alpine", Source{Kind: Directory, Path: in("alpine")}, ""},
		{"oci", Source{Kind: Layout, Path: in("oci")}, ""},
		{"oci:oci", Source{Kind: Layout, Path: in("oci")}, ""},
		{"oci:oci:v1", Source{Kind: Layout, Path: in("oci"), Tag: "v1"}, ""},
		{"oci:odd:name", Source{Kind: Layout, Path: in("odd:name")}, ""},
		{"oci:odd:name:v1", Source{Kind: Layout, Path: in("odd:name"), Tag: "v1"}, ""},
		{"oci:root", Source{}, "no OCI layout"},
		{"oci:", Source{}, "no OCI layout"},
		{"root.tar", Source{Kind: Tar, Path: in("root.tar")}, ""},
		{"./root.tar", Source{Kind: Tar, Path: in("root.tar")}, ""},
		{"root.tar.gz", Source{Kind: Tar, Path: in("root.tar.gz")}, ""},
		{"root.tar.zst", Source{Kind: Tar, Path: in("root.tar.zst")}, ""},
		{"text", Source{}, "no tar"},
		{"nothing", Source{}, "no tar"},
		{"/dev/null", Source{}, "neither a directory nor a file"},
		{"debian", Source{Kind: Registry, Ref: "docker.io/library/debian:latest"}, ""},
		{"alpine:3.20", Source{Kind: Registry, Ref: "docker.io/library/alpine:3.20"}, ""},
		{"docker.io/library/alpine", Source{Kind: Registry, Ref: "docker.io/library/alpine:latest"}, ""},
		{"ghcr.io/x/y:tag", Source{Kind: Registry, Ref: "ghcr.io/x/y:tag"}, ""},
		{"127.0.0.1:5000/a/b", Source{Kind: Registry, Ref: "127.0.0.1:5000/a/b:latest"}, ""},
		{"x@sha256:" + strings.Repeat("a", 64), Source{Kind: Registry, Ref: "docker.io/library/x@sha256:" + strings.Repeat("a", 64)}, ""},
		{"./missing", Source{}, "no such file or directory, and it is no image reference"},
		{"/missing", Source{}, "no such file or directory, and it is no image reference"},
		{"Missing", Source{}, "no such file or directory, and it is no image reference"},
		{"https://ghcr.io/x/y", Source{}, "no such file or directory, and it is no image reference"},
		{"text/below", Source{}, "not a directory"},
		{"", Source{}, "no such file or directory, and it is no image reference"},
	} {
		got, err := Recognise(row.word)
		if got != row.want {
			t.Errorf("%q is %+v (%v), want %+v", row.word, got, err, row.want)
		}
		var word *WordError
		if row.say == "" && err != nil || row.say != "" && (!errors.As(err, &word) || !strings.Contains(err.Error(), row.say)) {
			t.Errorf("%q: the error is %v, want %q", row.word, err, row.say)
		}
	}
}

// tarStart is the beginning of a tar with one file in it.
func tarStart() []byte {
	b := make([]byte, tarBlock)
	copy(b, "a")
	copy(b[100:], "0000644\x000000000\x000000000\x0000000000000\x0000000000000\x000006100\x00 0")
	copy(b[148:], "        ")
	sum := 0
	for _, c := range b {
		sum += int(c)
	}
	copy(b[148:], []byte{'0' + byte(sum>>15&7), '0' + byte(sum>>12&7), '0' + byte(sum>>9&7), '0' + byte(sum>>6&7), '0' + byte(sum>>3&7), '0' + byte(sum&7), 0, ' '})
	return b
}

func TestSourceString(t *testing.T) {
	for want, s := range map[string]Source{
		"docker.io/library/x:y": {Kind: Registry, Ref: "docker.io/library/x:y"},
		"oci:/a:v1":             {Kind: Layout, Path: "/a", Tag: "v1"},
		"oci:/a":                {Kind: Layout, Path: "/a"},
		"/a.tar":                {Kind: Tar, Path: "/a.tar"},
	} {
		if s.String() != want {
			t.Errorf("got %q, want %q", s, want)
		}
	}
}
