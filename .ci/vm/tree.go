package main

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

// tree is the content of a cpio archive, by name from the top without the
// first slash. The kernel makes no directories by itself, so there is a record
// for each.
type tree map[string]cpio.Record

func (t tree) put(r cpio.Record) {
	r.Name = strings.TrimPrefix(path.Clean(r.Name), "/")
	r.NLink = 1
	for dir := path.Dir(r.Name); dir != "." && !t.has(dir); dir = path.Dir(dir) {
		t[dir] = cpio.Directory(dir, 0o755)
	}
	t[r.Name] = r
}

func (t tree) has(name string) bool {
	_, ok := t[strings.TrimPrefix(path.Clean(name), "/")]
	return ok
}

func (t tree) dir(name string, mode uint64)           { t.put(cpio.Directory(name, mode)) }
func (t tree) file(name, content string, mode uint64) { t.put(cpio.StaticFile(name, content, mode)) }
func (t tree) link(name, target string)               { t.put(cpio.Symlink(name, target)) }

// own gives what is there to the user of that id and the group of the same.
func (t tree) own(name string, id uint64) {
	name = strings.TrimPrefix(name, "/")
	r := t[name]
	r.UID, r.GID = id, id
	t[name] = r
}

// copyFile takes a file of this machine, which is read when the archive is
// written.
func (t tree) copyFile(name, from string, mode uint64) error {
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s: not a regular file", from)
	}
	t.put(cpio.Record{
		ReaderAt: uio.NewLazyFile(from),
		Info:     cpio.Info{Name: name, Mode: cpio.S_IFREG | mode, FileSize: uint64(info.Size())},
	})
	return nil
}

// copyDir takes a directory of this machine with what is below it, if there is
// one; links stay what they are.
func (t tree) copyDir(name, from string) error {
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

// copyFiles takes the files right in a directory of this machine, but for those
// whose names end so.
func (t tree) copyFiles(name, from, but string) error {
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

func (t tree) copyEntry(name, from string, d fs.DirEntry) error {
	switch d.Type() {
	case fs.ModeDir:
		t.dir(name, 0o755)
		return nil
	case fs.ModeSymlink:
		target, err := os.Readlink(from)
		t.link(name, target)
		return err
	}
	info, err := d.Info()
	if err != nil {
		return err
	}
	return t.copyFile(name, from, uint64(info.Mode().Perm()))
}

// names are all names, each directory before what is in it.
func (t tree) names() []string { return slices.Sorted(maps.Keys(t)) }

// write writes the archive in the format that the kernel unpacks
// (Documentation/driver-api/early-userspace/buffer-format.rst).
func (t tree) write(w io.Writer) error {
	out := cpio.Newc.Writer(w)
	for _, name := range t.names() {
		if err := out.WriteRecord(t[name]); err != nil {
			return fmt.Errorf("write the initramfs: %s: %w", name, err)
		}
	}
	return cpio.WriteTrailer(out)
}

// save writes the archive to a file.
func (t tree) save(file string) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := t.write(f); err != nil {
		return err
	}
	return f.Close()
}
