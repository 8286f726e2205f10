package main

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// write makes the image and writes both forms of it.
func write(program, arch, tag, into string) (v1.Hash, error) {
	ref, err := name.NewTag(tag)
	if err != nil {
		return v1.Hash{}, err
	}
	image, err := build(program, arch)
	if err != nil {
		return v1.Hash{}, err
	}
	digest, err := image.Digest()
	if err != nil {
		return digest, err
	}
	return digest, errors.Join(writeLayout(into, ref, image), tarball.WriteToFile(into+".tar", ref, image))
}

// writeLayout replaces a layout; https://github.com/opencontainers/image-spec/blob/main/image-layout.md.
func writeLayout(into string, ref name.Tag, image v1.Image) error {
	if err := errors.Join(os.RemoveAll(into), os.MkdirAll(filepath.Dir(into), 0o755)); err != nil {
		return err
	}
	path, err := layout.Write(into, empty.Index)
	if err != nil {
		return err
	}
	return path.AppendImage(image, layout.WithAnnotations(map[string]string{"org.opencontainers.image.ref.name": ref.TagStr()}))
}

// build makes the image: one layer, and how it is run.
func build(program, arch string) (v1.Image, error) {
	files, err := archive(program)
	if err != nil {
		return nil, err
	}
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(files)), nil },
		tarball.WithMediaType(types.OCILayer))
	if err != nil {
		return nil, err
	}
	image := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	if image, err = mutate.AppendLayers(image, layer); err != nil {
		return nil, err
	}
	file, err := image.ConfigFile()
	if err != nil {
		return nil, err
	}
	file.OS, file.Architecture, file.Created = "linux", arch, v1.Time{Time: epoch}
	file.History = []v1.History{{CreatedBy: "make image", Created: v1.Time{Time: epoch}}}
	file.Config = v1.Config{
		Entrypoint:   []string{"/" + place},
		Cmd:          []string{"serve"},
		Env:          []string{"PATH=/bin", "HOME=/root", "LANG=C.UTF-8"},
		ExposedPorts: map[string]struct{}{"2222/tcp": {}},
		Labels: map[string]string{
			"org.opencontainers.image.title":    "tentpole",
			"org.opencontainers.image.source":   "https://github.com/tentpole-labs/tentpole",
			"org.opencontainers.image.licenses": "Apache-2.0",
		},
	}
	return mutate.ConfigFile(image, file)
}

// epoch is when everything in the image was made.
var epoch = time.Unix(0, 0).UTC()

// place is where the program lies.
const place = "bin/tentpole"

// archive is the layer: the program, and the little that it expects around it.
func archive(program string) ([]byte, error) {
	binary, err := os.ReadFile(program)
	if err != nil {
		return nil, fmt.Errorf("%w; make build makes it", err)
	}
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, e := range []struct {
		name string
		mode int64
		data []byte // nil is a directory
	}{
		{"bin/", 0o755, nil},
		{place, 0o755, binary},
		{"etc/", 0o755, nil},
		{"etc/passwd", 0o644, []byte("root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n")},
		{"etc/group", 0o644, []byte("root:x:0:\nnogroup:x:65534:\n")},
		{"root/", 0o700, nil},
		{"tmp/", 0o1777, nil},
		{"var/", 0o755, nil},
		{"var/lib/", 0o755, nil},
	} {
		h := &tar.Header{Typeflag: tar.TypeReg, Name: e.name, Mode: e.mode, Size: int64(len(e.data)), ModTime: epoch, Format: tar.FormatPAX}
		if e.data == nil {
			h.Typeflag = tar.TypeDir
		}
		if err := w.WriteHeader(h); err != nil {
			return nil, err
		}
		if _, err := w.Write(e.data); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), w.Close()
}
