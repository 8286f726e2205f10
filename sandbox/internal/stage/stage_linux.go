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
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
	"github.com/tentpole-labs/tentpole/sandbox/internal/proto"
)

// initProcess is the init of one sandbox.
type initProcess struct {
	conn *proto.Conn
	cfg  proto.Configure
	// descriptors came with Configure, or were kept by operations, by name.
	descriptors map[string]int
	holding     sync.Mutex // of descriptors: some operations go on beside others
	// program is tentpole's own binary, for helpers that run inside.
	program int
	proc    int // /proc as it was at birth; -1 for PID 1, which needs none
	host    map[string]uint64
	burden  burden
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
	in := &initProcess{commands: map[int]int{}, descriptors: map[string]int{}, born: make(chan struct{}, 1), proc: -1, burden: burden{birth: -1}}

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
	in.becomeRoot()
	in.raise()
	in.verify()
	in.seal()
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
		in.descriptors[name] = fds[i]
	}
	// Opened now, while /proc is still the host's.
	in.program, err = unix.Open("/proc/self/exe", unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		in.abort(-1, 0, &op.Error{Op: "open", Target: "/proc/self/exe", Err: err})
	}
	in.descriptors[op.ProgramDescriptor] = in.program
}

// becomeRoot takes the first user id of the inside, when ids are mapped. Until
// now the init was nobody, and kept its rights as ambient ones, which commands
// are not to inherit.
func (in *initProcess) becomeRoot() {
	if !in.cfg.BecomeRoot {
		return
	}
	var err error
	if !in.cfg.Rootless {
		err = errors.Join(syscall.Setgroups(nil), syscall.Setresgid(0, 0, 0), syscall.Setresuid(0, 0, 0))
	}
	if err == nil {
		err = unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
	}
	if err == nil {
		err = disinherit()
	}
	if err == nil {
		err = mourn() // forgotten by the kernel when ids change
	}
	if err != nil {
		in.abort(-1, 0, &op.Error{Op: "become", Target: "root of the user namespace", Err: err})
	}
}

// mourn asks for a signal when the thread that started this process ends, as the
// parent has asked before the ids changed. SIGKILL is for an init whose death is
// everybody's; another is only woken.
func mourn() error {
	sig := unix.SIGCONT
	if os.Getpid() == 1 {
		sig = unix.SIGKILL
	}
	return unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(sig), 0, 0, 0)
}

// disinherit empties the inheritable set of this thread, from which all commands
// are started.
func disinherit() error {
	header := &unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var sets [2]unix.CapUserData
	if err := unix.Capget(header, &sets[0]); err != nil {
		return err
	}
	sets[0].Inheritable, sets[1].Inheritable = 0, 0
	return unix.Capset(header, &sets[0])
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
	aside := in.beside()
	for i, o := range in.cfg.Operations {
		took, err := in.turn(i, o, aside)
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

// turn performs the operation whose turn it is, or waits for it when it has
// been going on beside the others.
func (in *initProcess) turn(i int, o op.Operation, aside map[int]chan outcome) (microseconds int64, err error) {
	if c, ok := aside[i]; ok {
		done := <-c
		return done.took, done.err
	}
	begin := time.Now()
	err = in.perform(i, o)
	_, performs := o.(op.Performer)
	_, chooses := o.(op.Choice)
	if !performs && !chooses && err == nil {
		return proto.Later, nil
	}
	return time.Since(begin).Microseconds(), err
}

type outcome struct {
	took int64
	err  error
}

// beside starts a second thread for what need not wait, and for watching the
// owner from then on. What is to fail on purpose does so in its turn: the owner
// goes by how far the others are.
func (in *initProcess) beside() map[int]chan outcome {
	aside := map[int]chan outcome{}
	for i, o := range in.cfg.Operations {
		if _, ok := o.(op.Aside); ok && i != in.cfg.FailAt {
			aside[i] = make(chan outcome, 1)
		}
	}
	go func() {
		for i, c := range aside {
			begin := time.Now()
			err := in.perform(i, in.cfg.Operations[i])
			c <- outcome{time.Since(begin).Microseconds(), err}
		}
		in.watchOwner()
	}()
	return aside
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
		if err := p.Perform(in); err != nil {
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

// Keep implements op.Scene.
func (in *initProcess) Keep(name string, fd int) {
	in.holding.Lock()
	defer in.holding.Unlock()
	in.descriptors[name] = fd
}

// Descriptor implements op.Scene.
func (in *initProcess) Descriptor(name string) (int, error) {
	in.holding.Lock()
	fd, ok := in.descriptors[name]
	in.holding.Unlock()
	if !ok {
		return -1, fmt.Errorf("descriptor %q: %w", name, unix.ENOENT)
	}
	return fd, nil
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
			unix.Close(fd)
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
	case proto.KillDescriptor, proto.ThawDescriptor, op.ProgramDescriptor, op.LeafDescriptor, op.NamespaceDescriptor, op.LandlockDescriptor:
		return true
	}
	return strings.HasPrefix(name, op.TasksDescriptors)
}

// serve answers until the conversation ends. What must go on beside it begins
// after the first answer: every goroutine costs a thread, and the first command
// would wait for them.
func (in *initProcess) serve() {
	for first := true; ; first = false {
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
