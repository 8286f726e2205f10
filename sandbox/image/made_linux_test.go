package image

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// then is the time of everything in the archives made here.
var then = time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)

// Entries of archives made here.
func file(name, content string) *tar.Header {
	return &tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644, Size: int64(len(content)), ModTime: then,
		PAXRecords: map[string]string{contentKey: content}}
}

func dir(name string) *tar.Header {
	return &tar.Header{Typeflag: tar.TypeDir, Name: name, Mode: 0o755, ModTime: then}
}

func symlink(name, target string) *tar.Header {
	return &tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: target, Mode: 0o777, ModTime: then}
}

func hardlink(name, target string) *tar.Header {
	return &tar.Header{Typeflag: tar.TypeLink, Name: name, Linkname: target, ModTime: then}
}

func device(kind byte, name string, major int64) *tar.Header {
	return &tar.Header{Typeflag: kind, Name: name, Mode: 0o666, Devmajor: major, ModTime: then}
}

// with changes an entry.
func with(h *tar.Header, change func(*tar.Header)) *tar.Header {
	change(h)
	return h
}

// contentKey carries a file's content to archive; it is not written.
const contentKey = "TEST.content"

// archive makes a tar.
func archive(t testing.TB, entries ...*tar.Header) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, e := range entries {
		h := *e
		content := h.PAXRecords[contentKey]
		h.PAXRecords = map[string]string{}
		for k, v := range e.PAXRecords {
			if k != contentKey {
				h.PAXRecords[k] = v
			}
		}
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// imageOf makes an image for this machine from tars.
func imageOf(t testing.TB, layers ...[]byte) v1.Image {
	t.Helper()
	img, err := mutate.ConfigFile(empty.Image, &v1.ConfigFile{
		OS: "linux", Architecture: runtime.GOARCH,
		Config: v1.Config{Env: []string{"A=b"}, Entrypoint: []string{"/bin/run"}, Cmd: []string{"it"}, WorkingDir: "/work", User: "me"},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range layers {
		layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(l)), nil })
		if err != nil {
			t.Fatal(err)
		}
		if img, err = mutate.AppendLayers(img, layer); err != nil {
			t.Fatal(err)
		}
	}
	return img
}

// serve runs a registry on loopback until the test ends, in which wrap may
// answer requests itself. It returns its host.
func serve(t testing.TB, wrap func(http.Handler) http.Handler) string {
	t.Helper()
	handler := registry.New(registry.Logger(quiet))
	if wrap != nil {
		handler = wrap(handler)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://")
}

// push puts an image into a registry and returns its reference.
func push(t testing.TB, host, repository string, img v1.Image) string {
	t.Helper()
	ref, err := name.ParseReference(host + "/" + repository)
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(ref, img); err != nil {
		t.Fatal(err)
	}
	return ref.Name()
}

// newStore makes a store of the test's own.
func newStore(t testing.TB) *Store {
	t.Helper()
	s, err := Open(filepath.Join(t.TempDir(), "images"), Options{Anonymous: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		// t.TempDir cannot remove directories that are closed to their owner.
		if err := removeTree(s.dir); err != nil {
			t.Error(err)
		}
	})
	return s
}

func mustPull(t testing.TB, s *Store, word string) Image {
	t.Helper()
	i, err := s.Pull(context.Background(), word, nil)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// writeFile puts bytes into a file of the test's own.
func writeFile(t testing.TB, name string, b []byte) string {
	t.Helper()
	p := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(p, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

// tree lists what lies below a directory: "d name", "f name=content",
// "l name>target", "p name".
func tree(t testing.TB, dir string) []string {
	t.Helper()
	out := []string{}
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrPermission) {
			return fs.SkipDir // closed to us, as the image has it
		}
		if err != nil || p == dir {
			return err
		}
		out = append(out, describeEntry(t, p, strings.TrimPrefix(p, dir+"/"), d))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(out)
	return out
}

func describeEntry(t testing.TB, p, rel string, d fs.DirEntry) string {
	t.Helper()
	switch {
	case d.IsDir():
		return "d " + rel
	case d.Type()&fs.ModeSymlink != 0:
		target, err := os.Readlink(p)
		if err != nil {
			t.Fatal(err)
		}
		return "l " + rel + ">" + target
	case d.Type()&fs.ModeNamedPipe != 0:
		return "p " + rel
	}
	b, err := os.ReadFile(p)
	if err != nil {
		t.Fatal(err)
	}
	return "f " + rel + "=" + string(b)
}

// nothingLeft fails if the store holds anything beyond the given number of
// roots and blobs.
func nothingLeft(t testing.TB, s *Store, roots, blobs int) {
	t.Helper()
	for _, part := range []struct {
		pattern string
		want    int
	}{{"tmp/*", 0}, {"roots/*/*", roots}, {"blobs/*/*", blobs}} {
		found, err := filepath.Glob(s.path(part.pattern))
		if err != nil {
			t.Fatal(err)
		}
		if len(found) != part.want {
			t.Errorf("the store has %q at %s, want %d", found, part.pattern, part.want)
		}
	}
}

// wantError fails unless the error is a T.
func wantError[T error](t testing.TB, err error) T {
	t.Helper()
	var typed T
	if !errors.As(err, &typed) {
		t.Fatalf("got the error %v, want a %T", err, typed)
	}
	return typed
}
