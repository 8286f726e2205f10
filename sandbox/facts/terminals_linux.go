package facts

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// Numbers of the devices, from Documentation/admin-guide/devices.txt in the kernel's
// tree. A far end's minor number is the terminal's number.
const (
	auxMajor, ptmxMinor = 5, 2
	farMajor            = 136
)

// large is a table of as many descriptors as programs seldom have.
const large = 32

// terminal is a pseudo terminal: the devpts it belongs to, and its number there.
type terminal struct {
	devpts uint64
	number uint32
}

// holdings are what processes keep open.
type holdings struct {
	terminals map[terminal]bool
	flying    map[uint64]int // by socket: descriptors that were sent and not received
}

// Terminals counts the pseudo terminals that the processes of a procfs hold, by
// either end: the kernel keeps a pair until both are closed. A descriptor that waits
// in a socket counts as one, as it may be; unix(7), SCM_RIGHTS. What waits in a
// socket that waits itself is not seen. With first above 0 it looks at no more than
// the first descriptors of each large table: there may be more terminals then, not
// fewer.
func Terminals(proc string, first int) int {
	h := holdings{map[terminal]bool{}, map[uint64]int{}}
	tables, _ := filepath.Glob(proc + "/[0-9]*/task/*/fd") // a thread can have a table of its own; unshare(2)
	for _, table := range tables {
		h.look(table, first)
	}
	n := len(h.terminals)
	for _, descriptors := range h.flying {
		n += descriptors
	}
	return n
}

// look goes through one table of descriptors. What ends meanwhile holds nothing.
func (h holdings) look(table string, first int) {
	dir, err := os.Open(table)
	if err != nil {
		return
	}
	defer dir.Close()
	// The size is how many there are, and 0 before Linux 6.2.
	if st, err := dir.Stat(); err != nil || first > 0 && st.Size() > 0 && st.Size() < large {
		return
	}
	names, _ := dir.Readdirnames(first)
	for _, name := range names {
		var st unix.Stat_t
		if unix.Fstatat(int(dir.Fd()), name, &st, 0) == nil {
			h.note(st, table+"info/"+name)
		}
	}
}

// note notes a descriptor, of which info says more.
func (h holdings) note(st unix.Stat_t, info string) {
	kind, major, minor := st.Mode&unix.S_IFMT, unix.Major(st.Rdev), unix.Minor(st.Rdev)
	switch {
	case kind == unix.S_IFSOCK:
		if n := fdinfo(info, "scm_fds:"); n > 0 {
			h.flying[st.Ino] = n
		}
	case kind == unix.S_IFCHR && major == auxMajor && minor == ptmxMinor:
		h.terminals[terminal{st.Dev, uint32(fdinfo(info, "tty-index:"))}] = true
	case kind == unix.S_IFCHR && major == farMajor:
		h.terminals[terminal{st.Dev, minor}] = true
	}
}

// fdinfo reads a number of a descriptor's, 0 when there is none; proc_pid_fdinfo(5).
func fdinfo(file, key string) (n int) {
	raw, _ := os.ReadFile(file)
	_, rest, _ := strings.Cut(string(raw), key)
	fmt.Sscan(rest, &n)
	return n
}
