package search

import (
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// A worker reads directories, one at a time, newest first: descriptors and
// memory then grow with the depth of the tree and not with its breadth.
type worker struct {
	*walk
	stack []frame
	flags int // to open directories with
	last  passage
	buf   [32 << 10]byte
	subs  []byte // subdirectories of the directory being read, each ending in NUL
	hits  []Hit

	// Written by the worker only, once a directory; read by whoever asks.
	entries, directories, unreadable atomic.Int64
	current                          atomic.Pointer[node]
}

// A passage is a node that could not keep its descriptor, and one to open its
// children with: most often they come next.
type passage struct {
	node *node
	fd   int
}

// run works until the walk is over.
func (w *worker) run() {
	defer w.remember(nil, -1)
	for {
		f, ok := w.pool.take()
		if !ok {
			return
		}
		w.stack = append(w.stack, f)
		if !w.drain() {
			w.pool.stop()
			w.pool.give(w.stack...) // whoever ends the walk lets go of them
			w.stack = nil
			return
		}
	}
}

// drain works off the stack. It is false when the walk is to end early.
func (w *worker) drain() bool {
	for len(w.stack) > 0 {
		if w.ctx.Err() != nil {
			return false
		}
		if w.pool.hungry.Load() > 0 {
			w.share()
		}
		top := &w.stack[len(w.stack)-1]
		dir, name := top.dir, top.next()
		last := top.names == ""
		if last {
			w.stack = w.stack[:len(w.stack)-1]
		}
		if dir == nil {
			w.start(name)
			continue
		}
		w.visit(dir, name)
		if last {
			w.release(dir) // only now: the visit opened through it
		}
	}
	return true
}

// share gives away half of the oldest frame, the one nearest the root and so
// probably the largest, or all of it when it has but one name.
func (w *worker) share() {
	oldest := &w.stack[0]
	if other, ok := oldest.split(); ok {
		if other.dir != nil {
			other.dir.refs.Add(1)
		}
		w.pool.give(other)
		return
	}
	if len(w.stack) > 1 {
		w.pool.give(*oldest)
		w.stack = append(w.stack[:0], w.stack[1:]...)
	}
}

// visit opens a directory, reads it, and stacks its subdirectories.
func (w *worker) visit(parent *node, name string) {
	fd, err := w.open(parent, name)
	if err == unix.EPERM && w.flags != openDirectory {
		w.flags = openDirectory // an owner this root has no power over
		fd, err = w.open(parent, name)
	}
	if err != nil {
		w.note(err, parent, name)
		return
	}
	child := &node{parent: parent, name: name, fd: fd}
	if parent.crossing != nil {
		child.crossing, _, _ = parent.crossing.find(name)
	}
	w.read(child)
}

// open opens a child for reading.
func (w *worker) open(parent *node, name string) (int, error) {
	if parent.fd >= 0 {
		return openat(parent.fd, name, w.flags)
	}
	if w.last.node != parent {
		fd, err := parent.reopen()
		if err != nil {
			return -1, err
		}
		w.remember(parent, fd)
	}
	return openat(w.last.fd, name, w.flags)
}

// keep decides, for a node whose children will be opened, whether its
// descriptor stays. Without it the node holds its parent instead.
func (w *worker) keep(n *node) {
	n.refs.Store(1)
	if n.parent == nil {
		w.kept.Add(1) // there is no other way back
		return
	}
	if !w.mayKeep() {
		w.remember(n, n.fd)
		n.fd = -1
		n.parent.refs.Add(1)
	}
}

// remember takes over a descriptor and closes the one before.
func (w *worker) remember(n *node, fd int) {
	if w.last.node != nil {
		unix.Close(w.last.fd)
	}
	w.last = passage{n, fd}
}

// read scans an open directory and keeps it as long as its subdirectories need it.
func (w *worker) read(n *node) {
	w.current.Store(n)
	if n.crossing != nil && n.crossing.mount != nil {
		w.enter(n.crossing.mount)
	}
	w.subs = w.subs[:0]
	switch err := w.scan(n); {
	case err == nil:
		w.directories.Add(1)
	case w.ctx.Err() == nil: // else it was left half read, and is not counted
		w.note(err, n, ".")
	}
	if len(w.subs) == 0 {
		unix.Close(n.fd)
		return
	}
	w.keep(n)
	w.stack = append(w.stack, frame{n, string(w.subs)})
}

// scan reads the names in a directory: counts them, picks the hits, and
// collects the subdirectories.
func (w *worker) scan(n *node) error {
	for {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		size, err := unix.Getdents(n.fd, w.buf[:])
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			return err
		case size == 0:
			return nil
		}
		count := int64(0)
		for rest := w.buf[:size]; len(rest) > 0; {
			var d dirent
			var ok bool
			if d, rest, ok = nextDirent(rest); !ok {
				return unix.EIO
			}
			if d.inode != 0 && !d.dots() && w.entry(n, d) {
				count++
			}
		}
		w.entries.Add(count)
	}
}

// entry looks at one name. It is false for a mount point that is skipped,
// which find with -prune does not count either.
func (w *worker) entry(n *node, d dirent) bool {
	if d.is(w.name) {
		w.hit(n, string(d.cut()))
	}
	if d.kind != unix.DT_DIR && (d.kind != unix.DT_UNKNOWN || !isDirectory(n.fd, d)) {
		return true
	}
	name := d.cut()
	if n.crossing != nil {
		if c := n.crossing.below[string(name)]; c != nil && c.closed() {
			return w.pass(n, string(name), c)
		}
	}
	w.subs = append(append(w.subs, name...), 0)
	return true
}

// isDirectory is for file systems that do not say so in the entry.
func isDirectory(dir int, d dirent) bool {
	var st unix.Stat_t
	err := unix.Fstatat(dir, string(d.cut()), &st, unix.AT_SYMLINK_NOFOLLOW|unix.AT_NO_AUTOMOUNT)
	return err == nil && st.Mode&unix.S_IFMT == unix.S_IFDIR
}

// hit asks for the attributes of an entry that has the name. What vanished
// meanwhile is no hit. The kernel is told to answer from what it knows, so a
// mount point of a dead server does not hold the search.
func (w *worker) hit(n *node, name string) {
	st, err := statAt(n.fd, name)
	if err == nil {
		w.hits = append(w.hits, st.hit((&node{parent: n, name: name}).path()))
	}
}

// note records why a directory was not read.
func (w *worker) note(err error, parent *node, name string) {
	switch err {
	case unix.ENOENT, unix.ENOTDIR, unix.ELOOP, unix.ESTALE, unix.ENODEV, unix.ENXIO:
		// It vanished, or became something else, since its name was read.
	case unix.EMFILE, unix.ENFILE, unix.ENOMEM, unix.ENOSYS:
		w.end(openError((&node{parent: parent, name: name}).path(), err))
	default:
		w.unreadable.Add(1)
	}
}
