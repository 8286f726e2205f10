package sandbox

import (
	"context"
	"math/rand/v2"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
)

const (
	// itemPatience bounds how long one leftover may take, and sweepPatience all
	// of them: they wait for the next janitor, a start does not wait for them.
	itemPatience  = 2 * time.Second
	sweepPatience = 5 * time.Second
)

// Sweep removes what killed runs left: only what carries tentpole's name and
// an owner {boot, pid, start time} that is no more, under a lock, so that two
// tentpoles do not trip over each other. A neighbour that is alive is never
// touched, nor one of whom that cannot be told.
//
// What could not be removed is in Left. The error is about the state directory
// itself, which is not to be used then; or it wraps os.ErrDeadlineExceeded:
// another janitor is still at work there.
func Sweep(state string) (Swept, error) {
	s := Swept{Trees: []string{}, Cgroups: []string{}, Canaries: []string{}, Network: []string{}, Left: []Leftover{}}
	dir, err := openSandboxes(state)
	if err != nil {
		return s, err
	}
	defer dir.Close()
	unlock, err := lockSandboxes(dir)
	if err != nil {
		return s, err
	}
	defer unlock()
	j := &janitor{Swept: &s, dir: dir, deadline: time.Now().Add(sweepPatience)}
	trees, err := j.deadTrees()
	if err != nil {
		return s, err
	}
	j.groups(trees)
	for _, name := range trees {
		j.tree(name)
	}
	return s, j.connections(state)
}

// lockSandboxes takes the janitor's lock. It waits for another janitor, but not
// for ever.
func lockSandboxes(dir *os.Root) (unlock func(), err error) {
	name := path.Join(dir.Name(), lockFile)
	f, err := dir.OpenFile(lockFile, os.O_CREATE|os.O_RDWR|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0o600)
	if err != nil {
		return nil, explain("open", name, errno(err))
	}
	for deadline := time.Now().Add(itemPatience); ; time.Sleep(5 * time.Millisecond) {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			return func() { f.Close() }, nil
		}
		if time.Now().After(deadline) {
			f.Close()
			return nil, &Error{Op: "lock", Target: name, Err: os.ErrDeadlineExceeded, Remedy: "another tentpole is cleaning up: try again in a moment"}
		}
	}
}

const lockFile = ".lock"

// janitor is one sweep.
type janitor struct {
	*Swept
	dir      *os.Root // of the trees
	deadline time.Time
}

// deadTrees lists the trees of owners that are no more, in any order: one that
// cannot be removed must not keep the same others waiting each time.
func (j *janitor) deadTrees() ([]string, error) {
	f, err := j.dir.Open(".")
	if err != nil {
		return nil, explain("open", j.dir.Name(), errno(err))
	}
	defer f.Close()
	names, err := f.Readdirnames(-1)
	if err != nil {
		return nil, explain("read", j.dir.Name(), errno(err))
	}
	names = slices.DeleteFunc(names, func(name string) bool {
		_, o, ok := parseOwned(name)
		return !ok || !o.dead()
	})
	rand.Shuffle(len(names), func(i, k int) { names[i], names[k] = names[k], names[i] })
	return names, nil
}

// item removes something that is called that, and waits for it within reason. A
// file system that has stopped answering keeps the goroutine, not the caller.
func (j *janitor) item(what, item string, remove func() ([]string, error)) {
	type outcome struct {
		canaries []string
		err      error
	}
	done := make(chan outcome, 1)
	go func() {
		canaries, err := remove()
		done <- outcome{canaries, err}
	}()
	o := outcome{err: os.ErrDeadlineExceeded}
	select {
	case o = <-done:
	case <-time.After(j.patience()):
	}
	if o.err != nil {
		j.Left = append(j.Left, Leftover{what, item, errno(o.err).Error()})
		return
	}
	j.Canaries = append(j.Canaries, o.canaries...)
	switch what {
	case "directory":
		j.Trees = append(j.Trees, item)
	case "cgroup":
		j.Cgroups = append(j.Cgroups, item)
	}
}

// patience is what is left of it for one item.
func (j *janitor) patience() time.Duration {
	return max(0, min(itemPatience, time.Until(j.deadline)))
}

// tree removes one sandbox's directory, and the files on the host that it
// announces.
func (j *janitor) tree(name string) {
	j.item("directory", path.Join(j.dir.Name(), name), func() ([]string, error) {
		gone := removeCanaries(j.dir, name)
		return gone, removeTree(j.dir, name)
	})
}

// groups removes the cgroups of dead owners: those that a sandbox wrote down,
// and those of sandboxes that were killed before they could. All are ended
// before the first is removed: on v1 it is only the one of the freezer that
// lets frozen processes die.
func (j *janitor) groups(trees []string) {
	var dirs []string
	for _, name := range trees {
		dirs = append(dirs, recordedGroups(j.dir, name)...)
	}
	for _, dir := range cgroup.Look().Directories() {
		dirs = append(dirs, deadGroups(dir)...)
	}
	slices.Sort(dirs)
	dirs = slices.Compact(dirs)
	for _, dir := range dirs {
		cgroup.Kill(dir)
	}
	for _, dir := range dirs {
		patience := j.patience()
		j.item("cgroup", dir, func() ([]string, error) { return nil, cgroup.Remove(dir, patience) })
	}
}

// recordedGroups lists the cgroups in a tree's record. Only those are believed
// that carry the tree's own name, with its dead owner.
func recordedGroups(sandboxes *os.Root, tree string) []string {
	r, err := readRecord(sandboxes, tree)
	if err != nil {
		return nil // killed before it had written anything, or not written by us
	}
	scope := groupPrefix + strings.ReplaceAll(tree, "@", "-") + ".scope"
	return slices.DeleteFunc(r.Cgroups, func(dir string) bool {
		base := path.Base(dir)
		return base != groupPrefix+tree && base != scope || !ownGroup(dir)
	})
}

// groupPrefix begins the names of cgroups that tentpole makes.
const groupPrefix = "tentpole-"

// deadGroups lists the cgroups below one whose owner is no more.
func deadGroups(parent string) (dead []string) {
	entries, err := os.ReadDir(parent)
	if err != nil {
		return nil // it was there a moment ago: not ours to explain
	}
	for _, e := range entries {
		owned, ours := strings.CutPrefix(e.Name(), groupPrefix)
		_, o, ok := parseOwned(owned)
		if dir := path.Join(parent, e.Name()); ours && ok && o.dead() && ownGroup(dir) {
			dead = append(dead, dir)
		}
	}
	return dead
}

// ownGroup tells whether a path is that of a cgroup, without a link on the way,
// that the caller has made.
func ownGroup(dir string) bool {
	if !path.IsAbs(dir) {
		return false
	}
	how := unix.OpenHow{Flags: unix.O_PATH | unix.O_DIRECTORY | unix.O_CLOEXEC, Resolve: unix.RESOLVE_NO_SYMLINKS}
	fd, err := unix.Openat2(unix.AT_FDCWD, dir, &how)
	if err != nil {
		return false
	}
	defer unix.Close(fd)
	var fs unix.Statfs_t
	var st unix.Stat_t
	if unix.Fstatfs(fd, &fs) != nil || unix.Fstat(fd, &st) != nil {
		return false
	}
	return (fs.Type == unix.CGROUP2_SUPER_MAGIC || fs.Type == unix.CGROUP_SUPER_MAGIC) && int(st.Uid) == os.Geteuid()
}

// connections takes dead owners off the bridge. Where there never was one there
// is nothing to take.
func (j *janitor) connections(state string) error {
	b := bridge(state)
	ledger := path.Join(b.StateDir, networkDir)
	if _, err := os.Lstat(ledger); err != nil {
		return nil
	}
	dir, err := openOwn(ledger)
	if err != nil {
		return err
	}
	dir.Close()
	ctx, cancel := context.WithTimeout(context.Background(), max(j.patience(), time.Second/10))
	defer cancel()
	swept, err := b.Sweep(ctx)
	j.Network = append(append(append(j.Network, swept.Links...), swept.Tables...), swept.Settings...)
	if err != nil {
		j.Left = append(j.Left, Leftover{"network", b.StateDir, err.Error()})
	}
	return nil
}

// networkDir is where package network keeps its record in the state directory.
const networkDir = "network"
