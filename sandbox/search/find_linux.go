package search

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

const (
	progressEvery = 50 * time.Millisecond
	maxWorkers    = 64
)

// Find walks the local file systems below the roots and returns every entry
// named q.Name. When ctx ends it returns the context's error and what was
// found so far, with no goroutine and no descriptor left; a system call a
// broken disk holds up is waited for.
//
// It goes on without a root that cannot be opened, and reports it at the end.
// It gives up when descriptors or memory run out, and does not begin when
// /proc/self/mountinfo cannot be read.
func Find(ctx context.Context, q Query) (Result, error) {
	began := time.Now()
	if err := q.check(); err != nil {
		return Result{}, err
	}
	mounts, err := HostMounts()
	if err != nil {
		return Result{}, err
	}
	w := newWalk(ctx, q.Name, crossings(visible(mounts), q.Skip))
	roots := q.Roots
	if len(roots) == 0 {
		roots = []string{"/"}
	}
	w.pool.frames = []frame{{names: strings.Join(roots, "\x00") + "\x00"}}
	return w.finish(w.workers(q.Workers), q.Progress, began)
}

func (w *walk) workers(n int) []*worker {
	if n <= 0 {
		n = runtime.GOMAXPROCS(0)
	}
	flags := openDirectory
	if unix.Geteuid() == 0 {
		flags |= unix.O_NOATIME // looking changes nothing; only owners and root may ask for it
	}
	workers := make([]*worker, min(n, maxWorkers))
	for i := range workers {
		workers[i] = &worker{walk: w, flags: flags}
	}
	return workers
}

// start opens a root and reads it: the root is an entry too.
func (w *worker) start(root string) {
	root = path.Clean(root)
	fd, err := openat(unix.AT_FDCWD, root, openDirectory)
	if err != nil {
		w.refuse(openError(root, err))
		return
	}
	// The table of mounts knows paths without symbolic links only.
	real, err := readlink("/proc/self/fd/" + strconv.Itoa(fd))
	if err != nil {
		unix.Close(fd)
		w.refuse(fmt.Errorf("search below %s: %w (is /proc mounted?)", root, err))
		return
	}
	at, mount, shut := w.tree.find(real)
	if why, skipped := mount.skipped(); skipped {
		unix.Close(fd)
		w.skip(mount, why)
		return
	}
	w.entries.Add(1)
	if path.Base(root)+"\x00" == w.name {
		if st, err := statAt(fd, ""); err == nil {
			w.hits = append(w.hits, st.hit(root))
		}
	}
	if shut {
		unix.Close(fd)
		return
	}
	w.enter(mount)
	w.read(&node{name: root, fd: fd, crossing: at})
}

func readlink(name string) (string, error) {
	buf := make([]byte, unix.PathMax)
	n, err := unix.Readlink(name, buf)
	return string(buf[:max(n, 0)]), err
}

// finish runs the workers on the frames in the pool, reports progress
// meanwhile, and adds everything up.
func (w *walk) finish(workers []*worker, progress func(Progress), began time.Time) (Result, error) {
	w.pool.busy = len(workers)
	w.pool.hungry.Store(-int32(len(w.pool.frames)))

	done := make(chan struct{})
	var all sync.WaitGroup
	for _, worker := range workers {
		all.Go(worker.run)
	}
	if progress == nil {
		all.Wait()
	} else {
		go func() { all.Wait(); close(done) }()
		report(workers, progress, done)
	}
	for _, f := range w.pool.frames {
		w.release(f.dir)
	}
	err := w.err()
	w.end(nil)
	return w.result(workers, began), err
}

// report calls progress until done is closed.
func report(workers []*worker, progress func(Progress), done <-chan struct{}) {
	tick := time.NewTicker(progressEvery)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-tick.C:
			progress(progressOf(workers))
		}
	}
}

func progressOf(workers []*worker) (p Progress) {
	for _, w := range workers {
		p.Entries += w.entries.Load()
		p.Directories += w.directories.Load()
		if n := w.current.Load(); n != nil {
			p.Current = n.path()
		}
	}
	return p
}

func (w *walk) result(workers []*worker, began time.Time) Result {
	r := Result{FileSystems: w.fileSys, Skipped: w.skipped}
	for _, worker := range workers {
		r.Hits = append(r.Hits, worker.hits...)
		r.Entries += worker.entries.Load()
		r.Directories += worker.directories.Load()
		r.Unreadable += worker.unreadable.Load()
	}
	slices.SortFunc(r.Hits, func(a, b Hit) int { return strings.Compare(a.Path, b.Path) })
	slices.Sort(r.FileSystems)
	slices.SortFunc(r.Skipped, func(a, b SkippedMount) int { return cmp.Compare(a.Target, b.Target) })
	r.Elapsed = time.Since(began)
	return r
}

// openError is a failed open, with what to do about it.
func openError(name string, err error) error {
	wrapped := &fs.PathError{Op: "search", Path: name, Err: err}
	switch err {
	case unix.EMFILE, unix.ENFILE:
		return fmt.Errorf("%w: close something, or raise `ulimit -n`", wrapped)
	case unix.ELOOP, unix.ENOTDIR:
		return fmt.Errorf("%w: give a directory and no symbolic link to one", wrapped)
	}
	return wrapped
}
