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

// Perform has a process join the cgroup, unshare the namespace and wait, and
// takes hold of the namespace. The init itself stays outside: with nsdelegate,
// the kernel starts nobody in a cgroup from a namespace beside it.
func (c CgroupNamespace) Perform(s Scene) error {
	calls, err := c.Join.Calls(s)
	if err != nil {
		return err
	}
	birth, err := c.Join.Birth(s)
	if err != nil {
		return failed("join", "cgroup", err)
	}
	p, err := fork.New()
	if err != nil {
		return failed("unshare", "cgroup", err)
	}
	defer p.Close()
	p.Add(calls...)
	p.Add(fork.Call{Number: unix.SYS_UNSHARE, Name: "unshare cgroup", Args: [6]uintptr{unix.CLONE_NEWCGROUP}})
	held, err := p.Hold()
	if err != nil {
		return failed("unshare", "cgroup", err)
	}
	defer held.Close()
	pid, pidfd, err := p.Start(birth)
	if err != nil {
		return failed("unshare", "cgroup", err)
	}
	ns, err := enter(pidfd)
	unix.PidfdSendSignal(pidfd, unix.SIGKILL, nil, 0)
	unix.Wait4(pid, nil, 0, nil)
	unix.Close(pidfd)
	if err != nil {
		return failed("setns", "cgroup", err)
	}
	s.Keep(NamespaceDescriptor, ns)
	return nil
}

// Aside: it has nothing to do with mounts.
func (CgroupNamespace) Aside() {}

// enter opens the cgroup namespace of a process, from a thread that goes into
// it and is thrown away: PID 1 of a pid namespace may have no /proc in which it
// could find the process.
func enter(pidfd int) (ns int, err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // never unlocked: the thread ends here
		if err = unix.Setns(pidfd, unix.CLONE_NEWCGROUP); err == nil {
			ns, err = unix.Open("/proc/thread-self/ns/cgroup", unix.O_RDONLY|unix.O_CLOEXEC, 0)
		}
	}()
	<-done
	return ns, err
}

// EnterCgroupNamespace are the calls of a command that has such a namespace.
func EnterCgroupNamespace(s Scene) []fork.Call {
	fd, err := s.Descriptor(NamespaceDescriptor)
	if err != nil {
		return nil
	}
	return []fork.Call{{Number: unix.SYS_SETNS, Name: "setns cgroup", Args: [6]uintptr{uintptr(fd), unix.CLONE_NEWCGROUP}}}
}
