package stage

import (
	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/internal/fork"
	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
	"github.com/tentpole-labs/tentpole/sandbox/internal/proto"
)

// tell reports what only somebody inside can see without entering. It asks
// the kernel and opens no file: what lies at a path is up to the command. A
// /proc/PID/cgroup that the owner has opened comes with the question.
func (in *initProcess) tell(fds []int) *proto.Told {
	defer closeAll(fds)
	t := &proto.Told{Landlock: proto.Uncounted}
	var u unix.Utsname
	if unix.Uname(&u) == nil {
		t.Hostname = unix.ByteSliceToString(u.Nodename[:])
	}
	w, err := newWitness()
	if err != nil {
		return t
	}
	defer w.close()
	if len(fds) > 0 {
		w.read(op.EnterCgroupNamespace(in.descriptors), fds[0])
	}
	w.count(in.burden.landlock(in.cfg.Operations))
	in.mu.Lock() // or the witness would be reaped as a command
	w.look()
	in.mu.Unlock()
	t.Cgroup, t.Landlock = w.text(), w.domains()
	return t
}

// landlock are the calls by which a command enters its domain, if it does.
func (b burden) landlock(operations op.List) []fork.Call {
	for _, c := range b.carried {
		if _, ok := operations[c.operation].(op.Landlock); ok {
			return c.calls
		}
	}
	return nil
}
