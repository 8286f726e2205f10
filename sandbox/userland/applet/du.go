//go:build linux

package applet

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// du prints what files take on disk, in KiB; a file with several names counts
// once.
func du(c *call) int {
	o, names, ok := c.options("shkac")
	if !ok {
		return 1
	}
	if len(names) == 0 {
		names = []string{"."}
	}
	d := &usage{call: c, options: o, seen: map[[2]uint64]bool{}}
	total := int64(0)
	for _, name := range names {
		n, err := d.tree(name, 0)
		if err != nil {
			d.status = c.fail(1, "cannot access '%s': %s", name, reason(err))
		}
		total += n
	}
	if o.has('c') {
		d.line(total, "total")
	}
	return d.status
}

type usage struct {
	*call
	options
	seen   map[[2]uint64]bool // device and inode
	status int
}

// tree adds up the 512-byte blocks of a file and what is below it.
func (d *usage) tree(path string, depth int) (int64, error) {
	e, err := look(path, path)
	if err != nil {
		return 0, err
	}
	isDir := e.stat.Mode&unix.S_IFMT == unix.S_IFDIR
	key := [2]uint64{e.stat.Dev, e.stat.Ino}
	if !isDir && e.stat.Nlink > 1 {
		if d.seen[key] {
			return 0, nil
		}
		d.seen[key] = true
	}
	blocks := e.stat.Blocks
	if isDir {
		blocks += d.below(path, depth)
	}
	if depth == 0 || isDir && !d.has('s') || d.has('a') && !d.has('s') {
		d.line(blocks, path)
	}
	return blocks, nil
}

func (d *usage) below(dir string, depth int) (blocks int64) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		d.status = d.fail(1, "cannot read directory '%s': %s", dir, reason(err))
	}
	for _, entry := range entries {
		// What has gone meanwhile takes no room.
		n, _ := d.tree(dir+"/"+entry.Name(), depth+1)
		blocks += n
	}
	return blocks
}

func (d *usage) line(blocks int64, name string) {
	size := fmt.Sprint((blocks + 1) / 2)
	if d.has('h') {
		size = human(uint64(blocks) * 512)
	}
	fmt.Fprintf(d.out, "%s\t%s\n", size, d.shown(d.file, name))
}
