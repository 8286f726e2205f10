//go:build linux

package applet

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// df prints the space of the file systems that are mounted, or of those that
// hold the named files.
func df(c *call) int {
	o, files, ok := c.options("hkT")
	if !ok {
		return 1
	}
	table, err := mountTable()
	if err != nil {
		return c.complain("/proc/self/mounts", err)
	}
	status := 0
	chosen := table
	if len(files) > 0 {
		chosen = nil
	}
	for _, file := range files {
		m, err := mountOf(table, file)
		if err != nil {
			status = c.complain(file, err)
			continue
		}
		chosen = append(chosen, m)
	}
	c.dfTable(o, chosen, len(files) > 0)
	return status
}

// mountOf is the mount that a file lies on: the last of the longest targets
// above it.
func mountOf(table []mounted, file string) (mounted, error) {
	path, err := filepath.EvalSymlinks(file)
	if err == nil {
		path, err = filepath.Abs(path)
	}
	best := mounted{}
	for _, m := range table {
		if (m.target == "/" || path == m.target || strings.HasPrefix(path, m.target+"/")) && len(m.target) >= len(best.target) {
			best = m
		}
	}
	return best, err
}

func (c *call) dfTable(o options, chosen []mounted, all bool) {
	unit, size := "1K-blocks", func(bytes uint64) string { return strconv.FormatUint(bytes/1024, 10) }
	if o.has('h') {
		unit, size = "Size", human
	}
	kind := func(string) string { return "" }
	if o.has('T') {
		kind = func(s string) string { return fmt.Sprintf("%-10s ", s) }
	}
	fmt.Fprintf(c.out, "%-20s %s%9s %9s %9s %4s %s\n", "Filesystem", kind("Type"), unit, "Used", "Available", "Use%", "Mounted on")
	for _, m := range chosen {
		var st unix.Statfs_t
		if unix.Statfs(m.target, &st) != nil || st.Blocks == 0 && !all {
			continue // it cannot be reached, or is none that holds files
		}
		block := uint64(st.Frsize)
		used := st.Blocks - st.Bfree
		percent := "0%"
		if reach := used + st.Bavail; reach > 0 {
			percent = fmt.Sprintf("%d%%", (used*100+reach-1)/reach)
		}
		fmt.Fprintf(c.out, "%-20s %s%9s %9s %9s %4s %s\n", c.shown(c.file, m.source), kind(m.kind), size(st.Blocks*block), size(used*block),
			size(st.Bavail*block), percent, c.shown(c.file, m.target))
	}
}
