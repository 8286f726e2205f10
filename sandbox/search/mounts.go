package search

import (
	"path"
	"strings"
)

// Mount is a row of a mountinfo file, proc_pid_mountinfo(5), unescaped.
type Mount struct {
	ID, Parent   int
	Major, Minor int    // of the file system; st_dev may differ on btrfs and overlay
	Root         string // path within its file system that is mounted
	Target       string // where, seen from the root of the process asked
	Type         string // file system type, with its subtype
	Source       string
}

// A location is where a file lies within its file system: the same one means
// the same directory entry, whichever mount leads to it.
type location struct {
	major, minor int
	path         string
}

// location translates a path below the mount's target.
func (m *Mount) location(p string) location {
	return location{m.Major, m.Minor, path.Join(m.Root, strings.TrimPrefix(p, m.Target))}
}

// pathTo is the way back: where the mount shows a location, if it does.
func (m *Mount) pathTo(l location) (string, bool) {
	if m.Major != l.major || m.Minor != l.minor || !within(l.path, m.Root) {
		return "", false
	}
	if l.path == m.Root {
		return m.Target, true
	}
	return path.Join(m.Target, strings.TrimPrefix(l.path, m.Root)), true
}

// within reports whether p is dir or lies below it; both are clean.
func within(p, dir string) bool {
	if dir == "/" || p == dir {
		return true
	}
	return len(p) > len(dir) && p[len(dir)] == '/' && p[:len(dir)] == dir
}

// A mountTable is the mounts a path can lead to, by target.
type mountTable map[string]*Mount

// visible leaves out the mounts that others hide: those covered by a later
// mount on the same point, and those below a point that was mounted over.
func visible(mounts []Mount) mountTable {
	v := visibility{byID: map[int]*Mount{}, points: map[point]bool{}, hidden: map[int]bool{}}
	for i := range mounts {
		m := &mounts[i]
		v.byID[m.ID] = m
		if m.Parent != m.ID { // the root of a namespace may be its own parent
			v.points[point{m.Parent, m.Target}] = true
		}
	}
	t := mountTable{}
	for i := range mounts {
		if m := &mounts[i]; !v.covered(m) && !v.isHidden(m) {
			t[m.Target] = m
		}
	}
	return t
}

// point is a place in a mount where another one is attached.
type point struct {
	mount  int
	target string
}

type visibility struct {
	byID   map[int]*Mount
	points map[point]bool
	hidden map[int]bool
}

// covered reports whether another mount sits on the root of m.
func (v *visibility) covered(m *Mount) bool {
	return v.points[point{m.ID, m.Target}]
}

// isHidden reports whether a mount of the same parent lies above m, or the
// parent is hidden itself.
func (v *visibility) isHidden(m *Mount) bool {
	if known, ok := v.hidden[m.ID]; ok {
		return known
	}
	v.hidden[m.ID] = false // ends a loop a broken table could hold
	for dir := m.Target; dir != "/"; {
		dir = path.Dir(dir)
		if v.points[point{m.Parent, dir}] {
			v.hidden[m.ID] = true
			return true
		}
	}
	parent, ok := v.byID[m.Parent]
	v.hidden[m.ID] = ok && parent != m && v.isHidden(parent)
	return v.hidden[m.ID]
}

// covering is the mount an absolute, clean path ends up in, nil if the table
// holds none: the target itself may be a file.
func (t mountTable) covering(p string) *Mount {
	for {
		if m := t[p]; m != nil {
			return m
		}
		if p == "/" || p == "." {
			return nil
		}
		p = path.Dir(p)
	}
}
