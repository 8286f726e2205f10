package initramfs

import (
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/u-root/u-root/pkg/cpio"
	"github.com/u-root/uio/uio"
)

// Tree is the content of a cpio archive, by name from the top without the
// first slash. The kernel makes no directories by itself, so there is a record
// for each.
type Tree map[string]cpio.Record

func (t Tree) Put(r cpio.Record) {
	r.Name = strings.TrimPrefix(path.Clean(r.Name), "/")
	r.NLink = 1
	for dir := path.Dir(r.Name); dir != "." && !t.Has(dir); dir = path.Dir(dir) {
		t[dir] = cpio.Directory(dir, 0o755)
	}
	t[r.Name] = r
}

func (t Tree) Has(name string) bool {
	_, ok := t[strings.TrimPrefix(path.Clean(name), "/")]
	return ok
}

func (t Tree) Dir(name string, mode uint64)           { t.Put(cpio.Directory(name, mode)) }
func (t Tree) File(name, content string, mode uint64) { t.Put(cpio.StaticFile(name, content, mode)) }
func (t Tree) Link(name, target string)               { t.Put(cpio.Symlink(name, target)) }

// Content is a file with what is read when the archive is written.
func (t Tree) Content(name string, from io.ReaderAt, size int64, mode uint64) {
	t.Put(cpio.Record{ReaderAt: from, Info: cpio.Info{Name: name, Mode: cpio.S_IFREG | mode, FileSize: uint64(size)}})
}

// Own gives what is there to the user of that id and the group of the same.
func (t Tree) Own(name string, id uint64) {
	name = strings.TrimPrefix(name, "/")
	r := t[name]
	r.UID, r.GID = id, id
	t[name] = r
}

// CopyFile takes a file of this machine, which is read when the archive is
// written.
func (t Tree) CopyFile(name, from string, mode uint64) error {
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s: not a regular file", from)
	}
	t.Content(name, uio.NewLazyFile(from), info.Size(), mode)
	return nil
}

// CopyDir takes a directory of this machine with what is below it, if there is
// one; links stay what they are.
func (t Tree) CopyDir(name, from string) error {
	if _, err := os.Stat(from); err != nil {
		return nil
	}
	return filepath.WalkDir(from, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, file)
		if err != nil {
			return err
		}
		return t.copyEntry(path.Join(name, filepath.ToSlash(rel)), file, d)
	})
}

// CopyFiles takes the files right in a directory of this machine, but for those
// whose names end so.
func (t Tree) CopyFiles(name, from, but string) error {
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !e.Type().IsRegular() || strings.HasSuffix(e.Name(), but) {
			continue
		}
		if err := t.copyEntry(path.Join(name, e.Name()), filepath.Join(from, e.Name()), e); err != nil {
			return err
		}
	}
	return nil
}

func (t Tree) copyEntry(name, from string, d fs.DirEntry) error {
	switch d.Type() {
	case fs.ModeDir:
		t.Dir(name, 0o755)
		return nil
	case fs.ModeSymlink:
		target, err := os.Readlink(from)
		t.Link(name, target)
		return err
	}
	info, err := d.Info()
	if err != nil {
		return err
	}
	return t.CopyFile(name, from, uint64(info.Mode().Perm()))
}

// Names are all names, each directory before what is in it.
func (t Tree) Names() []string { return slices.Sorted(maps.Keys(t)) }

// Write writes the archive in the format that the kernel unpacks
// (Documentation/driver-api/early-userspace/buffer-format.rst).
func (t Tree) Write(w io.Writer) error {
	out := cpio.Newc.Writer(w)
	for _, name := range t.Names() {
		if err := out.WriteRecord(t[name]); err != nil {
			return fmt.Errorf("write the initramfs: %s: %w", name, err)
		}
	}
	return cpio.WriteTrailer(out)
}

// Save writes the archive to a file.
func (t Tree) Save(file string) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := t.Write(f); err != nil {
		return err
	}
	return f.Close()
}
