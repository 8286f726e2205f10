package image

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	ocilayout "github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// requests counts what a registry is asked for.
type requests struct {
	mu    sync.Mutex
	paths []string
}

func (r *requests) wrap(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if q.Method == http.MethodGet {
			r.mu.Lock()
			r.paths = append(r.paths, q.URL.Path)
			r.mu.Unlock()
		}
		h.ServeHTTP(w, q)
	})
}

// take returns how many blobs were asked for since the last time.
func (r *requests) take() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := 0
	for _, p := range r.paths {
		if strings.Contains(p, "/blobs/sha256:") {
			n++
		}
	}
	r.paths = nil
	return n
}

// TestPull pulls, lists, finds, gets again and removes.
func TestPull(t *testing.T) {
	ctx := context.Background()
	var asked requests
	host := serve(t, asked.wrap)
	img := imageOf(t, archive(t, dir("etc"), file("etc/os", "tentpole")), archive(t, file("etc/version", "1")))
	ref := push(t, host, "some/thing:v1", img)
	asked.take()
	s := newStore(t)
	if _, err := s.Find(ref); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("found before it was pulled: %v", err)
	}
	i, err := s.Get(ctx, ref, nil)
	if err != nil {
		t.Fatal(err)
	}
	digest, err := img.Digest()
	if err != nil {
		t.Fatal(err)
	}
	if i.Ref != host+"/some/thing:v1" || i.Digest != digest.String() || i.Size != 9 || i.Stored == 0 || len(i.Notes) != ownerNotes() {
		t.Errorf("got %+v", i)
	}
	want := Config{Env: []string{"A=b"}, Entrypoint: []string{"/bin/run"}, Cmd: []string{"it"}, WorkingDir: "/work", User: "me"}
	if !reflect.DeepEqual(i.Config, want) {
		t.Errorf("got config %+v, want %+v", i.Config, want)
	}
	if got, want := tree(t, i.Root), []string{"d etc", "f etc/os=tentpole", "f etc/version=1"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if n := asked.take(); n != 3 {
		t.Errorf("the first pull asked for %d blobs, want the config and two layers", n)
	}
	if again, err := s.Get(ctx, ref, nil); err != nil || !reflect.DeepEqual(i, again) || asked.take() != 0 {
		t.Errorf("got %+v the second time (%v), want the same and no question", again, err)
	}
	mustPull(t, s, ref)
	if n := asked.take(); n != 1 {
		t.Errorf("the second pull asked for %d blobs, want the config", n)
	}
	if list, err := s.List(); err != nil || len(list) != 1 || list[0].Ref != i.Ref {
		t.Errorf("the list is %+v (%v)", list, err)
	}
	removed, err := s.Remove(ctx, ref)
	if err != nil || removed.Roots != 1 || removed.Blobs != 2 || removed.Bytes != i.Size+i.Stored || !slices.Equal(removed.Images, []string{i.Ref}) {
		t.Errorf("removed %+v (%v)", removed, err)
	}
	nothingLeft(t, s, 0, 0)
	if list, err := s.List(); err != nil || len(list) != 0 {
		t.Errorf("the list is %+v (%v) after the removal", list, err)
	}
}

// ownerNotes is how many notes the owners of files are worth to whoever runs
// the test: files made here belong to root.
func ownerNotes() int {
	if os.Geteuid() == 0 {
		return 0
	}
	return 1
}

// TestSources reads one image from everything that can hold it.
func TestSources(t *testing.T) {
	img := imageOf(t, archive(t, file("a", "1"), file("b", "2")), archive(t, file(".wh.a", "")))
	digest, err := img.Digest()
	if err != nil {
		t.Fatal(err)
	}
	config, err := img.ConfigName()
	if err != nil {
		t.Fatal(err)
	}
	oci := layoutOf(t, img)
	host := serve(t, nil)
	push(t, host, "x:y", img)
	packed := tarOf(t, oci)
	for _, row := range []struct{ name, word, digest string }{
		{"registry by tag", host + "/x:y", digest.String()},
		{"registry by digest", host + "/x@" + digest.String(), digest.String()},
		{"registry by both", host + "/x:y@" + digest.String(), digest.String()},
		{"layout", oci, digest.String()},
		{"layout by prefix", "oci:" + oci, digest.String()},
		{"layout by tag", "oci:" + oci + ":v1", digest.String()},
		{"layout in a tar", writeFile(t, "oci.tar", packed), digest.String()},
		{"layout in a compressed tar", writeFile(t, "oci.tar.gz", gzipped(t, packed)), digest.String()},
		{"docker save", savedTar(t, img), config.String()},
		{"docker save, compressed", writeFile(t, "saved.tar.zst", zstandard(t, readAll(t, savedTar(t, img)))), config.String()},
		{"older docker save", writeFile(t, "old.tar", oldSave(t)), ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := newStore(t)
			i := mustPull(t, s, row.word)
			if got := tree(t, i.Root); !slices.Equal(got, []string{"f b=2"}) {
				t.Errorf("got %q", got)
			}
			if row.digest != "" && i.Digest != row.digest {
				t.Errorf("digest %s, want %s", i.Digest, row.digest)
			}
			if i.Config.WorkingDir != "/work" {
				t.Errorf("config %+v", i.Config)
			}
			if found, err := s.Find(row.word); err != nil || found.Root != i.Root {
				t.Errorf("found %+v (%v)", found, err)
			}
		})
	}
}

func layoutOf(t testing.TB, img v1.Image) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "with:colon")
	p, err := ocilayout.Write(dir, empty.Index)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.AppendImage(img, ocilayout.WithAnnotations(map[string]string{nameAnnotations[0]: "v1"})); err != nil {
		t.Fatal(err)
	}
	return dir
}

// tarOf packs a directory as it lies there.
func tarOf(t testing.TB, dir string) []byte {
	t.Helper()
	var entries []*tar.Header
	for _, line := range tree(t, dir) {
		kind, rest, _ := strings.Cut(line, " ")
		name, content, _ := strings.Cut(rest, "=")
		if kind == "f" {
			entries = append(entries, file("./"+name, content))
		}
	}
	return archive(t, entries...)
}

func savedTar(t testing.TB, img v1.Image) string {
	t.Helper()
	tag, err := name.NewTag("some/thing:v1")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "saved.tar")
	if err := tarball.WriteToFile(file, tag, img); err != nil {
		t.Fatal(err)
	}
	return file
}

func readAll(t testing.TB, file string) []byte {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// oldSave is what docker save wrote before version 25: plain layers in
// directories of their own, and links to those that were there already.
func oldSave(t testing.TB) []byte {
	first, second := archive(t, file("a", "1"), file("b", "2")), archive(t, file(".wh.a", ""))
	config := `{"os":"linux","architecture":"` + runtime.GOARCH + `","config":{"WorkingDir":"/work"},"rootfs":{"type":"layers","diff_ids":["` +
		digestOf(first).String() + `","` + digestOf(second).String() + `","` + digestOf(second).String() + `"]}}`
	hex := func(c string) string { return strings.Repeat(c, 64) }
	list := `[{"Config":"` + digestOf([]byte(config)).Hex + `.json","RepoTags":null,"Layers":["` + hex("a") + `/layer.tar","` + hex("b") + `/layer.tar","` + hex("c") + `/layer.tar"]}]`
	return archive(t,
		dir(hex("a")+"/"), file(hex("a")+"/VERSION", "1.0"), file(hex("a")+"/layer.tar", string(first)),
		dir(hex("b")+"/"), file(hex("b")+"/layer.tar", string(second)),
		dir(hex("c")+"/"), symlink(hex("c")+"/layer.tar", "../"+hex("b")+"/layer.tar"),
		file(digestOf([]byte(config)).Hex+".json", config), file("manifest.json", list), file("repositories", "{}"))
}

// TestSavedConfig refuses a docker save tar whose config is not what it is
// named after.
func TestSavedConfig(t *testing.T) {
	b := bytes.Replace(oldSave(t), []byte(`"/work"`), []byte(`"/evil"`), 1)
	_, err := newStore(t).Pull(context.Background(), writeFile(t, "saved.tar", b), nil)
	if e := wantError[*DigestError](t, err); e.What != "config" {
		t.Error(err)
	}
}

// TestRootWithManifest makes sure that a file of that name in a root does not
// make the root a docker save tar.
func TestRootWithManifest(t *testing.T) {
	for name, b := range map[string][]byte{
		"among others": archive(t, file("manifest.json", "[]"), file("etc/os", "x")),
		"alone":        archive(t, file("manifest.json", "{}")),
	} {
		i := mustPull(t, newStore(t), writeFile(t, "root.tar", b))
		if got := tree(t, i.Root); !slices.Contains(got, "f manifest.json="+map[string]string{"among others": "[]", "alone": "{}"}[name]) {
			t.Errorf("%s: got %q", name, got)
		}
	}
}

// TestPlatforms takes the right image out of an index, and refuses one that
// has none for this machine.
func TestPlatforms(t *testing.T) {
	mine := imageOf(t, archive(t, file("mine", "")))
	other := "riscv64"
	for _, row := range []struct {
		name     string
		platform []v1.Platform // of images in order; mine is the last
		refused  bool
	}{
		{"the second", []v1.Platform{{OS: "linux", Architecture: other}, {OS: "linux", Architecture: runtime.GOARCH}}, false},
		{"the plainest", []v1.Platform{{OS: "linux", Architecture: runtime.GOARCH, Variant: "v9"}, {OS: "linux", Architecture: runtime.GOARCH}}, false},
		{"none", []v1.Platform{{OS: "windows", Architecture: runtime.GOARCH}, {OS: "linux", Architecture: other}}, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			index := v1.ImageIndex(empty.Index)
			for n, p := range row.platform {
				img := imageOf(t, archive(t, file("other", "")))
				if n == len(row.platform)-1 {
					img = mine
				}
				index = mutate.AppendManifests(index, mutate.IndexAddendum{Add: img, Descriptor: v1.Descriptor{Platform: &p}})
			}
			host := serve(t, nil)
			ref, err := name.ParseReference(host + "/many")
			if err != nil {
				t.Fatal(err)
			}
			if err := remote.WriteIndex(ref, index); err != nil {
				t.Fatal(err)
			}
			i, err := newStore(t).Pull(context.Background(), ref.Name(), nil)
			if row.refused {
				if e := wantError[*PlatformError](t, err); len(e.Have) != 2 {
					t.Error(e)
				}
				return
			}
			if err != nil || !slices.Equal(tree(t, i.Root), []string{"f mine="}) {
				t.Errorf("got %+v (%v)", i, err)
			}
		})
	}
}

// TestOtherPlatform refuses a single image for another machine.
func TestOtherPlatform(t *testing.T) {
	img, err := mutate.ConfigFile(empty.Image, &v1.ConfigFile{OS: "linux", Architecture: "riscv64"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = newStore(t).Pull(context.Background(), push(t, serve(t, nil), "risc", img), nil)
	wantError[*PlatformError](t, err)
}

// TestCorrupt spoils one byte of each object, wherever it lies: the error
// names the digest, and nothing stays.
func TestCorrupt(t *testing.T) {
	img := imageOf(t, archive(t, file("a", strings.Repeat("abc", 1000))), archive(t, file("b", "2")))
	manifest, err := img.Manifest()
	if err != nil {
		t.Fatal(err)
	}
	for what, h := range map[string]v1.Hash{"config": manifest.Config.Digest, "first layer": manifest.Layers[0].Digest, "second layer": manifest.Layers[1].Digest} {
		t.Run(what, func(t *testing.T) {
			for where, word := range map[string]string{
				"registry": push(t, serve(t, spoil(h)), "corrupt", img),
				"layout":   spoiltLayout(t, img, h),
			} {
				s := newStore(t)
				_, err := s.Pull(context.Background(), word, nil)
				if e := wantError[*DigestError](t, err); e.Want != h.String() || e.Got == e.Want {
					t.Errorf("%s: %v", where, err)
				}
				nothingLeft(t, s, 0, 0)
			}
		})
	}
}

// spoil changes a byte of one blob on its way.
func spoil(blob v1.Hash) func(http.Handler) http.Handler {
	return func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, blob.String()) {
				w = &spoiler{w}
			}
			h.ServeHTTP(w, r)
		})
	}
}

type spoiler struct{ http.ResponseWriter }

func (s *spoiler) Write(b []byte) (int, error) {
	c := bytes.Clone(b)
	c[len(c)/2] ^= 1
	return s.ResponseWriter.Write(c)
}

func spoiltLayout(t *testing.T, img v1.Image, h v1.Hash) string {
	t.Helper()
	dir := layoutOf(t, img)
	name := filepath.Join(dir, blobsDir, h.Algorithm, h.Hex)
	b := readAll(t, name)
	b[len(b)/2] ^= 1
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestWrongDiffID gives a layer that is what the manifest says and not what
// the config says.
func TestWrongDiffID(t *testing.T) {
	img := imageOf(t, archive(t, file("a", "1")))
	config, err := img.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	config = config.DeepCopy()
	config.RootFS.DiffIDs[0] = digestOf([]byte("something else"))
	wrong, err := mutate.ConfigFile(img, config)
	if err != nil {
		t.Fatal(err)
	}
	s := newStore(t)
	_, err = s.Pull(context.Background(), push(t, serve(t, nil), "wrong", wrong), nil)
	if e := wantError[*DigestError](t, err); e.Want != config.RootFS.DiffIDs[0].String() {
		t.Error(err)
	}
	nothingLeft(t, s, 0, 0)
}

// TestTooLongBlob sends more than the manifest says: reading stops there.
func TestTooLongBlob(t *testing.T) {
	img := imageOf(t, archive(t, file("a", "1")))
	manifest, err := img.Manifest()
	if err != nil {
		t.Fatal(err)
	}
	endless := func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodGet || !strings.HasSuffix(r.URL.Path, manifest.Layers[0].Digest.String()) {
				h.ServeHTTP(w, r)
				return
			}
			for r.Context().Err() == nil {
				if _, err := w.Write(make([]byte, 1<<10)); err != nil {
					return
				}
			}
		})
	}
	s := newStore(t)
	_, err = s.Pull(context.Background(), push(t, serve(t, endless), "long", img), nil)
	wantError[*DigestError](t, err)
	nothingLeft(t, s, 0, 0)
}

// TestRotten spoils a layer in the store itself: it is fetched again.
func TestRotten(t *testing.T) {
	ctx := context.Background()
	host := serve(t, nil)
	base := archive(t, file("a", "1"))
	s := newStore(t)
	mustPull(t, s, push(t, host, "one", imageOf(t, base)))
	blobs, err := filepath.Glob(s.path("blobs/*/*"))
	if err != nil || len(blobs) != 1 {
		t.Fatalf("blobs %q (%v)", blobs, err)
	}
	b := readAll(t, blobs[0])
	b[len(b)/2] ^= 1
	if err := os.WriteFile(blobs[0], b, 0o600); err != nil {
		t.Fatal(err)
	}
	two := push(t, host, "two", imageOf(t, base, archive(t, file("b", "2"))))
	_, err = s.Pull(ctx, two, nil)
	wantError[*DigestError](t, err)
	if got := tree(t, mustPull(t, s, two).Root); !slices.Equal(got, []string{"f a=1", "f b=2"}) {
		t.Errorf("got %q", got)
	}
}

// TestProgress counts bytes up to the total in both steps.
func TestProgress(t *testing.T) {
	ref := push(t, serve(t, nil), "progress", imageOf(t, archive(t, file("a", "1")), archive(t, file("b", "2"))))
	var told []Progress
	i, err := newStore(t).Pull(context.Background(), ref, func(p Progress) { told = append(told, p) })
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []Step{Downloading, Unpacking} {
		of := slices.DeleteFunc(slices.Clone(told), func(p Progress) bool { return p.Step != step })
		if len(of) == 0 {
			t.Fatalf("nothing told of %s", step)
		}
		last := of[len(of)-1]
		if want := (Progress{step, 2, 2, i.Stored, i.Stored}); of[0] != (Progress{step, 1, 2, 0, i.Stored}) || last != want {
			t.Errorf("%s: from %+v to %+v, want the end %+v", step, of[0], last, want)
		}
		if !slices.IsSortedFunc(of, func(a, b Progress) int { return int(a.Bytes - b.Bytes) }) {
			t.Errorf("%s goes back: %+v", step, of)
		}
	}
}

// TestProgressWithin counts bytes while a layer is on its way, not only at its
// end.
func TestProgressWithin(t *testing.T) {
	b := archive(t, file("a", "1"))
	l := layer{size: int64(len(b)), digest: digestOf(b), open: func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(b)), nil
	}}
	s := newStore(t)
	down := newTeller(nil, Downloading, []layer{l})
	if err := s.fetch(context.Background(), l, down); err != nil || down.now.Bytes != l.size {
		t.Errorf("downloading counted %d bytes of %d (%v)", down.now.Bytes, l.size, err)
	}
	root, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	up := newTeller(nil, Unpacking, []layer{l})
	if err := newUnpacker(root, DefaultLimits()).from(context.Background(), l, up); err != nil || up.now.Bytes != l.size {
		t.Errorf("unpacking counted %d bytes of %d (%v)", up.now.Bytes, l.size, err)
	}
}

// TestTwoAtOnce pulls the same image many times at once, from one process and
// through several stores on the same directory.
func TestTwoAtOnce(t *testing.T) {
	var asked requests
	ref := push(t, serve(t, asked.wrap), "busy", imageOf(t, archive(t, file("a", strings.Repeat("x", 1<<20))), archive(t, file("b", "2"))))
	asked.take()
	s := newStore(t)
	var wait sync.WaitGroup
	var failed atomic.Int32
	for range 8 {
		wait.Go(func() {
			other, err := Open(s.dir, s.options)
			if err == nil {
				_, err = other.Pull(context.Background(), ref, nil)
			}
			if err != nil {
				failed.Add(1)
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if n := asked.take(); n != 8+2 {
		t.Errorf("%d blobs were fetched, want 8 configs and each layer once", n)
	}
	nothingLeft(t, s, 1, 2)
}

// TestRegistryErrors have what a person can do in them.
func TestRegistryErrors(t *testing.T) {
	answer := func(status int) func(http.Handler) http.Handler {
		return func(http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.Contains(r.URL.Path, "/manifests/") {
					w.WriteHeader(status)
				}
			})
		}
	}
	closed := serve(t, nil)
	for _, row := range []struct{ host, say string }{
		{serve(t, nil), "check the spelling"},
		{serve(t, answer(http.StatusUnauthorized)), "log in"},
		{serve(t, answer(http.StatusForbidden)), "log in"},
		{strings.Split(closed, ":")[0] + ":1", "docker save"},
	} {
		s := newStore(t)
		_, err := s.Pull(context.Background(), row.host+"/none", nil)
		if err == nil || !strings.Contains(err.Error(), row.say) || !strings.Contains(err.Error(), row.host+"/none") {
			t.Errorf("got %v, want something of %q", err, row.say)
		}
	}
}

// TestManifestLimit stops reading a manifest that does not end.
func TestManifestLimit(t *testing.T) {
	endless := func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !strings.Contains(r.URL.Path, "/manifests/") {
				h.ServeHTTP(w, r)
				return
			}
			_, _ = io.Copy(w, io.LimitReader(spaces{}, 1<<30))
		})
	}
	_, err := newStore(t).Pull(context.Background(), serve(t, endless)+"/x", nil)
	if e := wantError[*LimitError](t, err); e.Limit != "document" {
		t.Error(e)
	}
}

type spaces struct{}

func (spaces) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = ' '
	}
	return len(b), nil
}
