package userland

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Prefix is what the names of built roots begin with. The rest is a digest of
// what is in them.
const Prefix = "tiny-"

// Build returns a directory below shared that holds the tiny root, and makes it
// if it is not there yet. It may be called by several processes at once: each
// puts its own together in scratch, and the first to rename it wins.
//
// Scratch is the name of a directory that does not exist yet, on the same file
// system as shared. It is gone when Build returns; a process that is killed
// leaves it behind, so the caller names it such that it is found.
//
// Nobody may write to what Build returns. After an upgrade there may be roots of
// other digests beside it; whoever cleans up must see that no sandbox uses them.
func Build(shared, scratch string) (root string, err error) {
	name, err := Name()
	if err != nil {
		return "", err
	}
	root = filepath.Join(shared, name)
	if _, err := os.Lstat(root); err == nil {
		return root, nil // it was renamed whole
	}
	program, err := OpenProgram()
	if err != nil {
		return "", fmt.Errorf("read the program of the tiny root: %w", err)
	}
	defer program.Close()
	if err := build(scratch, program, Tree()); err != nil {
		return "", errors.Join(fmt.Errorf("build the tiny root: %w", err), os.RemoveAll(scratch))
	}
	err = os.Rename(scratch, root)
	if err == nil {
		return root, nil
	}
	removed := os.RemoveAll(scratch)
	if errors.Is(err, fs.ErrExist) { // somebody else was first
		err = nil
	}
	if err := errors.Join(err, removed); err != nil {
		return "", fmt.Errorf("build the tiny root: %w", err)
	}
	return root, nil
}

// source is the program: bytes in memory, or a file.
type source interface {
	io.ReadSeeker
	io.Closer
}

type inMemory struct{ *bytes.Reader }

func (inMemory) Close() error { return nil }

// OpenProgram opens the program that all commands are links to: the embedded one,
// or the binary that is running. The caller closes it.
func OpenProgram() (io.ReadSeekCloser, error) {
	if len(embedded) > 0 {
		return inMemory{bytes.NewReader(embedded)}, nil
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return os.Open(self)
}

// digest names a root after what is in it: the program and every entry. Go's
// linker has put a digest of the program into its first bytes; reading all of it
// would take longer than starting a sandbox.
func digest(program source, tree []Entry) (string, error) {
	head := make([]byte, 64<<10)
	n, err := io.ReadFull(program, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return "", err
	}
	h := sha256.New()
	if id, ok := buildID(head[:n]); ok {
		fmt.Fprintf(h, "id %q\n", id)
	} else {
		h.Write(head[:n])
		if _, err := io.Copy(h, program); err != nil {
			return "", err
		}
	}
	for _, e := range tree {
		fmt.Fprintf(h, "%q %v %q %q\n", e.Path, e.Mode, e.Link, e.Data)
	}
	const long = 16 // bytes; a name that fits a line
	return fmt.Sprintf("%x", h.Sum(nil)[:long]), nil
}

// buildID finds the note that Go's linker writes into the first segment of an
// ELF file: sizes of name and value, the type 4, the name "Go", the value.
func buildID(head []byte) (string, bool) {
	const before, kind = 8, "\x04\x00\x00\x00Go\x00\x00"
	at := bytes.Index(head, []byte(kind))
	if at < before || binary.LittleEndian.Uint32(head[at-before:]) != 4 {
		return "", false
	}
	size := int(binary.LittleEndian.Uint32(head[at-4:]))
	value := head[at+len(kind):]
	if size == 0 || size > len(value) {
		return "", false
	}
	return string(value[:size]), true
}

// build makes the directory and everything in it, with exactly the permissions
// that are planned, whatever the umask.
func build(dir string, program source, tree []Entry) error {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	for _, e := range tree {
		if err := e.make(filepath.Join(dir, filepath.FromSlash(e.Path)), program); err != nil {
			return err
		}
	}
	// Modes of directories come last: one may forbid what is made in it.
	for _, e := range tree {
		if e.Mode.IsDir() {
			if err := os.Chmod(filepath.Join(dir, filepath.FromSlash(e.Path)), e.Mode); err != nil {
				return err
			}
		}
	}
	return os.Chmod(dir, 0o755)
}

func (e Entry) make(path string, program source) error {
	switch {
	case e.Mode.IsDir():
		return os.Mkdir(path, 0o700)
	case e.Mode&fs.ModeSymlink != 0:
		return os.Symlink(e.Link, path)
	case e.IsProgram():
		if _, err := program.Seek(0, io.SeekStart); err != nil {
			return err
		}
		return write(path, program, e.Mode)
	}
	return write(path, bytes.NewReader([]byte(e.Data)), e.Mode)
}

// write writes a file to the disk: after a crash the directory's new name must
// not stand for empty files.
func write(path string, from io.Reader, mode fs.FileMode) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, from)
	if err == nil {
		err = f.Chmod(mode)
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}
