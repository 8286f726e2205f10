package op

import (
	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/internal/fork"
)

// Birth is where the number of the v2 directory will be that commands are born
// in, nil for the init's own cgroup.
func (j JoinCgroup) Birth(s *Script) (*int32, error) {
	if !j.Leaf {
		return nil, nil
	}
	return s.Descriptor(LeafDescriptor)
}

// Carry implements Restriction.
func (j JoinCgroup) Carry(s *Script) error {
	if err := j.join(s); err != nil {
		return err
	}
	s.add(EnterCgroupNamespace(s.held)...)
	return nil
}

// EnterCgroupNamespace are the calls of a command where there is such a namespace.
func EnterCgroupNamespace(held Descriptors) []fork.Call {
	s := NewScript(held)
	if ns, err := s.Descriptor(NamespaceDescriptor); err == nil {
		s.ask("setns", "cgroup", unix.SYS_SETNS, ns, unix.CLONE_NEWCGROUP)
	}
	return s.Calls
}

// join has a process write itself into the v1 cgroups.
func (j JoinCgroup) join(s *Script) error {
	for i := range j.Tasks {
		tasks, err := s.Descriptor(TasksDescriptor(i))
		if err != nil {
			return failed("join", "cgroup", err)
		}
		s.ask("join cgroup", j.Paths[i], unix.SYS_WRITE, tasks, "0", 1)
	}
	return nil
}

// NamespaceDescriptor names the cgroup namespace that commands enter.
const NamespaceDescriptor = "ns/cgroup"

// Perform takes hold of a cgroup namespace whose root is the limited cgroup. The
// init itself stays outside: with nsdelegate, the kernel starts nobody in a cgroup
// from a namespace beside it. A child joins, unshares, and opens the namespace
// for its parent, with whom it shares the descriptors.
func (c CgroupNamespace) Perform(s *Script) error {
	birth, err := c.Join.Birth(s)
	if err != nil {
		return failed("join", "cgroup", err)
	}
	if root, err := s.Descriptor(NamespaceRootDescriptor); err == nil {
		birth = root // commands are born below it
	}
	calls, err := s.block(c.Enter)
	if err != nil {
		return err
	}
	s.add(fork.Child(unix.CLONE_FILES, birth, nil, nil, false, calls...)...)
	return nil
}

// Enter has a process join the cgroup, which is the root of its namespace then, and
// take hold of that.
func (c CgroupNamespace) Enter(s *Script) error {
	err := c.Join.join(s)
	s.ask("unshare", "cgroup", unix.SYS_UNSHARE, unix.CLONE_NEWCGROUP)
	s.open(ownCgroupNamespace, unix.O_RDONLY, 0, s.keep(NamespaceDescriptor))
	return err
}

const ownCgroupNamespace = "/proc/thread-self/ns/cgroup"
