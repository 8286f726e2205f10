package settings

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/goccy/go-yaml"
	"github.com/google/renameio/v2/maybe"

	"github.com/tentpole-labs/tentpole/lessons"
)

const (
	format  = 1
	maxFile = 64 << 10 // bytes
)

// Error tells what is wrong with a file of settings. What could be read of it
// counts.
type Error struct {
	File string
	Err  error
}

// Error implements error.
func (e *Error) Error() string { return fmt.Sprintf("settings in %s: %v", e.File, e.Err) }

// Unwrap returns what is wrong.
func (e *Error) Unwrap() error { return e.Err }

// File returns where settings are kept: config.yaml in lessons.ConfigDir. It
// need not exist.
func File() (string, error) {
	dir, _, err := lessons.ConfigDir()
	return filepath.Join(dir, "config.yaml"), err
}

// Load reads a file. One that does not exist is all defaults.
func Load(file string) (Settings, error) {
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return Settings{}, nil
	}
	if err != nil {
		return Settings{}, err // it names the file
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(text) > maxFile {
		err = fmt.Errorf("it is larger than %d KiB", maxFile>>10)
	}
	if err != nil {
		return Settings{}, &Error{file, err}
	}
	s, err := parse(text)
	if err != nil {
		err = &Error{file, err}
	}
	return s, err
}

// parse reads what it can, and returns what is wrong with the rest.
func parse(text []byte) (Settings, error) {
	var raw yaml.MapSlice
	if err := yaml.Unmarshal(text, &raw); err != nil {
		return Settings{}, errors.New(yaml.FormatError(err, false, false))
	}
	var s Settings
	var wrong []error
	for _, item := range raw {
		key := fmt.Sprint(item.Key)
		var err error
		switch key {
		case "format":
			if word := fmt.Sprint(item.Value); word != fmt.Sprint(format) {
				err = fmt.Errorf("format is %s; this tentpole reads format %d", word, format)
			}
		case "keys":
			s.Keys, err = keys(item.Value)
		default:
			s, err = s.With(key, fmt.Sprint(item.Value))
		}
		wrong = append(wrong, err)
	}
	return s, errors.Join(wrong...)
}

// keys reads the table of keys: both sides are words.
func keys(value any) (map[string]string, error) {
	table, ok := value.(map[string]any)
	if !ok {
		return nil, errors.New("keys is no table; write for example: keys: {z: m}")
	}
	out := map[string]string{}
	taken := map[string]string{}
	for from, to := range table {
		word := fmt.Sprint(to)
		if other, twice := taken[word]; twice {
			return nil, fmt.Errorf("keys puts both %s and %s on %s", min(from, other), max(from, other), word)
		}
		taken[word] = from
		out[from] = word
	}
	return out, nil
}

// Save replaces the file, by one with the values that are set. A comment in it
// is lost. Under sudo the file belongs to the user who typed it.
func (s Settings) Save(file string) error {
	out := yaml.MapSlice{{Key: "format", Value: format}}
	for _, r := range rows {
		if v, ok := s.values[r.Key]; ok {
			out = append(out, yaml.MapItem{Key: r.Key, Value: v})
		}
	}
	if len(s.Keys) > 0 {
		out = append(out, yaml.MapItem{Key: "keys", Value: s.Keys})
	}
	text, err := yaml.Marshal(out)
	if err != nil {
		return &Error{file, err}
	}
	_, owner, err := lessons.ConfigDir()
	if err != nil {
		return &Error{file, err}
	}
	return errors.Join(owner.Do(func() {
		if err = os.MkdirAll(filepath.Dir(file), 0o700); err == nil {
			err = maybe.WriteFile(file, text, 0o600)
		}
	}), err)
}
