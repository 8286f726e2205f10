package image

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// Remove removes an image by its reference or path, and what no other image
// needs of it. The error is an *InUseError while a sandbox holds it, and wraps
// fs.ErrNotExist when there is no such image. It waits for pulls to end.
func (s *Store) Remove(ctx context.Context, word string) (Removed, error) {
	lock, err := s.lock(ctx, exclusive)
	if err != nil {
		return Removed{}, err
	}
	defer lock.Close()
	i, err := s.Find(word)
	if err != nil {
		return Removed{}, err
	}
	if err := s.free(i); err != nil {
		return Removed{}, err
	}
	if err := os.Remove(s.recordPath(i.Ref)); err != nil {
		return Removed{}, err
	}
	r, err := s.collect()
	r.Images = append(r.Images, i.Ref)
	return r, err
}

// free returns an InUseError if the image's root would go with it and is held.
func (s *Store) free(i Image) error {
	records, err := s.records()
	if err != nil {
		return err
	}
	same := func(r record) bool { return r.Ref != i.Ref && filepath.Join(s.root(r.Chain), rootFS) == i.Root }
	if slices.ContainsFunc(records, same) {
		return nil
	}
	lock, err := lockFile(filepath.Join(filepath.Dir(i.Root), lockName), exclusive)
	if isLocked(err) {
		return &InUseError{i.Ref}
	}
	if err != nil {
		return err
	}
	return lock.Close()
}

// Prune removes what no image needs: layers of pulls that did not end, roots
// of references that have moved on. Roots that are held stay. It waits for
// pulls to end.
func (s *Store) Prune(ctx context.Context) (Removed, error) {
	lock, err := s.lock(ctx, exclusive)
	if err != nil {
		return Removed{}, err
	}
	defer lock.Close()
	return s.collect()
}

// tryCollect is Prune, unless somebody else is pulling: then it is left to the
// next.
func (s *Store) tryCollect() error {
	lock, err := lockFile(s.path(lockName), exclusive)
	if isLocked(err) {
		return nil
	}
	if err != nil {
		return err
	}
	defer lock.Close()
	_, err = s.collect()
	return err
}

// collect removes what no record names. The store is locked.
func (s *Store) collect() (Removed, error) {
	records, err := s.records()
	if err != nil {
		return Removed{}, err
	}
	var errs []error
	needed := map[string]bool{}
	for _, r := range records {
		if !exists(s.root(r.Chain)) {
			errs = append(errs, os.Remove(s.recordPath(r.Ref)))
			continue
		}
		needed[s.root(r.Chain)] = true
		for _, h := range r.Blobs {
			needed[s.blob(h)] = true
		}
	}
	var r Removed
	errs = append(errs, s.each(rootsDir, needed, r.root), s.each(blobsPath, needed, r.blob))
	return r, errors.Join(errs...)
}

// each calls remove for what lies by digest in a part of the store and is not
// needed.
func (s *Store) each(part string, needed map[string]bool, remove func(*Store, string) error) error {
	names, err := filepath.Glob(s.path(part, "*", "*"))
	if err != nil {
		return err
	}
	var errs []error
	for _, name := range names {
		if !needed[name] {
			errs = append(errs, remove(s, name))
		}
	}
	return errors.Join(errs...)
}

func (r *Removed) blob(_ *Store, name string) error {
	if info, err := os.Lstat(name); err == nil {
		r.Bytes += info.Size()
	}
	r.Blobs++
	return os.Remove(name)
}

// root takes a root out of sight at once, then removes it.
func (r *Removed) root(s *Store, name string) error {
	held, err := lockFile(filepath.Join(name, lockName), exclusive)
	if isLocked(err) {
		return nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if held != nil {
		defer held.Close()
	}
	c, err := s.claim(context.Background(), "gone-"+filepath.Base(name))
	if err != nil {
		return err
	}
	if err := os.Rename(name, c.path); err != nil {
		return errors.Join(err, c.release())
	}
	if u, err := readUnpacked(c.path); err == nil {
		r.Bytes += u.Bytes
	}
	r.Roots++
	return c.release()
}
