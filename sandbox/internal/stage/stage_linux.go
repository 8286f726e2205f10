// Package stage is the child's side of a sandbox: one linear story from the
// first instruction after clone to a command that runs, and an init that
// stays until its owner is gone.
//
// It is entered from package takeover, in the middle of the program's own
// initialisation, so that a sandbox does not pay for packages it never uses.
// It therefore imports only low packages.
//
// The init keeps its rights and is not dumpable. It ends in one of two ways:
// its owner closes the liveness pipe (or dies, which is the same), or the
// conversation breaks. Either way everything it started is killed first.
package stage

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/internal/fork"
	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
	"github.com/tentpole-labs/tentpole/sandbox/internal/proto"
)

// initProcess is the init of one sandbox.
type initProcess struct {
	conn *proto.Conn
	cfg  proto.Configure
	// descriptors came with Configure, or were kept by operations, by name.
	descriptors op.Descriptors
	// program is tentpole's own binary, for helpers that run inside.
	program int
	// thaw and kill are files of the cgroup's, for the end; 0 where there are none.
	thaw, kill atomic.Int32
	proc       int // /proc as it was at birth; -1 for PID 1, which needs none
	host       map[string]uint64
	burden     burden
	// refused are first choices that the kernel did not permit, until they are
	// reported.
	refused []proto.Failed

	mu       sync.Mutex // held while a command is forked, and while it is reaped
	commands map[int]int
	ending   bool
	leaving  atomic.Bool   // end was called
	born     chan struct{} // a command was started: there is something to reap
}

// Main never returns. It runs on the process's first thread and stays there:
// what is unshared for one thread (cgroup, time) is inherited by the commands
// because they are all started from here.
func Main() {
	in := &initProcess{commands: map[int]int{}, descriptors: op.Descriptors{}, born: make(chan struct{}, 1), proc: -1}

	deafen()
	// Nothing but the conversation and the liveness pipe survives an exec.
	unix.Prctl(unix.PR_SET_NAME, comm(proto.InitName), 0, 0, 0)
	unix.CloseRange(proto.SocketFD, ^uint(0), unix.CLOSE_RANGE_CLOEXEC)

	if os.Getpid() != 1 {
		in.proc, _ = unix.Open("/proc", unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	}

	// Orphans come to us, so that we can find them when we end.
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		in.abort(-1, 0, &op.Error{Op: "prctl", Target: "PR_SET_CHILD_SUBREAPER", Err: err})
	}

	in.configure()
	if in.cfg.Raised {
		go in.watchOwner()
		in.leaveOff()
		in.carryAll()
	} else {
		in.raise()
	}
	in.verify()
	in.seal()
	in.adopt()
	in.serve()
}

// configure opens the conversation and learns what to do.
func (in *initProcess) configure() {
	conn, err := proto.Open(proto.SocketFD)
	if err != nil {
		fmt.Fprintln(os.Stderr, "tentpole-init is started by tentpole only:", err)
		os.Exit(2)
	}
	in.conn = conn
	m, fds, err := conn.Receive()
	if err != nil {
		in.end()
	}
	if err := m.Decode(&in.cfg); err != nil || m.Kind != proto.KindConfigure || len(fds) != len(in.cfg.Descriptors) {
		in.abort(-1, 0, &op.Error{Op: "handshake", Target: m.Kind, Err: errors.Join(err, unix.EPROTO)})
	}
	in.host = map[string]uint64{}
	for _, n := range in.cfg.Host {
		in.host[n.Layer] = n.Inode
	}
	for i, name := range in.cfg.Descriptors {
		in.descriptors.Hold(name, fds[i])
		switch name {
		case proto.ThawDescriptor:
			in.thaw.Store(int32(fds[i]))
		case proto.KillDescriptor:
			in.kill.Store(int32(fds[i]))
		}
	}
	for _, k := range in.cfg.Kept {
		in.descriptors.Hold(k.Name, k.FD)
	}
	if program, ok := in.descriptors[op.ProgramDescriptor]; ok {
		in.program = int(*program)
		return
	}
	// Opened now, while /proc is still the host's.
	in.program, err = unix.Open("/proc/self/exe", unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		in.abort(-1, 0, &op.Error{Op: "open", Target: "/proc/self/exe", Err: err})
	}
	in.descriptors.Hold(op.ProgramDescriptor, in.program)
}

// together is how long reports wait for each other: waking the parent for
// every operation would cost more than most of them.
const together = 2 * time.Millisecond

// raise performs the operations, one after the other, and reports them.
func (in *initProcess) raise() {
	var done proto.Performed
	report := func() {
		if len(done.Took) == 0 {
			return
		}
		done.Refused, in.refused = in.refused, nil
		if err := in.conn.Send(proto.KindPerformed, &done); err != nil {
			in.end()
		}
		done = proto.Performed{First: done.First + len(done.Took)}
	}
	reported := time.Now()
	go in.watchOwner()
	for i, o := range in.cfg.Operations {
		took, err := in.turn(i, o)
		if err != nil {
			report()
			in.abort(i, took, err)
		}
		done.Took = append(done.Took, took)
		if time.Since(reported) > together {
			report()
			reported = time.Now()
		}
	}
	report()
}

// turn performs the operation whose turn it is.
func (in *initProcess) turn(i int, o op.Operation) (microseconds int64, err error) {
	begin := time.Now()
	err = in.perform(i, o)
	_, performs := o.(op.Performer)
	_, chooses := o.(op.Choice)
	if !performs && !chooses && err == nil {
		return proto.Later, nil
	}
	return time.Since(begin).Microseconds(), err
}

// perform carries out one operation. A panic is an error like another: it has
// to reach the owner with the operation's name.
func (in *initProcess) perform(i int, o op.Operation) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = &op.Error{Op: "perform", Target: o.String(), Err: fmt.Errorf("panic: %v", cause)}
		}
	}()
	if i == in.cfg.FailAt {
		return in.failOnPurpose(o)
	}
	if c, ok := o.(op.Choice); ok {
		return in.choose(i, c)
	}
	p, performs := o.(op.Performer)
	r, restricts := o.(op.Restriction)
	if !performs && !restricts {
		return &op.Error{Op: op.Kind(o), Target: "inside", Err: unix.ENOSYS}
	}
	for _, ns := range o.Acts() {
		if err := in.guard(ns); err != nil {
			return &op.Error{Op: op.Kind(o), Target: "shared " + ns + " namespace", Err: err}
		}
	}
	if performs {
		if err := in.play(p); err != nil {
			return err
		}
	}
	if restricts {
		return in.carry(i, r)
	}
	return nil
}

// choose performs the first of two operations, or the second where the kernel
// does not permit the first: EPERM by its own rules, EACCES by a security
// module's.
func (in *initProcess) choose(i int, c op.Choice) error {
	err := in.perform(i, c.First())
	if !errors.Is(err, unix.EPERM) && !errors.Is(err, unix.EACCES) {
		return err
	}
	in.refused = append(in.refused, failure(i, 0, err))
	return in.perform(i, c.Second())
}

func (in *initProcess) failOnPurpose(o op.Operation) error {
	switch in.cfg.FailHow {
	case proto.FailPanic:
		panic("on purpose")
	case proto.FailKill:
		in.conn.Send(proto.KindPerformed, &proto.Performed{First: in.cfg.FailAt})
		for { // until the owner, who knows now, has done it; Go would call select{} a deadlock
			unix.Pause()
		}
	}
	return &op.Error{Op: "perform", Target: o.String(), Err: unix.ECANCELED}
}

// play makes the system calls of an operation.
func (in *initProcess) play(p op.Performer) error {
	// Before Linux 6.2 a thread whose children are to be in another time
	// namespace cannot start threads, which share its memory. A locked one has
	// the runtime start them from elsewhere.
	if _, ok := p.(op.UnshareTime); ok {
		runtime.LockOSThread()
	}
	script := op.NewScript(in.descriptors)
	if err := p.Perform(script); err != nil {
		return err
	}
	var refused *fork.Error
	err := fork.Make(script.Calls)
	if errors.As(err, &refused) {
		return &op.Error{Op: refused.Name, Target: refused.Target, Err: refused.Err}
	}
	return err
}

// carryAll prepares the restrictions for the commands to come.
func (in *initProcess) carryAll() {
	for i, o := range in.cfg.Operations {
		if r, ok := o.(op.Restriction); ok {
			if err := in.carry(i, r); err != nil {
				in.abort(i, 0, err)
			}
		}
	}
}

// leaveOff waits for the end of who has raised the sandbox.
func (in *initProcess) leaveOff() {
	for in.cfg.Raiser != 0 {
		if _, err := unix.Wait4(in.cfg.Raiser, nil, 0, nil); err != unix.EINTR {
			return
		}
	}
}

// adopt takes on the command that was started before: a child of this process all
// the same.
func (in *initProcess) adopt() {
	b := in.cfg.Begun
	if b == nil {
		return
	}
	pidfd := int(*in.descriptors[proto.BegunDescriptor])
	delete(in.descriptors, proto.BegunDescriptor)
	in.mu.Lock()
	in.commands[b.PID] = b.ID
	in.conn.Send(proto.KindStarted, b, pidfd)
	in.mu.Unlock()
	unix.Close(pidfd)
	go in.reap()
}

// verify compares what was asked for with what the kernel gave.
func (in *initProcess) verify() {
	for _, ns := range in.cfg.Own {
		if err := in.guard(ns); err != nil {
			in.abort(-1, 0, &op.Error{Op: "own", Target: ns + " namespace", Err: err})
		}
	}
}

// seal closes what only raising needed, and keeps the init out of reach of
// what it will start: a process that is not dumpable cannot be traced, nor
// its descriptors or memory opened, by one that holds no capability over it.
func (in *initProcess) seal() {
	for name, fd := range in.descriptors {
		if !in.stays(name) {
			unix.Close(int(*fd))
			delete(in.descriptors, name)
		}
	}
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		in.abort(-1, 0, &op.Error{Op: "prctl", Target: "PR_SET_DUMPABLE", Err: err})
	}
	if err := in.conn.Send(proto.KindReady, &proto.Empty{}); err != nil {
		in.end()
	}
}

// stays tells whether a descriptor is needed beyond the start.
func (in *initProcess) stays(name string) bool {
	switch name {
	case proto.KillDescriptor, proto.ThawDescriptor, proto.BegunDescriptor, op.ProgramDescriptor, op.LeafDescriptor, op.NamespaceDescriptor, op.LandlockDescriptor:
		return true
	}
	return strings.HasPrefix(name, op.TasksDescriptors)
}

// serve answers until the conversation ends. What must go on beside it begins
// after the first answer: every goroutine costs a thread, and the first command
// would wait for them.
func (in *initProcess) serve() {
	for first := in.cfg.Begun == nil; ; first = false {
		m, fds, err := in.conn.Receive()
		if err != nil {
			in.end()
		}
		switch m.Kind {
		case proto.KindRun:
			in.run(m, fds)
		case proto.KindAsk:
			in.conn.Send(proto.KindTold, in.tell(fds))
		case proto.KindSocket:
			in.open(m)
		}
		if first {
			go in.reap()
		}
	}
}

// abort reports why the sandbox cannot be raised, and ends.
func (in *initProcess) abort(index int, took int64, err error) {
	if in.conn != nil {
		f := failure(index, took, err)
		in.conn.Send(proto.KindFailed, &f)
	}
	in.end()
}

// failure is an error as the owner is told it.
func failure(index int, took int64, err error) proto.Failed {
	f := proto.Failed{Index: index, Microseconds: took, Text: err.Error()}
	var opErr *op.Error
	if errors.As(err, &opErr) {
		f.Op, f.Target, f.Text = opErr.Op, opErr.Target, opErr.Err.Error()
	}
	var errno syscall.Errno
	if errors.As(err, &errno) {
		f.Errno = int(errno)
	}
	return f
}

func comm(name string) uintptr {
	p, _ := unix.BytePtrFromString(name)
	return pointer(p)
}
