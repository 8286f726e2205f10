package image

import (
	"errors"
	"io/fs"
	"os"
	"path"
)

// place is a directory of the root, held open.
type place struct {
	spelled string // as the entry has it
	name    string // without links
	dir     *os.Root
	fd      *os.File // the same, for the system calls that os.Root lacks
}

func (p *place) close() {
	if p.dir != nil {
		p.dir.Close()
		p.fd.Close()
	}
	*p = place{}
}

// enter opens the directory that an entry goes into, and returns the entry's
// own name in it. Directories that the archive does not list are made.
func (u *unpacker) enter(name string) (base string, err error) {
	dir, base := path.Split(name)
	dir = path.Clean(dir)
	if u.here.dir == nil || u.here.spelled != dir {
		if err := u.open(dir); err != nil {
			return "", err
		}
	}
	u.mark(u.here.join(base))
	return base, nil
}

func (p *place) join(base string) string { return path.Join(p.name, base) }

func (u *unpacker) open(dir string) error {
	u.here.close()
	name, err := walk(u.root, dir, u.impliedDirectory)
	if err != nil {
		return err
	}
	sub, err := u.root.OpenRoot(name)
	if err != nil {
		return err
	}
	fd, err := sub.Open(".")
	if err != nil {
		sub.Close()
		return err
	}
	u.here = place{dir, name, sub, fd}
	return nil
}

func (u *unpacker) impliedDirectory(name string) error {
	u.dirs[name] = nil
	u.mark(name)
	return u.root.Mkdir(name, 0o700)
}

// mark notes what this layer has put there, up to the root.
func (u *unpacker) mark(name string) {
	for ; name != "." && !u.added[name]; name = path.Dir(name) {
		u.added[name] = true
	}
}

// enterVacant is enter, and removes what is in the entry's place.
func (u *unpacker) enterVacant(name string) (base string, err error) {
	if base, err = u.enter(name); err != nil {
		return "", err
	}
	return base, u.vacate(base)
}

// vacate removes what is in an entry's place: later entries win.
func (u *unpacker) vacate(base string) error {
	info, err := u.here.dir.Lstat(base)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		u.here.spelled = "" // the same words may lead elsewhere from now on
	}
	return u.here.dir.RemoveAll(base)
}
