package main

import (
	"archive/tar"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/validate"
)

const tag = "localhost/tentpole:latest"

func made(t *testing.T) (into, digest string) {
	t.Helper()
	dir := t.TempDir()
	program := filepath.Join(dir, "program")
	if err := os.WriteFile(program, []byte("a static program"), 0o700); err != nil {
		t.Fatal(err)
	}
	into = filepath.Join(dir, "bin", "image")
	for range 2 { // what was there is replaced
		hash, err := write(program, "arm64", tag, into)
		if err != nil {
			t.Fatal(err)
		}
		digest = hash.String()
	}
	return into, digest
}

func TestSameProgramSameImage(t *testing.T) {
	one, first := made(t)
	two, second := made(t)
	if first != second {
		t.Errorf("the digests are %s and %s", first, second)
	}
	for _, file := range []string{".tar", "/index.json"} {
		a, errA := os.ReadFile(one + file)
		b, errB := os.ReadFile(two + file)
		if err := errors.Join(errA, errB); err != nil || !slices.Equal(a, b) {
			t.Errorf("%s differs, %v", file, err)
		}
	}
}

// TestBothFormsAreTheImage reads them back as engines do.
func TestBothFormsAreTheImage(t *testing.T) {
	into, digest := made(t)
	index, err := layout.ImageIndexFromPath(into)
	if err != nil {
		t.Fatal(err)
	}
	if err := validate.Index(index); err != nil {
		t.Error(err)
	}
	manifest, err := index.IndexManifest()
	if err != nil || len(manifest.Manifests) != 1 || manifest.Manifests[0].Digest.String() != digest {
		t.Errorf("the layout has %+v, %v, want %s", manifest, err, digest)
	}
	ref, err := name.NewTag(tag)
	if err != nil {
		t.Fatal(err)
	}
	saved, err := tarball.ImageFromPath(into+".tar", &ref)
	if err != nil {
		t.Fatal(err)
	}
	config, err := saved.ConfigFile()
	if err != nil || config.Architecture != "arm64" || config.OS != "linux" || !slices.Equal(config.Config.Entrypoint, []string{"/bin/tentpole"}) {
		t.Errorf("it is run as %+v, %v", config, err)
	}
	files := mutate.Extract(saved)
	defer files.Close()
	for r := tar.NewReader(files); ; {
		h, err := r.Next()
		if err != nil {
			t.Fatalf("the program is not in it: %v", err)
		}
		if h.Uid != 0 || !h.ModTime.Equal(epoch) {
			t.Errorf("%s is of user %d, made %v", h.Name, h.Uid, h.ModTime)
		}
		if h.Name != place {
			continue
		}
		if raw, err := io.ReadAll(r); string(raw) != "a static program" || h.Mode != 0o755 || err != nil {
			t.Errorf("the program is %q with mode %o, %v", raw, h.Mode, err)
		}
		return
	}
}
