package search

import "strings"

// A crossing is a directory on the way to a mount point or to a place that is
// not entered. Nearly all directories are neither, so a walk that carries its
// crossing along pays one nil check per directory instead of a stat.
type crossing struct {
	below map[string]*crossing
	mount *Mount // mounted here, nil if nothing is
	shut  bool   // the caller asked not to enter
}

// crossings is the tree of them for a mount table.
func crossings(mounts mountTable, skip []string) *crossing {
	root := &crossing{}
	for target, m := range mounts {
		root.at(target).mount = m
	}
	for _, p := range skip {
		root.at(p).shut = true
	}
	return root
}

// at is the crossing of an absolute path, made when missing.
func (c *crossing) at(p string) *crossing {
	for name := range names(p) {
		next := c.below[name]
		if next == nil {
			next = &crossing{}
			if c.below == nil {
				c.below = map[string]*crossing{}
			}
			c.below[name] = next
		}
		c = next
	}
	return c
}

// find is the crossing of a path from here, nil when nothing is mounted at or
// below it; and the mount the path lies in. shut tells whether a directory on
// the way is not to be entered.
func (c *crossing) find(p string) (at *crossing, mount *Mount, shut bool) {
	at, mount, shut = c, c.mount, c.shut
	for name := range names(p) {
		if at = at.below[name]; at == nil {
			return nil, mount, shut
		}
		if at.mount != nil {
			mount = at.mount
		}
		shut = shut || at.shut
	}
	return at, mount, shut
}

// names yields the components of a path.
func names(p string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for name := range strings.SplitSeq(p, "/") {
			if name != "" && name != "." && !yield(name) {
				return
			}
		}
	}
}
