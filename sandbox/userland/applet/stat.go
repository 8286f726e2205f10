//go:build linux

package applet

import (
	"fmt"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// kinds are the words for kinds of files.
var kinds = map[uint32]string{
	unix.S_IFREG: "regular file", unix.S_IFDIR: "directory", unix.S_IFLNK: "symbolic link",
	unix.S_IFCHR: "character special file", unix.S_IFBLK: "block special file",
	unix.S_IFIFO: "fifo", unix.S_IFSOCK: "socket",
}

// stat prints what the kernel knows of files; with -c, in a format of its own.
func stat(c *call) int {
	o, names, ok := c.options("c:L")
	if !ok {
		return 1
	}
	if len(names) == 0 {
		return c.usage()
	}
	status := 0
	for _, name := range names {
		e, err := look(name, name)
		if err == nil && o.has('L') {
			err = unix.Stat(name, &e.stat)
		}
		switch {
		case err != nil:
			status = c.fail(1, "cannot stat '%s': %s", name, reason(err))
		case o.has('c'):
			fmt.Fprintln(c.out, c.format(o.value('c', ""), e))
		default:
			c.stat(e)
		}
	}
	return status
}

func (c *call) stat(e entry) {
	st := e.stat
	name := c.shown(c.file, e.name)
	if isLink(e) {
		name += " -> " + c.shown(c.file, e.link)
	}
	kind := kinds[st.Mode&unix.S_IFMT]
	if st.Size == 0 && kind == "regular file" {
		kind = "regular empty file"
	}
	fmt.Fprintf(c.out, "  File: %s\n  Size: %-10d\tBlocks: %-10d IO Block: %-6d %s\n", name, st.Size, st.Blocks, st.Blksize, kind)
	fmt.Fprintf(c.out, "Device: %xh/%dd\tInode: %-10d  Links: %d\n", st.Dev, st.Dev, st.Ino, st.Nlink)
	fmt.Fprintf(c.out, "Access: (%04o/%s)  Uid: (%5d/%8s)   Gid: (%5d/%8s)\n", st.Mode&0o7777, modeString(st.Mode),
		st.Uid, namesOf("/etc/passwd")(int(st.Uid)), st.Gid, namesOf("/etc/group")(int(st.Gid)))
	for _, t := range []struct {
		name string
		at   unix.Timespec
	}{{"Access", st.Atim}, {"Modify", st.Mtim}, {"Change", st.Ctim}} {
		fmt.Fprintf(c.out, "%s: %s\n", t.name, time.Unix(t.at.Sec, t.at.Nsec).Format("2006-01-02 15:04:05.000000000 -0700"))
	}
}

// format replaces the letters of stat(1) that are used most.
func (c *call) format(text string, e entry) string {
	st := e.stat
	return strings.NewReplacer(
		"%%", "%", "%n", c.shown(c.file, e.name), "%s", fmt.Sprint(st.Size), "%i", fmt.Sprint(st.Ino),
		"%a", fmt.Sprintf("%o", st.Mode&0o7777), "%A", modeString(st.Mode), "%h", fmt.Sprint(st.Nlink),
		"%u", fmt.Sprint(st.Uid), "%U", namesOf("/etc/passwd")(int(st.Uid)),
		"%g", fmt.Sprint(st.Gid), "%G", namesOf("/etc/group")(int(st.Gid)),
		"%F", kinds[st.Mode&unix.S_IFMT], "%d", fmt.Sprint(st.Dev), "%b", fmt.Sprint(st.Blocks),
		"%Y", fmt.Sprint(st.Mtim.Sec), "%X", fmt.Sprint(st.Atim.Sec), "%Z", fmt.Sprint(st.Ctim.Sec),
		"%y", time.Unix(st.Mtim.Sec, st.Mtim.Nsec).Format("2006-01-02 15:04:05.000000000 -0700"),
	).Replace(text)
}
