package image

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// Get returns the image that a word names: what the store has of a reference,
// without asking its registry again, and all else as Pull does.
func (s *Store) Get(ctx context.Context, word string, progress func(Progress)) (Image, error) {
	source, err := Recognise(word)
	if err != nil {
		return Image{}, err
	}
	if source.Kind == Registry {
		if i, err := s.Find(source.Ref); err == nil {
			return i, nil
		}
	}
	return s.pull(ctx, source, progress)
}

// Pull fetches and unpacks the image that a word names, and returns it; what
// the store has of it already is not fetched or unpacked again. The image is
// the one for this machine's platform. progress, which may be nil, is called
// from the caller's goroutine.
//
// When an image is refused (*EntryError, *DigestError, *LimitError) nothing of
// it stays. When a pull is cancelled or its process killed, layers that had
// arrived whole stay, for the next pull of it or until Prune.
func (s *Store) Pull(ctx context.Context, word string, progress func(Progress)) (Image, error) {
	source, err := Recognise(word)
	if err != nil {
		return Image{}, err
	}
	return s.pull(ctx, source, progress)
}

func (s *Store) pull(ctx context.Context, source Source, progress func(Progress)) (Image, error) {
	if err := s.sweep(); err != nil {
		return Image{}, fmt.Errorf("clean up image store: %w", err)
	}
	i, err := s.pullShared(ctx, source, progress)
	if isRefusal(err) {
		err = errors.Join(err, s.tryCollect())
	}
	return i, err
}

// isRefusal tells whether it is the image that is wrong.
func isRefusal(err error) bool {
	var entry *EntryError
	var digest *DigestError
	var limit *LimitError
	return errors.As(err, &entry) || errors.As(err, &digest) || errors.As(err, &limit)
}

// pullShared pulls while no removal can come between.
func (s *Store) pullShared(ctx context.Context, source Source, progress func(Progress)) (Image, error) {
	lock, err := s.lock(ctx, shared)
	if err != nil {
		return Image{}, err
	}
	defer lock.Close()
	from, err := s.origin(ctx, source)
	if err != nil {
		return Image{}, err
	}
	defer from.Close()
	b, err := from.describe(ctx)
	if err != nil {
		return Image{}, fmt.Errorf("image %s: %w", source, err)
	}
	r := record{Ref: source.String(), Digest: b.digest, Chain: b.chain, Config: b.config}
	if source.Kind == Registry {
		if r.Blobs, err = s.download(ctx, b.layers, progress); err != nil {
			return Image{}, fmt.Errorf("pull %s: %w", source, err)
		}
		b.layers = s.local(b.layers)
	}
	if err := s.unpack(ctx, b, progress); err != nil {
		return Image{}, fmt.Errorf("unpack %s: %w", source, err)
	}
	r.Pulled = time.Now().UTC()
	if err := s.write(ctx, r); err != nil {
		return Image{}, fmt.Errorf("record %s: %w", source, err)
	}
	return s.image(r)
}

func (s *Store) origin(ctx context.Context, source Source) (origin, error) {
	switch source.Kind {
	case Registry:
		return connect(ctx, source.Ref, s.options)
	case Layout:
		root, err := os.OpenRoot(source.Path)
		return layout{directory{root}, source.Tag, s.options.Limits}, err
	case Tar:
		return openTar(ctx, source.Path, s.options.Limits, s.spool)
	}
	return nil, &WordError{source.Path, "it is a directory, which is a root already, not an image"}
}

// download fetches the layers that the store does not have.
func (s *Store) download(ctx context.Context, layers []layer, progress func(Progress)) ([]v1.Hash, error) {
	t := newTeller(progress, Downloading, layers)
	var have []v1.Hash
	for i, l := range layers {
		t.begin()
		if err := s.fetch(ctx, l, t); err != nil {
			return nil, fmt.Errorf("layer %d of %d: %w", i+1, len(layers), err)
		}
		t.end(layers)
		have = append(have, l.digest)
	}
	return have, nil
}

// fetch brings one layer into the store, verified, unless it is there: from
// before, or from another pull that was at it.
func (s *Store) fetch(ctx context.Context, l layer, t *teller) error {
	c, err := s.claim(ctx, "blob-"+l.digest.Hex)
	if err != nil {
		return err
	}
	if !s.has(l) {
		if err = save(ctx, l, c.path, t); err == nil {
			err = c.settle(s.blob(l.digest))
		}
	}
	return errors.Join(err, c.release())
}

func (s *Store) has(l layer) bool {
	info, err := os.Lstat(s.blob(l.digest))
	return err == nil && info.Mode().IsRegular() && info.Size() == l.size
}

func save(ctx context.Context, l layer, to string, t *teller) error {
	rc, err := l.open(ctx)
	if err != nil {
		return err
	}
	defer rc.Close()
	f, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, check("layer", t.counted(interruptible{ctx, rc}), l.digest, l.size))
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// local are the same layers, from the store.
func (s *Store) local(layers []layer) []layer {
	out := make([]layer, len(layers))
	for i, l := range layers {
		l.open = func(context.Context) (io.ReadCloser, error) { return os.Open(s.blob(l.digest)) }
		out[i] = l
	}
	return out
}

// dropCorrupt removes a layer whose copy in the store has gone bad, so that
// the next pull fetches it again.
func (s *Store) dropCorrupt(err error, l layer) error {
	var wrong *DigestError
	if errors.As(err, &wrong) && wrong.Want == l.digest.String() {
		if gone := os.Remove(s.blob(l.digest)); !errors.Is(gone, fs.ErrNotExist) {
			err = errors.Join(err, gone)
		}
	}
	return err
}
