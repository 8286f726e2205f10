package image

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"
)

// unpacker puts layers on top of one another into one directory. Until the
// end every directory in it can be written by its owner; finish gives them the
// modes of the image.
type unpacker struct {
	root   *os.Root
	owners bool // the image's owners are kept: we are root
	usage  usage
	notes  notes
	dirs   map[string]*tar.Header // what each directory is to be like; nil: not in the image
	here   place                  // where the last entry went
	added  map[string]bool        // what this layer has put there, with the directories above
	flow   flow
	buffer []byte
}

func newUnpacker(root *os.Root, limits Limits) *unpacker {
	return &unpacker{
		root:   root,
		owners: os.Geteuid() == 0,
		usage:  usage{limits: limits},
		dirs:   map[string]*tar.Header{".": nil},
		buffer: make([]byte, 128<<10),
	}
}

// layer unpacks a layer on top of those before, and verifies both its
// digests. What is wrong with an entry matters only if the layer is what it
// should be: else the digest is the error.
func (u *unpacker) layer(ctx context.Context, l layer, r io.Reader) error {
	stored := check("layer", interruptible{ctx, r}, l.digest, l.size)
	plain, err := decompress(stored)
	if err != nil {
		return firstVerdict(ctx, err, stored)
	}
	defer plain.Close()
	u.added, u.flow = map[string]bool{}, flow{read: &stored.read, ratio: u.usage.limits.Ratio}
	content := check("unpacked layer", bounded{plain, &u.flow}, l.diffID, unknown)
	err = u.apply(content)
	return firstVerdict(ctx, err, content, stored)
}

// firstVerdict reads the streams to their ends and returns the first wrong
// digest, or else err. There is no end to wait for when a limit was passed or
// the caller has given up.
func firstVerdict(ctx context.Context, err error, streams ...*checked) error {
	var limit *LimitError
	if errors.As(err, &limit) || ctx.Err() != nil {
		return err
	}
	for _, s := range streams {
		settled := s.settle()
		var wrong *DigestError
		if errors.As(settled, &wrong) {
			return settled
		}
		if err == nil {
			err = settled
		}
	}
	return err
}

// apply unpacks one tar.
func (u *unpacker) apply(r io.Reader) error {
	defer u.here.close()
	t := tar.NewReader(r)
	for {
		h, err := nextHeader(t)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read the tar: %w", err)
		}
		if err := u.entry(h, t); err != nil {
			return err
		}
	}
}

// entry unpacks one entry.
func (u *unpacker) entry(h *tar.Header, r io.Reader) error {
	if h.Typeflag == tar.TypeXGlobalHeader {
		return nil
	}
	if err := u.usage.take(h); err != nil {
		return err
	}
	name, broken := cleanName(h.Name)
	if broken != "" {
		return &EntryError{h.Name, broken}
	}
	if err := u.route(h, name, r); err != nil {
		return named(h, err)
	}
	return nil
}

// named says at which entry it happened.
func named(h *tar.Header, err error) error {
	var out *outward
	var lost astray
	var limit *LimitError
	var wrong *DigestError
	switch {
	case errors.As(err, &out), errors.As(err, &lost):
		return &EntryError{h.Name, err.Error()}
	case errors.As(err, &limit):
		limit.Entry = h.Name
		return err
	case errors.As(err, &wrong):
		return err
	}
	return fmt.Errorf("unpack entry %q: %w", h.Name, err)
}

// route tells markers of removals from things to be made.
func (u *unpacker) route(h *tar.Header, name string, r io.Reader) error {
	dir, base := path.Split(name)
	switch gone, removal := removes(h, name); {
	case strings.HasPrefix(dir, aufsInternal) || strings.Contains(dir, "/"+aufsInternal):
		u.notes.Aufs++
		return nil
	case strings.HasPrefix(dir, whiteout) || strings.Contains(dir, "/"+whiteout):
		return astray("lies below a whiteout")
	case base == opaque:
		return u.hideAll(path.Clean(dir))
	case strings.HasPrefix(base, aufsInternal):
		u.notes.Aufs++
		return nil
	case removal:
		return u.hideNamed(gone)
	}
	if why, no := refused[h.Typeflag]; no {
		return astray(why)
	}
	maker, known := makers[h.Typeflag]
	if !known {
		return astray(fmt.Sprintf("is of the unknown type %q", h.Typeflag))
	}
	if name == "." && h.Typeflag != tar.TypeDir {
		return astray("would replace the root itself")
	}
	return maker(u, h, name, r)
}
