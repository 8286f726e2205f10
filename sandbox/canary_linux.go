package sandbox

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

// mostCanaries bounds the list of a tree, in bytes.
const mostCanaries = 1 << 20

// removeCanaries removes the files that experiments in a sandbox had announced,
// if they still hold what was announced, and returns their names.
func removeCanaries(sandboxes *os.Root, tree string) (gone []string) {
	list, err := readTree(sandboxes, tree, canariesFile, mostCanaries)
	if err != nil {
		return nil
	}
	for dec := json.NewDecoder(bytes.NewReader(list)); ; {
		var c canary
		if err := dec.Decode(&c); err != nil {
			return gone
		}
		if path.IsAbs(c.Path) && path.Clean(c.Path) == c.Path && removeCanary(c) {
			gone = append(gone, facts.Clean(c.Path))
		}
	}
}

func removeCanary(c canary) bool {
	dir, err := unix.Open(path.Dir(c.Path), unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return false
	}
	defer unix.Close(dir)
	fd, err := unix.Openat(dir, path.Base(c.Path), unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return false
	}
	f := os.NewFile(uintptr(fd), c.Path)
	defer f.Close()
	if st, err := f.Stat(); err != nil || !st.Mode().IsRegular() {
		return false
	}
	content, err := io.ReadAll(io.LimitReader(f, int64(len(c.Content))+1))
	if err != nil || string(content) != c.Content || c.Content == "" {
		return false
	}
	return unix.Unlinkat(dir, path.Base(c.Path), 0) == nil
}
