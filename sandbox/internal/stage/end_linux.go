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

// patience bounds how long the init hunts for descendants that keep forking.
const patience = 2 * time.Second

// end kills everything the init has started and leaves. It never returns.
func (in *initProcess) end() {
	if os.Getpid() == 1 {
		// pid_namespaces(7): with its init, the namespace's processes die.
		os.Exit(0)
	}
	in.mu.Lock()
	in.ending = true
	in.mu.Unlock()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		in.mu.Lock()
		in.collect()
		in.mu.Unlock()
		left := in.descendants(os.Getpid())
		if len(left) == 0 {
			break
		}
		// Stopped first, so that nobody forks while the others die.
		for _, pid := range left {
			unix.Kill(pid, unix.SIGSTOP)
		}
		for _, pid := range left {
			unix.Kill(pid, unix.SIGKILL)
		}
		time.Sleep(200 * time.Microsecond)
	}
	if fd, ok := in.descriptors[proto.KillDescriptor]; ok {
		// Whoever has changed parents or sessions is still in the cgroup. So
		// are we.
		unix.Write(fd, []byte("1"))
	}
	os.Exit(0)
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
	if in.proc == nil {
		return nil
	}
	tasks := strconv.Itoa(pid) + "/task"
	dir, err := in.proc.Open(tasks)
	if err != nil {
		return nil
	}
	threads, err := dir.Readdirnames(-1)
	dir.Close()
	if err != nil {
		return nil
	}
	var kids []int
	for _, t := range threads {
		list, err := in.proc.ReadFile(tasks + "/" + t + "/children")
		if err != nil {
			continue
		}
		for _, f := range strings.Fields(string(list)) {
			if kid, err := strconv.Atoi(f); err == nil {
				kids = append(kids, kid)
			}
		}
	}
	return kids
}
