package image

import (
	"archive/tar"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"syscall"
)

// bundle is a set of files that hold images: a layout's directory, or a tar.
type bundle interface {
	// open returns a file and its size in bytes.
	open(name string) (io.ReadCloser, int64, error)
	io.Closer
}

// directory is a bundle on disk. Links out of it are not followed.
type directory struct{ *os.Root }

func (d directory) open(name string) (io.ReadCloser, int64, error) {
	// A fifo in place of a file must not hold us up.
	f, err := d.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "read", Path: name, Err: errors.New("not a file")}
	}
	if err != nil {
		f.Close()
		return nil, 0, err
	}
	return f, info.Size(), nil
}

// members is a bundle in a tar: where in it each file's bytes lie.
type members struct {
	file *os.File
	at   map[string]member
}

type member struct {
	offset, size int64
	link         string // the name of another member that this one is
}

// maxHops is how many links may lead on to one another.
const maxHops = 8

func (m members) open(name string) (io.ReadCloser, int64, error) {
	for range maxHops {
		at, ok := m.at[path.Clean(name)]
		if !ok {
			return nil, 0, &fs.PathError{Op: "find", Path: name, Err: fs.ErrNotExist}
		}
		if at.link == "" {
			return io.NopCloser(io.NewSectionReader(m.file, at.offset, at.size)), at.size, nil
		}
		name = at.link
	}
	return nil, 0, &fs.PathError{Op: "find", Path: name, Err: errors.New("links in a circle")}
}

func (m members) Close() error { return m.file.Close() }

// listMembers reads where the files of a plain tar lie.
func listMembers(f *os.File, limits Limits) (members, error) {
	m := members{f, map[string]member{}}
	r := tar.NewReader(f) // it reads block by block, so the file is where the contents begin
	for {
		h, err := nextHeader(r)
		if errors.Is(err, io.EOF) {
			return m, nil
		}
		if err != nil {
			return m, err
		}
		if err := within("entries", int64(len(m.at)), limits.Entries, h.Name); err != nil {
			return m, err
		}
		offset, err := f.Seek(0, io.SeekCurrent)
		if err != nil {
			return m, err
		}
		m.at[path.Clean(h.Name)] = memberOf(h, offset)
	}
}

func memberOf(h *tar.Header, offset int64) member {
	switch h.Typeflag {
	case tar.TypeSymlink: // older docker save: a layer that two images share
		return member{link: path.Join(path.Dir(h.Name), h.Linkname)}
	case tar.TypeLink:
		return member{link: h.Linkname}
	}
	return member{offset: offset, size: h.Size}
}

// nextHeader leaves it to our own rules which names are good.
func nextHeader(r *tar.Reader) (*tar.Header, error) {
	h, err := r.Next()
	if errors.Is(err, tar.ErrInsecurePath) {
		err = nil
	}
	return h, err
}

// readFile reads something small.
func readFile(from bundle, name string, limits Limits) ([]byte, error) {
	rc, _, err := from.open(name)
	if err != nil {
		return nil, err
	}
	defer rc.Close()
	b, err := io.ReadAll(io.LimitReader(rc, limits.Document+1))
	if err == nil {
		err = within("document", int64(len(b)), limits.Document, name)
	}
	return b, err
}
