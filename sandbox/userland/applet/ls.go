//go:build linux

package applet

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// entry is a file as ls shows it.
type entry struct {
	path, name string
	link       string // where a symbolic link leads
	stat       unix.Stat_t
}

// listing is one run of ls.
type listing struct {
	*call
	options
	users, groups func(int) string
	status        int
}

// ls lists files and directories.
func ls(c *call) int {
	o, paths, ok := c.options("alAinhdRr1CFtSkp")
	if !ok {
		return 1
	}
	l := &listing{call: c, options: o, users: namesOf("/etc/passwd"), groups: namesOf("/etc/group")}
	if o.has('n') {
		o['l'] = []string{""}
		l.users, l.groups = strconv.Itoa, strconv.Itoa
	}
	if len(paths) == 0 {
		paths = []string{"."}
	}
	files, dirs := l.sorted(paths)
	l.print(files)
	for i, dir := range dirs {
		if len(paths) > 1 || l.has('R') {
			if i > 0 || len(files) > 0 {
				fmt.Fprintln(l.out)
			}
			fmt.Fprintf(l.out, "%s:\n", l.shown(l.file, dir.path))
		}
		l.directory(dir.path)
	}
	return l.status
}

// sorted looks at the operands and tells directories from the rest. A link to
// a directory is followed, but not in a long list.
func (l *listing) sorted(paths []string) (files, dirs []entry) {
	for _, path := range paths {
		e, err := look(path, path)
		if err != nil {
			l.status = l.complain(path, err)
			continue
		}
		if isLink(e) && !l.has('l') && !l.has('d') {
			unix.Stat(path, &e.stat) // what leads nowhere stays a link
		}
		if e.stat.Mode&unix.S_IFMT == unix.S_IFDIR && !l.has('d') {
			dirs = append(dirs, e)
		} else {
			files = append(files, e)
		}
	}
	l.order(files)
	l.order(dirs)
	return files, dirs
}

// look asks for a file itself, not for what it leads to.
func look(path, name string) (entry, error) {
	e := entry{path: path, name: name}
	if err := unix.Lstat(path, &e.stat); err != nil {
		return e, err
	}
	if isLink(e) {
		e.link, _ = os.Readlink(path)
	}
	return e, nil
}

func isLink(e entry) bool { return e.stat.Mode&unix.S_IFMT == unix.S_IFLNK }

// order sorts by name, by time or by size.
func (l *listing) order(list []entry) {
	slices.SortFunc(list, func(a, b entry) int {
		if l.has('r') {
			a, b = b, a
		}
		n := 0
		switch {
		case l.has('t'):
			n = cmp.Or(cmp.Compare(b.stat.Mtim.Sec, a.stat.Mtim.Sec), cmp.Compare(b.stat.Mtim.Nsec, a.stat.Mtim.Nsec))
		case l.has('S'):
			n = cmp.Compare(b.stat.Size, a.stat.Size)
		}
		return cmp.Or(n, strings.Compare(a.name, b.name))
	})
}

// directory lists what is in a directory, and with -R what is below.
func (l *listing) directory(dir string) {
	names, err := os.ReadDir(dir)
	if err != nil {
		l.status = l.complain(dir, err)
	}
	list := l.entries(dir, names)
	l.order(list)
	if l.has('l') {
		blocks := int64(0)
		for _, e := range list {
			blocks += e.stat.Blocks
		}
		fmt.Fprintf(l.out, "total %d\n", blocks/2)
	}
	l.print(list)
	if !l.has('R') {
		return
	}
	for _, e := range list {
		if e.stat.Mode&unix.S_IFMT == unix.S_IFDIR && e.name != "." && e.name != ".." {
			fmt.Fprintf(l.out, "\n%s:\n", l.shown(l.file, e.path))
			l.directory(e.path)
		}
	}
}

func (l *listing) entries(dir string, names []fs.DirEntry) []entry {
	var all []string
	if l.has('a') {
		all = []string{".", ".."}
	}
	for _, d := range names {
		if l.has('a') || l.has('A') || d.Name()[0] != '.' {
			all = append(all, d.Name())
		}
	}
	var list []entry
	for _, name := range all {
		path := name
		if dir != "." {
			path = strings.TrimSuffix(dir, "/") + "/" + name
		}
		e, err := look(path, name)
		if err != nil {
			l.status = l.complain(path, err)
			continue
		}
		list = append(list, e)
	}
	return list
}

// print prints entries: long, in columns on a terminal, or one a line.
func (l *listing) print(list []entry) {
	switch {
	case len(list) == 0:
	case l.has('l'):
		l.long(list)
	case l.has('C') || !l.has('1') && term.IsTerminal(int(l.file.Fd())):
		l.columns(list)
	default:
		for _, e := range list {
			fmt.Fprintln(l.out, l.inode(e)+l.label(e))
		}
	}
}

func (l *listing) inode(e entry) string {
	if !l.has('i') {
		return ""
	}
	return fmt.Sprintf("%7d ", e.stat.Ino)
}

// label is a name, with a mark of its kind if asked.
func (l *listing) label(e entry) string {
	name := l.shown(l.file, e.name)
	mark, marked := marks[e.stat.Mode&unix.S_IFMT]
	switch {
	case l.has('F') && marked:
		name += mark
	case l.has('F') && e.stat.Mode&0o111 != 0:
		name += "*"
	case l.has('p') && mark == "/":
		name += mark
	}
	return name
}

var marks = map[uint32]string{unix.S_IFDIR: "/", unix.S_IFLNK: "@", unix.S_IFSOCK: "=", unix.S_IFIFO: "|"}

// long prints the table of -l, each column as wide as it must be.
func (l *listing) long(list []entry) {
	var rows [][]string
	widths := make([]int, 5)
	for _, e := range list {
		row := []string{
			l.inode(e) + modeString(e.stat.Mode), strconv.FormatUint(uint64(e.stat.Nlink), 10),
			l.users(int(e.stat.Uid)), l.groups(int(e.stat.Gid)), l.size(e),
		}
		for i, cell := range row {
			widths[i] = max(widths[i], len(cell))
		}
		rows = append(rows, row)
	}
	now := time.Now()
	for i, e := range list {
		row := rows[i]
		name := l.label(e)
		if isLink(e) {
			name = l.shown(l.file, e.name) + " -> " + l.shown(l.file, e.link)
		}
		fmt.Fprintf(l.out, "%-*s %*s %-*s %-*s %*s %s %s\n", widths[0], row[0], widths[1], row[1],
			widths[2], row[2], widths[3], row[3], widths[4], row[4], when(e.stat.Mtim, now), name)
	}
}

// size is a file's size, or a device's numbers.
func (l *listing) size(e entry) string {
	switch kind := e.stat.Mode & unix.S_IFMT; {
	case kind == unix.S_IFCHR || kind == unix.S_IFBLK:
		return fmt.Sprintf("%d, %d", unix.Major(e.stat.Rdev), unix.Minor(e.stat.Rdev))
	case l.has('h'):
		return human(uint64(e.stat.Size))
	}
	return strconv.FormatInt(e.stat.Size, 10)
}

// when spells a time as ls does: with the year instead of the clock when it is
// more than half a year away.
func when(t unix.Timespec, now time.Time) string {
	at := time.Unix(t.Sec, t.Nsec)
	if d := now.Sub(at); d > 182*24*time.Hour || d < -time.Hour {
		return at.Format("Jan _2  2006")
	}
	return at.Format("Jan _2 15:04")
}

// columns fills the terminal's width, reading downwards.
func (l *listing) columns(list []entry) {
	width, _, err := term.GetSize(int(l.file.Fd()))
	if err != nil || width <= 0 {
		width = 80
	}
	cells := make([]string, len(list))
	widest := 0
	for i, e := range list {
		cells[i] = l.inode(e) + l.label(e)
		widest = max(widest, utf8.RuneCountInString(cells[i]))
	}
	across := max(1, (width+2)/(widest+2))
	down := (len(cells) + across - 1) / across
	for y := range down {
		for x := y; x < len(cells); x += down {
			l.out.WriteString(cells[x])
			if x+down < len(cells) {
				l.out.WriteString(strings.Repeat(" ", widest+2-utf8.RuneCountInString(cells[x])))
			}
		}
		l.out.WriteByte('\n')
	}
}

// human spells a number of bytes with a unit: 512, 1.5K, 20M.
func human(n uint64) string {
	units := "KMGTPE"
	if n < 1024 {
		return strconv.FormatUint(n, 10)
	}
	f, i := float64(n)/1024, 0
	for f >= 1024 && i < len(units)-1 {
		f /= 1024
		i++
	}
	return fmt.Sprintf("%.1f%c", f, units[i])
}
