package network

import (
	"errors"
	"io/fs"
	"os"
	"strings"
)

// readSysctl reads a setting of the calling thread's network namespace.
func readSysctl(key string) (string, error) {
	b, err := os.ReadFile("/proc/sys/" + key)
	return strings.TrimSpace(string(b)), err
}

// writeSysctl does not make a file where a setting is missing.
func writeSysctl(key, value string) error {
	f, err := os.OpenFile("/proc/sys/"+key, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(value)
	return errors.Join(err, f.Close())
}

func (w WriteSysctl) perform(s *scene) error {
	write := func() error { return writeSysctl(w.Key, w.Value) }
	if w.place == onHost {
		return write()
	}
	return within(s.netns, write)
}

// perform leaves the setting alone when somebody, Docker for one, has made the
// host a router meanwhile, or the link is gone.
func (r RestoreSysctl) perform(*scene) error {
	if global, err := readSysctl(r.Global); err == nil && global == "1" {
		return errGone
	}
	err := writeSysctl(r.Key, r.Before)
	if errors.Is(err, fs.ErrNotExist) {
		return errGone
	}
	return err
}
