package image

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// unpack makes the root of an image, unless it is there: from before, or from
// another pull that was at it.
func (s *Store) unpack(ctx context.Context, b blueprint, progress func(Progress)) error {
	to := s.root(b.chain)
	c, err := s.claim(ctx, "root-"+b.chain.Hex)
	if err != nil {
		return err
	}
	if !exists(to) {
		if err = s.build(ctx, b, c.path, progress); err == nil {
			err = c.settle(to)
		}
	}
	return errors.Join(err, c.release())
}

// build puts together a root's directory, complete and on disk.
func (s *Store) build(ctx context.Context, b blueprint, dir string, progress func(Progress)) error {
	for _, d := range []string{dir, filepath.Join(dir, rootFS)} {
		if err := os.Mkdir(d, 0o700); err != nil {
			return err
		}
	}
	u, err := s.unpackLayers(ctx, b.layers, filepath.Join(dir, rootFS), progress)
	if err != nil {
		return err
	}
	about, err := json.Marshal(u)
	if err != nil {
		return err
	}
	return errors.Join(writeSynced(filepath.Join(dir, rootFile), about), writeSynced(filepath.Join(dir, lockName), nil), syncAround(dir))
}

func (s *Store) unpackLayers(ctx context.Context, layers []layer, dir string, progress func(Progress)) (unpacked, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return unpacked{}, err
	}
	defer root.Close()
	u, t := newUnpacker(root, s.options.Limits), newTeller(progress, Unpacking, layers)
	for i, l := range layers {
		t.begin()
		if err := u.from(ctx, l, t); err != nil {
			return unpacked{}, fmt.Errorf("layer %d of %d: %w", i+1, len(layers), s.dropCorrupt(err, l))
		}
		t.end(layers)
	}
	err = u.finish()
	return unpacked{u.usage.bytes, u.notes}, err
}

func (u *unpacker) from(ctx context.Context, l layer, t *teller) error {
	rc, err := l.open(ctx)
	if err != nil {
		return err
	}
	defer rc.Close()
	return u.layer(ctx, l, t.counted(rc))
}

// syncAround writes everything of the file system to disk: a root that is
// there by name is there whole, power cut or not. One call for all files is
// much cheaper than one for each; syncfs(2).
func syncAround(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := unix.Syncfs(int(f.Fd())); err != nil {
		return &os.PathError{Op: "syncfs", Path: dir, Err: err}
	}
	return nil
}

// Hold keeps an image from being removed until release is called or the
// process ends. Whoever puts an overlay on a root holds it: the kernel says
// nothing of what happens when the layers of an overlay go away
// (overlayfs.rst, "Changes to underlying filesystems"). The error wraps
// fs.ErrNotExist when the image is gone already: get it again.
func (s *Store) Hold(i Image) (release func() error, err error) {
	name := filepath.Join(filepath.Dir(i.Root), lockName)
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("hold image %s: %w", i.Ref, err)
	}
	if err := unix.Flock(int(f.Fd()), shared|unix.LOCK_NB); err != nil || !stillThere(f, name) {
		f.Close()
		return nil, fmt.Errorf("hold image %s: it is being removed: %w", i.Ref, os.ErrNotExist)
	}
	return f.Close, nil
}
