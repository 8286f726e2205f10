package image

import (
	"errors"
	"io/fs"
	"path"
	"slices"
)

// Whiteouts are for what lower layers have put there. What the same layer
// brings stays, whichever comes first; image-spec, layer.md, "Whiteouts".

// hideNamed removes one name.
func (u *unpacker) hideNamed(name string) error {
	dir, base := path.Split(name)
	if slices.Contains([]string{"", ".", ".."}, base) {
		return astray("would remove a whole directory from within")
	}
	return u.below(path.Clean(dir), func(dir string) error { return u.hide(path.Join(dir, base)) })
}

// hideAll removes everything in a directory.
func (u *unpacker) hideAll(dir string) error { return u.below(dir, u.hideIn) }

// below calls do with a directory's name without links. Where there is no
// such directory, there is nothing to hide.
func (u *unpacker) below(dir string, do func(string) error) error {
	u.here.close() // it may be gone afterwards
	name, err := walk(u.root, dir, nil)
	if err == nil {
		err = do(name)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func (u *unpacker) hide(name string) error {
	if !u.added[name] {
		return u.root.RemoveAll(name)
	}
	info, err := u.root.Lstat(name)
	if err != nil || !info.IsDir() {
		return err
	}
	return u.hideIn(name)
}

func (u *unpacker) hideIn(dir string) error {
	f, err := u.root.Open(dir)
	if err != nil {
		return err
	}
	names, err := f.Readdirnames(-1)
	f.Close()
	if err != nil {
		return err
	}
	for _, n := range names {
		if err := u.hide(path.Join(dir, n)); err != nil {
			return err
		}
	}
	return nil
}
