package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

// Swept says what the janitor removed.
type Swept struct {
	Trees    []string `json:"trees"`    // directories in the state directory
	Cgroups  []string `json:"cgroups"`  // cgroup directories
	Canaries []string `json:"canaries"` // files that experiments had made
}

// itemPatience bounds how long one leftover may take.
const itemPatience = 2 * time.Second

// Sweep removes what killed runs left: only what carries tentpole's name and
// an owner {boot, pid, start time} that is no more, under a lock, so that two
// tentpoles do not trip over each other. A neighbour that is alive is never
// touched.
func Sweep(state string) (Swept, error) {
	s := Swept{Trees: []string{}, Cgroups: []string{}, Canaries: []string{}}
	dir := path.Join(state, "sandboxes")
	if err := passable(dir); err != nil {
		return s, err
	}
	if err := ownDirectory(dir); err != nil {
		return s, err
	}
	unlock, err := lockState(dir)
	if err != nil {
		return s, err
	}
	defer unlock()
	entries, err := os.ReadDir(dir)
	if err != nil {
		return s, explain("read", dir, errno(err))
	}
	var errs []error
	for _, e := range entries {
		if _, o, ok := parseOwned(e.Name()); ok && !o.alive() {
			errs = append(errs, s.tree(path.Join(dir, e.Name())))
		}
	}
	errs = append(errs, s.cgroups(cgroup.Own()))
	return s, errors.Join(errs...)
}

// ownDirectory refuses a state directory of somebody else's, who could put
// anything into it.
func ownDirectory(dir string) error {
	var st unix.Stat_t
	if err := unix.Stat(dir, &st); err != nil {
		return explain("stat", dir, err)
	}
	if int(st.Uid) != os.Geteuid() {
		return &Error{Op: "use", Target: dir, Err: unix.EPERM, Remedy: "it belongs to somebody else: point XDG_STATE_HOME to a directory of your own"}
	}
	return nil
}

// lockState takes the janitor's lock. It waits for another janitor, but not
// for ever: then that one does the work.
func lockState(dir string) (unlock func(), err error) {
	f, err := os.OpenFile(path.Join(dir, ".lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, explain("open", path.Join(dir, ".lock"), errno(err))
	}
	ctx, cancel := context.WithTimeout(context.Background(), itemPatience)
	defer cancel()
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			return func() { f.Close() }, nil
		}
		select {
		case <-ctx.Done():
			f.Close()
			return nil, &Error{Op: "lock", Target: dir, Err: err, Remedy: "another tentpole is cleaning up: try again in a moment"}
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// tree removes one sandbox's directory and what its record names.
func (s *Swept) tree(tree string) error {
	var r record
	if b, err := os.ReadFile(path.Join(tree, recordFile)); err == nil && json.Unmarshal(b, &r) == nil && r.Cgroup != "" {
		if path.Base(r.Cgroup) == "tentpole-"+path.Base(tree) {
			if _, err := os.Stat(r.Cgroup); err == nil {
				if err := cgroup.Remove(r.Cgroup, itemPatience); err != nil {
					return explain("remove cgroup", r.Cgroup, errno(err))
				}
				s.Cgroups = append(s.Cgroups, r.Cgroup)
			}
		}
	}
	s.canaries(path.Join(tree, canariesFile))
	if err := removeTree(tree); err != nil {
		return explain("remove", tree, errno(err))
	}
	s.Trees = append(s.Trees, tree)
	return nil
}

// cgroups removes tracking cgroups whose owner was killed before it could
// write its record.
func (s *Swept) cgroups(own string) error {
	if own == "" {
		return nil
	}
	entries, err := os.ReadDir(own)
	if err != nil {
		return nil // it was there a moment ago: not ours to explain
	}
	var errs []error
	for _, e := range entries {
		name, o, ok := parseOwned(e.Name())
		if !ok || !strings.HasPrefix(name, "tentpole-") || o.alive() {
			continue
		}
		dir := path.Join(own, e.Name())
		if err := cgroup.Remove(dir, itemPatience); err != nil {
			errs = append(errs, explain("remove cgroup", dir, errno(err)))
			continue
		}
		s.Cgroups = append(s.Cgroups, dir)
	}
	return errors.Join(errs...)
}

// canaries removes the files that an experiment had announced, if they still
// hold what was announced.
func (s *Swept) canaries(list string) {
	f, err := os.Open(list)
	if err != nil {
		return
	}
	defer f.Close()
	for dec := json.NewDecoder(f); ; {
		var c canary
		if err := dec.Decode(&c); err != nil {
			return
		}
		if removeCanary(c) {
			s.Canaries = append(s.Canaries, facts.Clean(c.Path))
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

// removeTree removes a directory with all that is in it. What was written
// inside may have taken its owner's rights away: they are given back first.
func removeTree(tree string) error {
	err := os.RemoveAll(tree)
	if !errors.Is(err, fs.ErrPermission) {
		return err
	}
	filepath.WalkDir(tree, func(p string, d fs.DirEntry, err error) error {
		if d != nil && d.IsDir() {
			os.Chmod(p, 0o700)
		}
		return nil
	})
	return os.RemoveAll(tree)
}
