package image

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// record is what a reference stands for, as the store keeps it.
type record struct {
	Ref    string    `json:"ref"`
	Digest v1.Hash   `json:"digest"`
	Chain  v1.Hash   `json:"chain"`
	Config Config    `json:"config"`
	Blobs  []v1.Hash `json:"blobs,omitempty"`
	Pulled time.Time `json:"pulled"`
}

// unpacked is what root.json says of a root.
type unpacked struct {
	Bytes int64 `json:"bytes"`
	Notes notes `json:"notes"`
}

// Names in a root's directory.
const (
	rootFS   = "fs"
	rootFile = "root.json"
)

const recordSuffix = ".json"

// recordPath is named after the reference's digest: references are longer
// than file names may be.
func (s *Store) recordPath(ref string) string {
	return s.path(imagesDir, digestOf([]byte(ref)).Hex+recordSuffix)
}

// write puts a record in its place.
func (s *Store) write(ctx context.Context, r record) error {
	b, err := json.Marshal(r)
	if err != nil {
		return err
	}
	to := s.recordPath(r.Ref)
	c, err := s.claim(ctx, filepath.Base(to))
	if err != nil {
		return err
	}
	if err := writeSynced(c.path, b); err != nil {
		return errors.Join(err, c.release())
	}
	return errors.Join(c.settle(to), c.release())
}

// writeSynced writes a file that is whole even after a power cut.
func writeSynced(name string, b []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	return errors.Join(err, f.Sync(), f.Close())
}

// records reads all of them. One that cannot be read is none: it will be
// pulled again.
func (s *Store) records() ([]record, error) {
	entries, err := os.ReadDir(s.path(imagesDir))
	if err != nil {
		return nil, err
	}
	var out []record
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), recordSuffix) {
			continue
		}
		if r, err := readRecord(s.path(imagesDir, e.Name())); err == nil {
			out = append(out, r)
		}
	}
	return out, nil
}

func readRecord(name string) (record, error) { return readJSON[record](name) }

func readUnpacked(root string) (unpacked, error) {
	return readJSON[unpacked](filepath.Join(root, rootFile))
}

func readJSON[T any](name string) (v T, err error) {
	b, err := os.ReadFile(name)
	if err == nil {
		err = json.Unmarshal(b, &v)
	}
	return v, err
}

// image is the image of a record, if its root is there.
func (s *Store) image(r record) (Image, error) {
	root := s.root(r.Chain)
	u, err := readUnpacked(root)
	if err != nil {
		return Image{}, fmt.Errorf("image %s: %w", r.Ref, err)
	}
	i := Image{
		Ref: r.Ref, Digest: r.Digest.String(), Root: filepath.Join(root, rootFS), Config: r.Config,
		Size: u.Bytes, Pulled: r.Pulled, Notes: u.Notes.sentences(),
	}
	for _, h := range r.Blobs {
		if info, err := os.Lstat(s.blob(h)); err == nil {
			i.Stored += info.Size()
		}
	}
	return i, nil
}

// Find returns the image of a reference or path that the store has. When it
// has none, the error wraps fs.ErrNotExist. No registry is asked.
func (s *Store) Find(word string) (Image, error) {
	for _, ref := range []string{word, canonical(word)} {
		r, err := readRecord(s.recordPath(ref))
		if err == nil {
			return s.image(r)
		}
	}
	return Image{}, fmt.Errorf("image %q is not in the store: %w; pull it first", word, fs.ErrNotExist)
}

// canonical is what the store calls what a word names.
func canonical(word string) string {
	source, err := Recognise(word)
	if err != nil {
		return word
	}
	return source.String()
}

// List returns the images that can be used at once, by name.
func (s *Store) List() ([]Image, error) {
	records, err := s.records()
	if err != nil {
		return nil, fmt.Errorf("list images: %w", err)
	}
	var out []Image
	for _, r := range records {
		if i, err := s.image(r); err == nil {
			out = append(out, i)
		}
	}
	slices.SortFunc(out, func(a, b Image) int { return strings.Compare(a.Ref, b.Ref) })
	return out, nil
}
