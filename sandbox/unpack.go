package sandbox

import (
	"context"
	"errors"
	"io/fs"
	"path"

	"github.com/tentpole-labs/tentpole/sandbox/image"
)

// Images opens the store of images in a state directory.
func Images(state string) (*image.Store, error) {
	return image.Open(path.Join(state, "images"), image.Options{})
}

// Unpack finds the root of a spec that names an image or a tar: it is fetched
// and unpacked, if the store does not have it yet. A spec with another root
// comes back as it is. progress may be nil; it is called from this goroutine.
func Unpack(ctx context.Context, s Spec, m Machine, progress func(image.Progress)) (Spec, image.Image, error) {
	if s.Root != RootImage || s.Unpacked != "" {
		return s, image.Image{}, nil
	}
	store, err := Images(m.State)
	if err != nil {
		return s, image.Image{}, err
	}
	i, err := store.Get(ctx, s.Source, progress)
	if err != nil {
		return s, i, unpackError(s.Source, err)
	}
	s.Unpacked = i.Root
	return s, i, nil
}

// unpackError says what was wanted of an image that is refused.
func unpackError(source string, err error) error {
	var word *image.WordError
	if errors.As(err, &word) {
		return &UsageError{What: "root", Word: word.Word, Why: word.Why}
	}
	return &Error{Op: "unpack", Target: source, Err: err}
}

// hold keeps the image that a root shows from being removed, until release.
func (p *Plan) hold() (release func() error, err error) {
	if p.Root != RootImage {
		return func() error { return nil }, nil
	}
	store, err := Images(p.machine.State)
	if err != nil {
		return nil, err
	}
	i, err := store.Find(p.Spec.Source)
	if err == nil && i.Root == p.Spec.Unpacked {
		release, err = store.Hold(i)
	}
	if err != nil {
		return nil, &Error{Op: "hold", Target: p.Spec.Source, Err: err, Remedy: "it was removed or fetched anew meanwhile: try again"}
	}
	if release == nil {
		return nil, &Error{Op: "hold", Target: p.Spec.Source, Err: fs.ErrNotExist, Remedy: "it was removed or fetched anew meanwhile: try again"}
	}
	return release, nil
}
