package facts

import (
	"fmt"
	"os"
	"slices"
	"strconv"

	"golang.org/x/sys/unix"
)

// readProcesses lists the processes of the target's pid namespace and of those
// below it. From a pid namespace there is no way up, so every descendant of
// the target is among them.
func (r *reader) readProcesses() error {
	if !r.opts.processes {
		return nil
	}
	r.facts.Processes = []Process{}
	ours, err := r.ours("pid")
	if err != nil {
		return err
	}
	pids, err := allPIDs()
	if err != nil {
		return err
	}
	l := listing{target: r.facts.Namespaces["pid"], all: ours, depth: len(r.facts.NSPIDs), parents: map[uint64]uint64{}}
	for _, pid := range pids {
		l.add(pid)
	}
	r.facts.Processes = l.found
	markInside(l.found, r.facts.PID, !ours)
	if l.unplaced > 0 {
		return fmt.Errorf("%d processes of other users could not be placed in a pid namespace", l.unplaced)
	}
	return nil
}

func allPIDs() ([]int, error) {
	dir, err := os.Open("/proc")
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	if err != nil {
		return nil, err
	}
	var pids []int
	for _, name := range names {
		if pid, err := strconv.Atoi(name); err == nil {
			pids = append(pids, pid)
		}
	}
	slices.Sort(pids)
	return pids, nil
}

// listing collects the processes of one pid namespace and those below.
type listing struct {
	target   uint64 // inode of the namespace
	all      bool   // it is the reader's: all that /proc shows belong
	depth    int    // of the target below the reader's namespace, itself counted
	parents  map[uint64]uint64
	found    []Process
	unplaced int
}

// add takes a process in if it belongs. One that ends meanwhile is left out.
func (l *listing) add(pid int) {
	dir, err := openProc(strconv.Itoa(pid))
	if err != nil {
		return
	}
	defer dir.close()
	b, err := dir.read("status", maxFile)
	if err != nil {
		return
	}
	s, err := parseStatus(b)
	if err != nil || s.ended() {
		return
	}
	if !l.all && len(s.nsPIDs) < l.depth {
		return
	}
	belongs, err := l.belongs(dir)
	if err != nil {
		l.unplaced++
	}
	if belongs {
		l.found = append(l.found, Process{
			PID: s.pid, NSPID: s.nspid(), Parent: s.parent, Comm: s.name, UID: s.uids.Real,
		})
	}
}

func (l *listing) belongs(dir procDir) (bool, error) {
	if l.all {
		return true, nil
	}
	fd, err := openat(dir.fd, "ns/pid", unix.O_RDONLY)
	if err == unix.ENOENT || err == unix.ESRCH { // ended
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer unix.Close(fd)
	return l.reaches(fd)
}

// reaches walks up from a pid namespace until the target, or until the kernel
// shows no parent: it never shows one outside the reader's own namespace.
func (l *listing) reaches(fd int) (bool, error) {
	inode, err := inodeOf(fd)
	if err != nil {
		return false, err
	}
	if inode == l.target {
		return true, nil
	}
	if up, known := l.parents[inode]; known {
		return up == l.target, nil
	}
	parent, err := ignoringEINTR(func() (int, error) { return unix.IoctlRetInt(fd, unix.NS_GET_PARENT) })
	if err != nil { // EPERM: the top
		return false, nil
	}
	defer unix.Close(parent)
	reaches, err := l.reaches(parent)
	if reaches {
		l.parents[inode] = l.target
	} else {
		l.parents[inode] = 0
	}
	return reaches, err
}

func inodeOf(fd int) (uint64, error) {
	var st unix.Stat_t
	err := unix.Fstat(fd, &st)
	return st.Ino, err
}
