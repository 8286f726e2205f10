package image

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"regexp"
	"sync"
	"syscall"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// openTar finds out what a tar holds: an OCI layout, what docker save writes,
// or a root filesystem. A compressed one that must be read out of order is
// spooled first; spool returns a file that nobody has to remove.
func openTar(ctx context.Context, name string, limits Limits, spool func() (*os.File, error)) (origin, error) {
	f, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	o, err := openFile(ctx, f, limits, spool)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return o, nil
}

func openFile(ctx context.Context, f *os.File, limits Limits, spool func() (*os.File, error)) (origin, error) {
	root := rootTar{f}
	if !holdsImages(ctx, f, limits) {
		return root, rewind(f)
	}
	if err := rewind(f); err != nil {
		return nil, err
	}
	plain, err := expand(ctx, f, limits, spool)
	if err != nil {
		return nil, err
	}
	m, err := listMembers(plain, limits)
	switch {
	case err != nil:
		plain.Close()
		return nil, err
	case isLayoutTar(m):
		return layout{bundle: m, limits: limits}, nil
	case isSaved(m, limits):
		return saved{m, limits}, nil
	}
	if plain != f {
		plain.Close()
	}
	return root, rewind(f)
}

func rewind(f *os.File) error {
	_, err := f.Seek(0, io.SeekStart)
	return err
}

// imageNames are all the names that docker save, podman save, skopeo, ggcr
// and OCI layouts put at the top of a tar. No root has only such.
var imageNames = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(\.|blobs(/.*)?|oci-layout|repositories|[^/]*\.json|(sha256:)?[0-9a-f]{64}([./].*)?)$`)
})

// holdsImages reads names until one belongs to a root filesystem. What cannot
// be read is left to the unpacking to complain about.
func holdsImages(ctx context.Context, f *os.File, limits Limits) bool {
	plain, done, err := decompressBounded(ctx, f, limits)
	if err != nil {
		return false
	}
	defer done()
	r := tar.NewReader(plain)
	for {
		h, err := nextHeader(r)
		if err != nil {
			return errors.Is(err, io.EOF)
		}
		if !imageNames().MatchString(path.Clean(h.Name)) {
			return false
		}
	}
}

// isCompressed looks at a file's first bytes.
func isCompressed(f *os.File) bool {
	start := make([]byte, 4)
	n, _ := f.ReadAt(start, 0) // what cannot be read fails again when it is needed
	return compressionOf(start[:n]) != nil
}

// decompressBounded is decompress, and stops at a bomb. A file that is not
// compressed comes back as it is: a tar's reader can seek in it.
func decompressBounded(ctx context.Context, f *os.File, limits Limits) (plain io.Reader, done func() error, err error) {
	if !isCompressed(f) {
		return f, func() error { return nil }, nil
	}
	read := &tally{Reader: interruptible{ctx, f}}
	rc, err := decompress(read)
	if err != nil {
		return nil, nil, err
	}
	return bounded{rc, &flow{read: &read.n, ratio: limits.Ratio}}, rc.Close, nil
}

// expand returns the tar itself, or its decompressed copy in a spool.
func expand(ctx context.Context, f *os.File, limits Limits, spool func() (*os.File, error)) (*os.File, error) {
	if !isCompressed(f) {
		return f, nil
	}
	plain, done, err := decompressBounded(ctx, f, limits)
	if err != nil {
		return nil, err
	}
	defer done()
	out, err := spool()
	if err != nil {
		return nil, err
	}
	n, err := io.Copy(out, io.LimitReader(plain, limits.Bytes+1))
	if err == nil {
		err = within("bytes", n, limits.Bytes, "")
	}
	if err == nil {
		err = rewind(out)
	}
	if err != nil {
		out.Close()
		return nil, err
	}
	return out, f.Close()
}

// rootTar is a tar that is one root filesystem.
type rootTar struct{ *os.File }

// describe reads all of the file: its digest is its name in the store.
func (t rootTar) describe(ctx context.Context) (blueprint, error) {
	c := check("tar", interruptible{ctx, t.File}, v1.Hash{}, unknown)
	if err := c.settle(); err != nil {
		return blueprint{}, err
	}
	l := layer{digest: c.digest(), size: c.read, open: func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(io.NewSectionReader(t.File, 0, c.read)), nil
	}}
	return blueprint{digest: l.digest, chain: l.digest, layers: []layer{l}}, nil
}
