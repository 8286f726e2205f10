package settings

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/adrg/xdg"
	"github.com/goccy/go-yaml"
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

// File returns where settings are kept: tentpole/config.yaml below
// XDG_CONFIG_HOME or, without it, below the system's place for settings. It
// need not exist.
func File() (string, error) {
	dir := os.Getenv("XDG_CONFIG_HOME")
	if !filepath.IsAbs(dir) {
		dir = xdg.ConfigHome
	}
	if !filepath.IsAbs(dir) {
		return "", errors.New("find the file of settings: there is no home directory; set HOME or XDG_CONFIG_HOME")
	}
	return filepath.Join(dir, "tentpole", "config.yaml"), nil
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
// is lost.
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
	return replace(file, text)
}

// replace writes a file beside the old one and renames it over. renameio, which
// keeps progress, leaves Windows out; settings may be lost to a power cut.
func replace(file string, text []byte) error {
	dir := filepath.Dir(file)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".config-*.yaml")
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}
