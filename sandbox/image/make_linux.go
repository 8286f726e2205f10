package image

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"golang.org/x/sys/unix"
)

// makers make an entry, by its type.
var makers = map[byte]func(*unpacker, *tar.Header, string, io.Reader) error{
	tar.TypeDir:       (*unpacker).makeDirectory,
	tar.TypeReg:       (*unpacker).makeFile,
	0:                 (*unpacker).makeFile, // before POSIX; tar(5)
	tar.TypeCont:      (*unpacker).makeFile, // contiguous, once
	tar.TypeGNUSparse: (*unpacker).makeFile,
	tar.TypeSymlink:   (*unpacker).makeSymlink,
	tar.TypeLink:      (*unpacker).makeHardLink,
	tar.TypeFifo:      (*unpacker).makeFifo,
}

// makeDirectory keeps a directory that is there already, and gives it the
// later entry's mode, owner and time.
func (u *unpacker) makeDirectory(h *tar.Header, name string, _ io.Reader) error {
	if name == "." {
		u.dirs[name] = h
		return nil
	}
	base, err := u.enter(name)
	if err != nil {
		return err
	}
	if info, err := u.here.dir.Lstat(base); err != nil || !info.IsDir() {
		if err := u.vacate(base); err != nil {
			return err
		}
		if err := u.here.dir.Mkdir(base, 0o700); err != nil {
			return err
		}
	}
	u.dirs[u.here.join(base)] = h
	return nil
}

func (u *unpacker) makeFile(h *tar.Header, name string, r io.Reader) error {
	base, err := u.enterVacant(name)
	if err != nil {
		return err
	}
	f, err := u.here.dir.OpenFile(base, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := u.fill(f, r); err != nil {
		return err
	}
	return u.dress(h, u.here.dir, u.here.fd, base, f)
}

// fill copies a file's contents. Holes of a sparse file are a few bytes in the
// archive and count in full.
func (u *unpacker) fill(f *os.File, r io.Reader) error {
	for {
		n, err := r.Read(u.buffer)
		u.usage.bytes += int64(n)
		over := within("bytes", u.usage.bytes, u.usage.limits.Bytes, "")
		if over == nil {
			over = u.flow.grow(&u.flow.written, n)
		}
		if over != nil {
			return over
		}
		if _, err := f.Write(u.buffer[:n]); err != nil {
			return err
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (u *unpacker) makeSymlink(h *tar.Header, name string, _ io.Reader) error {
	if h.Linkname == "" {
		return astray("is a symbolic link to nothing")
	}
	base, err := u.enterVacant(name)
	if err != nil {
		return err
	}
	if err := u.here.dir.Symlink(h.Linkname, base); err != nil {
		return err
	}
	return u.dress(h, u.here.dir, u.here.fd, base, nil)
}

func (u *unpacker) makeFifo(h *tar.Header, name string, _ io.Reader) error {
	base, err := u.enterVacant(name)
	if err != nil {
		return err
	}
	if err := unix.Mkfifoat(int(u.here.fd.Fd()), base, 0o600); err != nil {
		return &fs.PathError{Op: "mkfifoat", Path: base, Err: err}
	}
	return u.dress(h, u.here.dir, u.here.fd, base, nil)
}

// makeHardLink gives a second name to what is in the root already, from this
// layer or one below.
func (u *unpacker) makeHardLink(h *tar.Header, name string, _ io.Reader) error {
	target, err := u.linked(h)
	if err != nil {
		return err
	}
	base, err := u.enter(name)
	if err != nil {
		return err
	}
	at := u.here.join(base)
	if target == at || strings.HasPrefix(target, at+"/") {
		return astray(fmt.Sprintf("is a hard link to %q, in its own place", h.Linkname))
	}
	if err := u.vacate(base); err != nil {
		return err
	}
	if err := u.root.Link(target, at); err != nil {
		return fmt.Errorf("link to %q: %w", h.Linkname, err)
	}
	return nil
}

// linked returns the name without links of what a hard link is to be to.
func (u *unpacker) linked(h *tar.Header) (string, error) {
	clean, broken := cleanName(h.Linkname)
	if broken != "" {
		return "", astray(fmt.Sprintf("is a hard link to %q, which %s", h.Linkname, broken))
	}
	dir, base := path.Split(clean)
	at, err := walk(u.root, path.Clean(dir), nil)
	if err != nil {
		return "", u.unlinkable(h, err)
	}
	target := path.Join(at, base)
	info, err := u.root.Lstat(target)
	switch {
	case err != nil:
		return "", u.unlinkable(h, err)
	case info.IsDir():
		return "", astray(fmt.Sprintf("is a hard link to the directory %q", h.Linkname))
	case info.Mode()&fs.ModeSymlink != 0:
		var out *outward
		if _, err := walk(u.root, target, nil); errors.As(err, &out) {
			return "", u.unlinkable(h, err)
		}
	}
	return target, nil
}

func (u *unpacker) unlinkable(h *tar.Header, err error) error {
	var out *outward
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return astray(fmt.Sprintf("is a hard link to %q, which is not in the archive before it", h.Linkname))
	case errors.As(err, &out):
		return astray(fmt.Sprintf("is a hard link to %q, which %v", h.Linkname, err))
	}
	return err
}
