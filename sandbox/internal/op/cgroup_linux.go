package op

import (
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/internal/fork"
)

// Leaf is the descriptor of the v2 directory that commands are born in, -1 for
// the init's own cgroup.
func (j JoinCgroup) Birth(s Scene) (int, error) {
	if !j.Leaf {
		return -1, nil
	}
	return s.Descriptor(LeafDescriptor)
}

// Calls implements Restriction.
func (j JoinCgroup) Calls(s Scene) ([]fork.Call, error) {
	var calls []fork.Call
	nought := []byte("0")
	for i := range j.Tasks {
		fd, err := s.Descriptor(TasksDescriptor(i))
		if err != nil {
			return nil, failed("join", "cgroup", err)
		}
		calls = append(calls, fork.Call{Number: unix.SYS_WRITE, Name: "join cgroup " + j.Paths[i], Keep: nought,
			Args: [6]uintptr{uintptr(fd), uintptr(unsafe.Pointer(&nought[0])), 1}})
	}
	return calls, nil
}

// NamespaceDescriptor names the cgroup namespace that commands enter.
const NamespaceDescriptor = "ns/cgroup"

// Perform takes hold of a cgroup namespace whose root is the limited cgroup. The
// init itself stays outside: with nsdelegate, the kernel starts nobody in a cgroup
// from a namespace beside it.
func (c CgroupNamespace) Perform(s Scene) error {
	take := c.byThread
	if c.Join.Leaf {
		take = c.byProcess
	}
	ns, err := take(s)
	if err == nil {
		s.Keep(NamespaceDescriptor, ns)
	}
	return err
}

// byThread has a thread join, unshare and be thrown away: on v1 a thread can be
// in another cgroup than its process. It costs a third of what a process does.
func (c CgroupNamespace) byThread(s Scene) (ns int, err error) {
	var tasks []int
	for i := range c.Join.Tasks {
		fd, err := s.Descriptor(TasksDescriptor(i))
		if err != nil {
			return -1, failed("join", "cgroup", err)
		}
		tasks = append(tasks, fd)
	}
	throwAway(func() { ns, err = c.unshareIn(tasks) })
	return ns, err
}

// unshareIn joins by the files, and leaves the thread where it is then.
func (c CgroupNamespace) unshareIn(tasks []int) (ns int, err error) {
	for i, fd := range tasks {
		if _, err := unix.Write(fd, []byte("0")); err != nil {
			return -1, failed("join", "cgroup "+c.Join.Paths[i], err)
		}
	}
	if err := unix.Unshare(unix.CLONE_NEWCGROUP); err != nil {
		return -1, failed("unshare", "cgroup", err)
	}
	ns, err = unix.Open(ownCgroupNamespace, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	return ns, failed("open", ownCgroupNamespace, err)
}

// byProcess has a process join, unshare and wait. On v2 all threads of a process
// are in one cgroup.
func (c CgroupNamespace) byProcess(s Scene) (ns int, err error) {
	calls, err := c.Join.Calls(s)
	if err != nil {
		return -1, err
	}
	birth, err := c.Join.Birth(s)
	if err != nil {
		return -1, failed("join", "cgroup", err)
	}
	if root, err := s.Descriptor(NamespaceRootDescriptor); err == nil {
		birth = root // commands are born below it
	}
	p, err := fork.New()
	if err != nil {
		return -1, failed("unshare", "cgroup", err)
	}
	defer p.Close()
	p.Add(calls...)
	p.Add(fork.Call{Number: unix.SYS_UNSHARE, Name: "unshare cgroup", Args: [6]uintptr{unix.CLONE_NEWCGROUP}})
	held, err := p.Hold()
	if err != nil {
		return -1, failed("unshare", "cgroup", err)
	}
	defer held.Close()
	pid, pidfd, err := p.Start(birth)
	if err != nil {
		return -1, failed("unshare", "cgroup", err)
	}
	ns, err = enter(pidfd)
	unix.PidfdSendSignal(pidfd, unix.SIGKILL, nil, 0)
	unix.Wait4(pid, nil, 0, nil)
	unix.Close(pidfd)
	if err != nil {
		return -1, failed("setns", "cgroup", err)
	}
	return ns, nil
}

// Aside: it has nothing to do with mounts.
func (CgroupNamespace) Aside() {}

// enter opens the cgroup namespace of a process, from a thread that goes into
// it and is thrown away: PID 1 of a pid namespace may have no /proc in which it
// could find the process.
func enter(pidfd int) (ns int, err error) {
	throwAway(func() {
		if err = unix.Setns(pidfd, unix.CLONE_NEWCGROUP); err == nil {
			ns, err = unix.Open(ownCgroupNamespace, unix.O_RDONLY|unix.O_CLOEXEC, 0)
		}
	})
	return ns, err
}

const ownCgroupNamespace = "/proc/thread-self/ns/cgroup"

// throwAway calls f on a thread that ends with it.
func throwAway(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // never unlocked
		f()
	}()
	<-done
}

// EnterCgroupNamespace are the calls of a command that has such a namespace.
func EnterCgroupNamespace(s Scene) []fork.Call {
	fd, err := s.Descriptor(NamespaceDescriptor)
	if err != nil {
		return nil
	}
	return []fork.Call{{Number: unix.SYS_SETNS, Name: "setns cgroup", Args: [6]uintptr{uintptr(fd), unix.CLONE_NEWCGROUP}}}
}
