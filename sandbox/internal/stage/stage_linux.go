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
	"os/signal"
	"sync"
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
	// descriptors came with Configure, by name.
	descriptors map[string]int
	// program is tentpole's own binary, for helpers that run inside.
	program int
	proc    *os.Root // /proc as it was at birth; nil for PID 1, which needs none
	host    map[string]uint64

	mu       sync.Mutex // held while a command is forked, and while it is reaped
	commands map[int]int
	ending   bool
	born     chan struct{} // a command was started: there is something to reap
}

// Main never returns. It runs on the process's first thread and stays there:
// what is unshared for one thread (cgroup, time) is inherited by the commands
// because they are all started from here.
func Main() {
	in := &initProcess{commands: map[int]int{}, descriptors: map[string]int{}, born: make(chan struct{}, 1)}

	// Nothing but the conversation and the liveness pipe survives an exec.
	unix.Prctl(unix.PR_SET_NAME, comm(proto.InitName), 0, 0, 0)
	unix.CloseRange(proto.SocketFD, ^uint(0), unix.CLOSE_RANGE_CLOEXEC)

	if os.Getpid() != 1 {
		in.proc, _ = os.OpenRoot("/proc")
	}

	// Orphans come to us, so that we can find them when we end.
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		in.abort(-1, 0, &op.Error{Op: "prctl", Target: "PR_SET_CHILD_SUBREAPER", Err: err})
	}

	in.configure()
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
	return time.Since(begin).Microseconds(), err
}

type outcome struct {
	took int64
	err  error
}

// beside starts a second thread for what need not wait, and for watching the
// owner from then on.
func (in *initProcess) beside() map[int]chan outcome {
	aside := map[int]chan outcome{}
	for i, o := range in.cfg.Operations {
		if _, ok := o.(op.Aside); ok {
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

func (in *initProcess) perform(i int, o op.Operation) error {
	if i == in.cfg.FailAt {
		return &op.Error{Op: op.Kind(o), Target: "failed on purpose", Err: unix.ECANCELED}
	}
	p, ok := o.(op.Performer)
	if !ok {
		return &op.Error{Op: op.Kind(o), Target: "inside", Err: unix.ENOSYS}
	}
	for _, ns := range o.Acts() {
		if err := in.guard(ns); err != nil {
			return &op.Error{Op: op.Kind(o), Target: "shared " + ns + " namespace", Err: err}
		}
	}
	return p.Perform(in)
}

// Descriptor implements op.Scene.
func (in *initProcess) Descriptor(name string) (int, error) {
	fd, ok := in.descriptors[name]
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
		if name != proto.KillDescriptor {
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
			in.conn.Send(proto.KindTold, in.tell())
		}
		if first {
			go in.reap()
			go deafen()
		}
	}
}

// deafen keeps signals meant for commands from ending the init. Notify rather
// than Ignore: an ignored signal would stay ignored in every command. It is
// slow for what it does (0.5 ms), and nobody sends one in the first moment.
func deafen() {
	signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTERM,
		syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGALRM, syscall.SIGTSTP, syscall.SIGTTIN, syscall.SIGTTOU)
}

// abort reports why the sandbox cannot be raised, and ends.
func (in *initProcess) abort(index int, took int64, err error) {
	f := proto.Failed{Index: index, Microseconds: took, Text: err.Error()}
	var opErr *op.Error
	if errors.As(err, &opErr) {
		f.Op, f.Target, f.Text = opErr.Op, opErr.Target, opErr.Err.Error()
	}
	var errno syscall.Errno
	if errors.As(err, &errno) {
		f.Errno = int(errno)
	}
	if in.conn != nil {
		in.conn.Send(proto.KindFailed, &f)
	}
	in.end()
}

func comm(name string) uintptr {
	p, _ := unix.BytePtrFromString(name)
	return pointer(p)
}
