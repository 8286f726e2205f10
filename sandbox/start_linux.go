package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
	"github.com/tentpole-labs/tentpole/sandbox/internal/proto"
	_ "github.com/tentpole-labs/tentpole/sandbox/internal/stage/takeover" // this program is its own init
)

// Sandbox is a running init and what it has started. Its methods may be
// called from any goroutine.
type Sandbox struct {
	plan     *Plan
	conn     *proto.Conn
	liveness *os.File // closing it is the order to end
	group    *cgroup.Group
	cmd      *exec.Cmd
	stderr   *os.File // what the init says when it breaks
	env      []string

	asking     sync.Mutex // held while a question is put
	mu         sync.Mutex
	transcript []Done
	executed   bool // the first command is in the transcript
	made       bool // the tree in the state directory is this sandbox's
	commands   map[int]*Process
	nextID     int
	terminals  []*os.File
	asks       []chan proto.Told

	gone     chan struct{} // the init is gone
	closing  sync.Once
	closeErr error
}

// starting is a sandbox on its way up, and what must be let go of when it
// does not get there.
type starting struct {
	*Sandbox
	opts    Options
	child   op.List
	at      []int // the step of each of the child's operations
	mounts  []mountFD
	built   []Done // overlays that were ready before the child was
	kill    *os.File
	theirs  *os.File
	ourLife *os.File
	first   *Command // asked for before the sandbox is ready
	process *Process
}

type mountFD struct {
	name string
	fd   int
}

func start(ctx context.Context, p *Plan, o Options, first *Command) (*Sandbox, *Process, error) {
	if err := prepareProcess(p.machine.State); err != nil {
		return nil, nil, err
	}
	s := &starting{opts: o, first: first, Sandbox: &Sandbox{
		plan: p, env: environment(p), commands: map[int]*Process{}, gone: make(chan struct{}),
	}}
	err := s.up(ctx)
	s.letGo()
	if err != nil {
		s.abandon()
		return nil, nil, err
	}
	go s.listen()
	if first == nil {
		return s.Sandbox, nil, nil
	}
	if err := s.await(ctx, s.process); err != nil {
		return nil, nil, errors.Join(err, s.Close())
	}
	return s.Sandbox, s.process, nil
}

// up is the parent's side of the story. The first process and the root it
// will get do not wait for each other.
func (s *starting) up(ctx context.Context) error {
	s.cut()
	prepared := make(chan error, 1)
	go func() { prepared <- s.prepare() }()
	err := s.clone()
	if err := errors.Join(err, <-prepared); err != nil {
		return err
	}
	// Only the child holds its ends now: if it dies, the conversation ends.
	s.theirs.Close()
	s.ourLife.Close()
	if err := s.writeRecord(); err != nil {
		return err
	}
	for _, d := range s.built {
		s.observe(d)
	}
	// A cancelled start lets go of the child: it ends, and with it the
	// conversation.
	stop := context.AfterFunc(ctx, func() {
		s.release()
		time.AfterFunc(patience, func() { s.cmd.Process.Kill() })
	})
	err = s.converse()
	if !stop() {
		return ctx.Err()
	}
	return err
}

// cut divides the plan between parent and child.
func (s *starting) cut() {
	for i, step := range s.plan.Steps {
		if _, command := step.Operation.(op.Execute); !step.Parent && !command {
			s.child = append(s.child, step.Operation)
			s.at = append(s.at, i)
		}
	}
}

// clone makes the cgroup and the first process in it.
func (s *starting) clone() (err error) {
	for _, step := range s.plan.Steps {
		switch o := step.Operation.(type) {
		case op.MakeCgroup:
			begin := time.Now()
			s.group, err = cgroup.Make(o.Path)
			if err != nil {
				s.group = nil // it only tracks: a sandbox stands without
			}
			s.record(step, begin, err)
		case op.Clone:
			begin := time.Now()
			err = s.spawn(o)
			s.record(step, begin, err)
			if err != nil {
				return explain("clone", strings.Join(o.Namespaces, ","), err)
			}
		}
	}
	return nil
}

// prepare makes the sandbox's directory, and the overlays that need nothing
// of the child's.
func (s *starting) prepare() error {
	if err := s.makeTree(); err != nil {
		return err
	}
	report := func(d Done) { s.built = append(s.built, d) }
	return errors.Join(s.overlays(false, 0, report), s.devices(report))
}

// devices builds the parts of /dev, where the plan wants them of the parent.
func (s *starting) devices(report func(Done)) error {
	for _, step := range s.plan.Steps {
		o, ok := step.Operation.(op.BuildDevices)
		if !ok {
			continue
		}
		begin := time.Now()
		mounts, err := buildDevices(o)
		if err != nil {
			err = explain("build", "/dev", err)
		}
		report(Done{Operation: o, Layer: step.Layer, Microseconds: time.Since(begin).Microseconds(), Err: err})
		if err != nil {
			return err
		}
		s.mounts = append(s.mounts, mounts...)
	}
	return nil
}

// overlays builds the overlays that are id-mapped, or those that are not; the
// map is that of process pid.
func (s *starting) overlays(idMapped bool, pid int, report func(Done)) error {
	for _, step := range s.plan.Steps {
		o, ok := step.Operation.(op.BuildOverlay)
		if !ok || o.IDMapped != idMapped {
			continue
		}
		begin := time.Now()
		fd, err := buildOverlay(o, pid)
		if err != nil {
			err = explain("build overlay of", o.Lower, err)
		}
		report(Done{Operation: o, Layer: step.Layer, Microseconds: time.Since(begin).Microseconds(), Err: err})
		if err != nil {
			return err
		}
		s.mounts = append(s.mounts, mountFD{o.Name, fd})
	}
	return nil
}

// converse sends the child what it is to do, and hears how it went.
func (s *starting) converse() error {
	if err := s.overlays(true, s.cmd.Process.Pid, s.observe); err != nil {
		return err
	}
	cfg := proto.Configure{Operations: s.child, Host: s.hostNamespaces(), Own: s.plan.namespaces(), Environment: s.env, FailAt: s.opts.failAt - 1}
	var fds []int
	for _, m := range s.mounts {
		cfg.Descriptors = append(cfg.Descriptors, m.name)
		fds = append(fds, m.fd)
	}
	if s.group != nil {
		s.kill, _ = s.group.OpenKill() // before kernel 5.14 there is none
	}
	if s.kill != nil {
		cfg.Descriptors = append(cfg.Descriptors, proto.KillDescriptor)
		fds = append(fds, int(s.kill.Fd()))
	}
	if err := s.conn.Send(proto.KindConfigure, &cfg, fds...); err != nil {
		return s.broken(err)
	}
	if s.first != nil {
		// It waits in the socket until the init is ready for it.
		var err error
		if s.process, err = s.request(*s.first); err != nil {
			return err
		}
	}
	return s.hear()
}

func (s *starting) hostNamespaces() []proto.Namespace {
	var list []proto.Namespace
	for layer, inode := range s.plan.machine.Namespaces {
		list = append(list, proto.Namespace{Layer: layer, Inode: inode})
	}
	return list
}

// hear collects the child's reports until it is ready or has failed.
func (s *starting) hear() error {
	for {
		m, _, err := s.conn.Receive()
		if err != nil {
			return s.broken(err)
		}
		switch m.Kind {
		case proto.KindReady:
			return nil
		case proto.KindPerformed:
			var done proto.Performed
			if err := m.Decode(&done); err != nil {
				return err
			}
			for i, took := range done.Took {
				s.note(done.First+i, took, nil)
			}
		case proto.KindFailed:
			var failed proto.Failed
			if err := m.Decode(&failed); err != nil {
				return err
			}
			err := explain(failed.Op, failed.Target, errors.Unwrap(failed.Error()))
			s.note(failed.Index, failed.Microseconds, err)
			return err
		}
	}
}

// note records one of the child's operations.
func (s *starting) note(index int, microseconds int64, err error) {
	if index < 0 || index >= len(s.at) {
		return
	}
	step := s.plan.Steps[s.at[index]]
	s.observe(Done{Operation: step.Operation, Layer: step.Layer, Microseconds: microseconds, Err: err})
}

// record records one of the parent's operations.
func (s *starting) record(step Step, begin time.Time, err error) {
	s.observe(Done{Operation: step.Operation, Layer: step.Layer, Microseconds: time.Since(begin).Microseconds(), Err: err})
}

func (s *starting) observe(d Done) {
	s.mu.Lock()
	s.transcript = append(s.transcript, d)
	s.mu.Unlock()
	if s.opts.Observe != nil {
		s.opts.Observe(d)
	}
}

// broken explains a conversation that ended early by what the init said last.
func (s *starting) broken(err error) error {
	if text := s.lastWords(); text != "" {
		err = fmt.Errorf("%w: %s", err, text)
	}
	return &Error{Op: "start", Target: s.plan.Name, Err: err, Remedy: "the sandbox's init ended before it was ready"}
}

func (s *Sandbox) lastWords() string {
	if s.stderr == nil {
		return ""
	}
	b := make([]byte, 2048)
	n, err := s.stderr.ReadAt(b, 0)
	if err != nil && err != io.EOF {
		return ""
	}
	return strings.TrimSpace(string(b[:n]))
}

// letGo closes what only the start needed.
func (s *starting) letGo() {
	for _, m := range s.mounts {
		unix.Close(m.fd)
	}
	for _, f := range []*os.File{s.kill, s.theirs, s.ourLife} {
		if f != nil {
			f.Close()
		}
	}
}

// abandon undoes a start that failed.
func (s *starting) abandon() {
	if s.cmd != nil && s.cmd.Process != nil {
		s.release()
		s.reap()
	}
	s.remove()
}

// environment is what commands inside find set.
func environment(p *Plan) []string {
	env := []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/", "TENTPOLE_SANDBOX=" + p.Name}
	for _, name := range []string{"TERM", "LANG", "LC_ALL", "LC_CTYPE", "COLORTERM"} {
		if v, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+v)
		}
	}
	return env
}

// explain makes the kernel's answer an *Error with what can be done.
func explain(operation, target string, err error) error {
	return &Error{Op: operation, Target: target, Err: err, Remedy: remedy(operation, err)}
}
