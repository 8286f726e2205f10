package preset

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/renameio/v2/maybe"
)

// Schema names the format of a file. A file with another is left alone.
const Schema = "tentpole/setup/v1"

const (
	suffix   = ".json"
	mostFile = 64 << 10 // bytes of a file that is read
	mostName = 48       // letters of a name
)

// Store keeps setups by name, one file each, in a directory.
type Store struct {
	Dir string // made when first written to
	// As, when set, runs what reads and writes there: under sudo with the rights
	// of the user who typed it.
	As func(func()) error
}

// FileError is a file of a setup that could not be written or read.
type FileError struct {
	Did  string // "save", "load", "list"
	File string
	Err  error
}

func (e *FileError) Error() string { return e.Did + " " + e.File + ": " + reason(e.Err) }
func (e *FileError) Unwrap() error { return e.Err }

// reason leaves out the path that package os repeats.
func reason(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}

// file is what is in a file.
type file struct {
	Schema string `json:"schema"`
	Setup
}

// CheckName tells what is wrong with a name.
func CheckName(name string) error {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_'
	}
	if name == "" || len(name) > mostName || strings.ContainsFunc(name, func(r rune) bool { return !plain(r) }) {
		return fmt.Errorf("the name %q: write 1 to %d letters, digits, - and _", name, mostName)
	}
	return nil
}

// Save writes a setup under a name, in place of an older one. After a crash it
// is the old file or the new one.
func (s *Store) Save(name string, setup Setup) error {
	if err := CheckName(name); err != nil {
		return err
	}
	path := s.path(name)
	setup.Spec.Unpacked = "" // where an image lies is this machine's own
	text, err := json.MarshalIndent(file{Schema, setup}, "", "  ")
	if err == nil {
		err = s.write(path, append(text, '\n'))
	}
	if err != nil {
		return &FileError{"save", path, err}
	}
	return nil
}

func (s *Store) path(name string) string { return filepath.Join(s.Dir, name+suffix) }

// write makes the directory if need be, and replaces the file at once.
func (s *Store) write(path string, text []byte) (err error) {
	return errors.Join(s.as(func() {
		if err = os.MkdirAll(s.Dir, 0o700); err == nil {
			err = maybe.WriteFile(path, text, 0o600)
		}
	}), err)
}

func (s *Store) as(f func()) error {
	if s.As == nil {
		f()
		return nil
	}
	return s.As(f)
}

// Load reads a setup. It has been validated; what it comes to here a plan says.
func (s *Store) Load(name string) (Setup, error) {
	if err := CheckName(name); err != nil {
		return Setup{}, err
	}
	var setup Setup
	var err error
	path := s.path(name)
	if denied := s.as(func() { setup, err = read(path) }); denied != nil {
		err = denied
	}
	if err != nil {
		return Setup{}, &FileError{"load", path, err}
	}
	return setup, nil
}

func read(path string) (Setup, error) {
	f, err := os.Open(path)
	if err != nil {
		return Setup{}, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, mostFile+1))
	switch {
	case err != nil:
		return Setup{}, err
	case len(text) > mostFile:
		return Setup{}, fmt.Errorf("it is larger than any setup (%d KiB)", mostFile>>10)
	}
	return parse(text)
}

// parse reads a file strictly: a word it does not know may be a mistake.
func parse(text []byte) (Setup, error) {
	var head struct{ Schema string }
	if err := json.Unmarshal(text, &head); err != nil {
		return Setup{}, fmt.Errorf("it is no JSON: %w", err)
	}
	if head.Schema != Schema {
		return Setup{}, fmt.Errorf("its schema is %q, and this tentpole reads %s", head.Schema, Schema)
	}
	var in file
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		return Setup{}, err
	}
	in.Spec.Unpacked = ""
	return in.Setup, in.Spec.Validate()
}

// Names lists what is kept, in the order of the alphabet.
func (s *Store) Names() ([]string, error) {
	entries, err := os.ReadDir(s.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, &FileError{"list", s.Dir, err}
	}
	var names []string
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), suffix); ok && CheckName(name) == nil {
			names = append(names, name)
		}
	}
	return names, nil
}
