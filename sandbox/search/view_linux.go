package search

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// smallFileSystem is how many inodes in use a file system of the sandbox's may
// have to be walked whole.
const smallFileSystem = 1 << 16

// ViewHits looks for a name in what only the process pid sees, through
// /proc/PID/root. exact, unless empty, is looked up directly as a path inside.
// Then each mount that the process has and the host has not (another file
// system, root or target) is walked when it is a tmpfs or another small local
// one. Paths of the hits begin with /proc/PID/root and are sorted.
//
// Overlays are not walked whole: what is in one lies either in its lower
// directories, where the host sees it by itself, or in its upper directory,
// which [Find] walks. Walking it again would cost as much as the host. The
// same holds for bind mounts of the host's own, large file systems.
//
// It needs the right to trace the process, ptrace(2): the same user ids and no
// fewer capabilities. The error wraps [io/fs.ErrPermission] without it,
// [io/fs.ErrNotExist] or ESRCH when the process is gone, and the context's
// when that ended.
func ViewHits(ctx context.Context, pid int, name string, exact string) ([]Hit, error) {
	if err := (Query{Name: name}).check(); err != nil {
		return nil, err
	}
	v, err := openView(pid)
	if err != nil {
		return nil, fmt.Errorf("look through process %d: %w%s", pid, err, viewRemedy(err))
	}
	defer v.close()
	var hits []Hit
	if exact != "" {
		switch hit, err := v.lookUp(exact); {
		case err == nil:
			hits = append(hits, hit)
		case !errors.Is(err, fs.ErrNotExist) && err != unix.ENOTDIR:
			return nil, &fs.PathError{Op: "look up", Path: v.shown(exact), Err: err}
		}
	}
	found, err := v.walk(ctx, name)
	hits = append(hits, found...)
	slices.SortFunc(hits, func(a, b Hit) int { return strings.Compare(a.Path, b.Path) })
	return slices.CompactFunc(hits, func(a, b Hit) bool { return a.Path == b.Path }), err
}

func viewRemedy(err error) string {
	if errors.Is(err, fs.ErrPermission) {
		return " (ask as the user who started it, or as root)"
	}
	return ""
}

// A view is a process's root directory and its mounts.
type view struct {
	prefix string // /proc/PID/root
	root   int    // O_PATH
	mounts []Mount
}

// openView opens everything through one descriptor of /proc/PID, so that a
// recycled pid cannot mix two processes. The caller closes it.
func openView(pid int) (*view, error) {
	dir := fmt.Sprintf("/proc/%d", pid)
	proc, err := openat(unix.AT_FDCWD, dir, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC)
	if err != nil {
		return nil, err
	}
	defer unix.Close(proc)
	mounts, err := mountsAt(proc)
	if err != nil {
		return nil, err
	}
	root, err := openat(proc, "root", unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC)
	if err != nil {
		return nil, err
	}
	return &view{dir + "/root", root, mounts}, nil
}

func mountsAt(proc int) ([]Mount, error) {
	fd, err := openat(proc, "mountinfo", unix.O_RDONLY|unix.O_CLOEXEC)
	if err != nil {
		return nil, err
	}
	f := os.NewFile(uintptr(fd), "mountinfo")
	defer f.Close()
	return ReadMounts(f)
}

func (v *view) close() { unix.Close(v.root) }

func (v *view) shown(inside string) string { return v.prefix + path.Clean("/"+inside) }

func (v *view) lookUp(inside string) (Hit, error) {
	fd, err := openIn(v.root, inside, unix.O_NOFOLLOW)
	if err != nil {
		return Hit{}, err
	}
	defer unix.Close(fd)
	st, err := statAt(fd, "")
	return st.hit(v.shown(inside)), err
}

// walk searches the mounts of the process's own. Each is a start of one walk,
// and none is entered from another.
func (v *view) walk(ctx context.Context, name string) ([]Hit, error) {
	host, err := HostMounts()
	if err != nil {
		return nil, err
	}
	table := visible(v.mounts)
	var targets []string
	for target := range table {
		targets = append(targets, target)
	}
	tree := crossings(nil, targets)
	w := newWalk(ctx, name, tree)
	workers := w.workers(0)
	for _, m := range ownMounts(table, host) {
		if fd, ok := v.openSmall(m); ok {
			at, _, _ := tree.find(m.Target)
			workers[0].read(&node{name: v.shown(m.Target), fd: fd, crossing: at})
		}
	}
	w.pool.frames, workers[0].stack = workers[0].stack, nil
	r, err := w.finish(workers, nil, time.Now())
	return r.Hits, err
}

// ownMounts are those no row of the host's table equals.
func ownMounts(table mountTable, host []Mount) (own []*Mount) {
	type key struct {
		location
		target string
	}
	shared := map[key]bool{}
	for _, m := range host {
		shared[key{m.location(m.Target), m.Target}] = true
	}
	for _, m := range table {
		if !shared[key{m.location(m.Target), m.Target}] {
			own = append(own, m)
		}
	}
	return own
}

// openSmall opens a mount for reading when it is local, no overlay and small.
// A tmpfs always is: it lives in memory. A file system that does not count its
// inodes, as btrfs, cannot be told from a large one.
func (v *view) openSmall(m *Mount) (fd int, ok bool) {
	if _, skipped := m.skipped(); skipped || m.Type == "overlay" {
		return -1, false
	}
	fd, err := openat2(v.root, m.Target, unix.OpenHow{
		Flags:   openDirectory,
		Resolve: unix.RESOLVE_IN_ROOT | unix.RESOLVE_NO_MAGICLINKS,
	})
	if err != nil {
		return -1, false // a file that was mounted, or unmounted meanwhile
	}
	if m.Type == "tmpfs" || m.Type == "ramfs" {
		return fd, true
	}
	var st unix.Statfs_t
	if unix.Fstatfs(fd, &st) == nil && st.Files > 0 && st.Files-st.Ffree <= smallFileSystem {
		return fd, true
	}
	unix.Close(fd)
	return -1, false
}
