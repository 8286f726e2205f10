package stage

import (
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/internal/proto"
)

// watchOwner waits for the end of the liveness pipe: nobody writes to it, so
// a read returns only when the owner has closed it or is gone.
func (in *initProcess) watchOwner() {
	var b [1]byte
	for {
		n, err := unix.Read(proto.LivenessFD, b[:])
		if err == unix.EINTR {
			continue
		}
		if n == 0 || err != nil {
			in.end()
		}
	}
}

// The init hunts for descendants until none is left, at most this long: whoever
// forks faster than it looks is left to cgroup.kill, where there is one.
const (
	patience     = 2 * time.Second
	killPatience = patience / 10
)

// end kills everything the init has started and leaves. It never returns.
func (in *initProcess) end() {
	if !in.leaving.CompareAndSwap(false, true) {
		select {} // another thread has heard of it first
	}
	// A frozen process of v1 does not die, whoever starts it waits for it.
	if thaw := in.thaw.Load(); thaw > 0 {
		unix.Write(int(thaw), []byte("THAWED"))
	}
	if os.Getpid() == 1 {
		// pid_namespaces(7): with its init, the namespace's processes die.
		os.Exit(0)
	}
	all := int(in.kill.Load())
	if all == 0 {
		in.hunt(patience)
		os.Exit(0)
	}
	in.hunt(killPatience)
	// Whoever has changed parents or sessions is still in the cgroup. So
	// are we.
	unix.Write(all, []byte("1"))
	os.Exit(0)
}

// hunt kills descendants until none is left and none is being started.
func (in *initProcess) hunt(patience time.Duration) {
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(200 * time.Microsecond) {
		refused := in.refuse()
		left := in.descendants(os.Getpid())
		if refused && len(left) == 0 {
			return
		}
		// Stopped first, so that nobody forks while the others die.
		for _, pid := range left {
			unix.Kill(pid, unix.SIGSTOP)
		}
		for _, pid := range left {
			unix.Kill(pid, unix.SIGKILL)
		}
	}
}

// refuse has no more commands started, and takes those that have ended. It does
// not wait for one that is being started, which may hang before its exec, on a
// file system that does not answer: that one has to be killed first.
func (in *initProcess) refuse() bool {
	if !in.mu.TryLock() {
		return false
	}
	defer in.mu.Unlock()
	in.ending = true
	in.collect()
	return true
}

// descendants lists the children of pid, their children, and so on, from
// /proc/PID/task/TID/children. It is the /proc of the beginning: a command may
// have mounted something over it since.
func (in *initProcess) descendants(pid int) []int {
	var all []int
	for queue := []int{pid}; len(queue) > 0; queue = queue[1:] {
		kids := in.children(queue[0])
		all = append(all, kids...)
		queue = append(queue, kids...)
	}
	return all
}

func (in *initProcess) children(pid int) []int {
	if in.proc < 0 {
		return nil
	}
	tasks, err := unix.Openat(in.proc, strconv.Itoa(pid)+"/task", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil
	}
	defer unix.Close(tasks)
	var kids []int
	for _, thread := range entries(tasks) {
		for _, f := range strings.Fields(readAll(tasks, thread+"/children")) {
			if kid, err := strconv.Atoi(f); err == nil {
				kids = append(kids, kid)
			}
		}
	}
	return kids
}

// entries and readAll do without package os, which would ask the poller about
// each file: while the init looks around, its descendants fork.
func entries(dir int) (names []string) {
	buf := make([]byte, 4096)
	for {
		n, err := unix.ReadDirent(dir, buf)
		if err != nil || n <= 0 {
			return names
		}
		_, _, names = unix.ParseDirent(buf[:n], -1, names)
	}
}

func readAll(dir int, name string) string {
	fd, err := unix.Openat(dir, name, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return ""
	}
	defer unix.Close(fd)
	var text []byte
	buf := make([]byte, 4096)
	for {
		n, err := unix.Read(fd, buf)
		if err != nil || n <= 0 {
			return string(text)
		}
		text = append(text, buf[:n]...)
	}
}
