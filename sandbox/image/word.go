package image

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
)

// Kind is what a word for a root filesystem names.
type Kind string

// The kinds. A Directory is a root already and needs no store.
const (
	Directory Kind = "directory" // a root filesystem as it lies there
	Tar       Kind = "tar"       // a file: docker save, an OCI layout in a tar, or a root; gzip and zstd too
	Layout    Kind = "layout"    // an OCI image layout
	Registry  Kind = "registry"  // a reference
)

// Source is where an image comes from.
type Source struct {
	Kind Kind
	Path string // absolute; of a Directory, Tar or Layout
	Tag  string // which image of a Layout; empty for the only one
	Ref  string // the full reference, of a Registry
}

// String is what the store calls the image.
func (s Source) String() string {
	switch {
	case s.Kind == Registry:
		return s.Ref
	case s.Kind == Layout && s.Tag != "":
		return layoutPrefix + s.Path + ":" + s.Tag
	case s.Kind == Layout:
		return layoutPrefix + s.Path
	}
	return s.Path
}

const layoutPrefix = "oci:"

// Recognise tells what a word names: a layout ("oci:DIR[:TAG]"), a path that
// exists, or else a registry reference. It looks at files and asks no
// registry. When nothing fits, the error is a *WordError.
func Recognise(word string) (Source, error) {
	if dir, ok := strings.CutPrefix(word, layoutPrefix); ok {
		return recogniseLayout(word, dir)
	}
	info, err := os.Stat(word)
	switch {
	case err == nil && info.IsDir():
		return recogniseDirectory(word)
	case err == nil:
		return recogniseFile(word, info)
	case !errors.Is(err, os.ErrNotExist):
		return Source{}, &WordError{word, err.Error()}
	}
	return recogniseReference(word)
}

// recogniseLayout takes DIR or DIR:TAG, where DIR may hold colons itself.
func recogniseLayout(word, dir string) (Source, error) {
	for _, split := range []func(string) (string, string){whole, lastColon} {
		dir, tag := split(dir)
		if isLayout(dir) {
			abs, err := filepath.Abs(dir)
			return Source{Kind: Layout, Path: abs, Tag: tag}, err
		}
	}
	return Source{}, &WordError{word, "there is no OCI layout here: the directory would hold a file oci-layout"}
}

func whole(s string) (string, string) { return s, "" }

func lastColon(s string) (string, string) {
	if i := strings.LastIndexByte(s, ':'); i >= 0 {
		return s[:i], s[i+1:]
	}
	return s, ""
}

func isLayout(dir string) bool {
	info, err := os.Stat(filepath.Join(dir, layoutFile))
	return err == nil && info.Mode().IsRegular()
}

func recogniseDirectory(word string) (Source, error) {
	abs, err := filepath.Abs(word)
	if isLayout(abs) {
		return Source{Kind: Layout, Path: abs}, err
	}
	return Source{Kind: Directory, Path: abs}, err
}

func recogniseFile(word string, info os.FileInfo) (Source, error) {
	if !info.Mode().IsRegular() {
		return Source{}, &WordError{word, "it is neither a directory nor a file"}
	}
	start, err := firstBytes(word)
	if err != nil {
		return Source{}, &WordError{word, err.Error()}
	}
	if !looksLikeTar(start) {
		return Source{}, &WordError{word, "the file is no tar, plain or with gzip or zstd"}
	}
	abs, err := filepath.Abs(word)
	return Source{Kind: Tar, Path: abs}, err
}

// tarBlock is the size of a tar's header.
const tarBlock = 512

func firstBytes(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b := make([]byte, tarBlock)
	n, err := io.ReadFull(f, b)
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		err = nil
	}
	return b[:n], err
}

func looksLikeTar(start []byte) bool {
	if compressionOf(start) != nil {
		return true
	}
	_, err := tar.NewReader(bytes.NewReader(start)).Next()
	// A long name goes on behind the first block.
	return err == nil || errors.Is(err, io.ErrUnexpectedEOF) && len(start) == tarBlock
}

func recogniseReference(word string) (Source, error) {
	ref, err := name.ParseReference(word)
	if err != nil || filepath.IsAbs(word) || strings.HasPrefix(word, ".") {
		return Source{}, &WordError{word, fmt.Sprintf("there is no such file or directory, and it is no image reference either (%s)", referenceShape)}
	}
	return Source{Kind: Registry, Ref: familiar(ref)}, nil
}

const referenceShape = "NAME[:TAG], HOST/NAME[:TAG] or …@sha256:DIGEST, in small letters"

// familiar spells Docker Hub as people do; both spellings are understood.
func familiar(ref name.Reference) string {
	if rest, ok := strings.CutPrefix(ref.Name(), name.DefaultRegistry+"/"); ok {
		return "docker.io/" + rest
	}
	return ref.Name()
}
