package sandbox

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
	"github.com/tentpole-labs/tentpole/sandbox/internal/proto"
	_ "github.com/tentpole-labs/tentpole/sandbox/internal/stage/takeover" // this program is its own init
	"github.com/tentpole-labs/tentpole/sandbox/network"
)

// Sandbox is a running init and what it has started. Its methods may be
// called from any goroutine.
type Sandbox struct {
	plan     *Plan
	conn     *proto.Conn
	liveness *os.File // closing it is the order to end
	group    *cgroup.Group
	init     *firstProcess
	stderr   *os.File // what the init says when it breaks
	env      []string
	observer func(Done)
	at       []int         // the plan's step of each of the init's operations
	refused  map[int]error // the kernel's answer to first choices, by the init's operation

	asking     sync.Mutex // held while a question is put
	mu         sync.Mutex
	transcript []Done
	executed   bool // the first command is in the transcript
	made       bool // the tree in the state directory is this sandbox's
	commands   map[int]*Process
	nextID     int
	terminals  []*os.File
	asks       []chan proto.Told
	sockets    map[int]chan opened // asked for, by number

	released   func() error        // lets go of the root's image
	attachment *network.Attachment // nil without a bridge
	published  *network.Published  // nil without a published port

	gone     chan struct{} // the init is gone
	closing  sync.Once
	closeErr error
}

// starting is a sandbox on its way up, and what must be let go of when it
// does not get there.
type starting struct {
	*Sandbox
	opts   Options
	child  op.List
	mounts []mountFD
	uppers map[string]int // upper layers of overlays to come, by name
	spent  []int          // mounts that nobody needs any more
	built  []Done         // overlays that were ready before the child was
	kill   *os.File
	thaw   *os.File
	theirs *os.File
	// hands is the socket of the one who raises the sandbox, by both ends.
	hands, handsTheirs *os.File
	ourLife            *os.File
	pid                int          // of the first process, as soon as it is there
	prepared           func() error // prepare, once
	spawner            func(func()) // gives the thread that starts processes what to do
	early              bool         // the limits have been set while the first process was made
	// executed waits until the first process is the init, and is called once; nil
	// when nothing is to be waited for.
	executed func() error
	ctx      context.Context
	script   *script  // nil where the init performs the operations
	plainly  bool     // it is to
	proceed  func()   // lets the first process go on when its ids are mapped
	users    *os.File // its user namespace, nil when that is the host's
	heard    int      // how many of them have been reported
	first    *Command // asked for before the sandbox is ready
	process  *Process
}

type mountFD struct {
	name string
	fd   int
}

func start(ctx context.Context, p *Plan, o Options, first *Command) (*Sandbox, *Process, error) {
	s, err := raise(ctx, p, o, first)
	if err != nil {
		return nil, nil, err
	}
	if first == nil {
		return s.Sandbox, nil, nil
	}
	if err := s.await(ctx, s.process); err != nil {
		return nil, nil, errors.Join(err, s.Close())
	}
	return s.Sandbox, s.process, nil
}

// raise starts a sandbox, whose first command may not have been heard of yet.
func raise(ctx context.Context, p *Plan, o Options, first *Command) (*starting, error) {
	if err := prepareProcess(p.machine.State); err != nil {
		return nil, err
	}
	released, err := p.hold()
	if err != nil {
		return nil, err
	}
	s := &starting{ctx: ctx, opts: o, first: first, Sandbox: &Sandbox{
		plan: p, env: environment(p), observer: o.Observe, released: released, commands: map[int]*Process{}, refused: map[int]error{}, gone: make(chan struct{}),
	}}
	err = s.up(ctx)
	s.letGo()
	if err != nil {
		return nil, errors.Join(err, s.abandon())
	}
	go s.listen()
	return s, nil
}

// up is the parent's side of the story. What can be made while the kernel makes the
// first process is made then.
func (s *starting) up(ctx context.Context) error {
	s.cut()
	s.prepared = sync.OnceValue(s.prepare)
	s.spawner = spawner.ready()
	err := s.clone()
	s.spawner(nil) // it has nothing more to do, or never had
	if err == nil {
		err = s.prepared()
	}
	if err == nil {
		err = s.mapped()
	}
	// All this the first process has not waited for, unless it has a script.
	if s.executed != nil {
		err = s.finish(err)
	}
	if err != nil {
		return err
	}
	// Only the child holds its ends now: if it dies, the conversation ends.
	s.theirs.Close()
	s.ourLife.Close()
	for _, d := range s.built {
		s.observe(d)
	}
	if s.script != nil {
		s.script.tell(s)
	}
	// A cancelled start lets go of the child: it ends, and with it the
	// conversation.
	stop := context.AfterFunc(ctx, func() {
		s.release()
		time.AfterFunc(patience, func() { s.init.signal(unix.SIGKILL) })
	})
	err = s.attach(ctx)
	if err == nil {
		err = s.delegate()
	}
	if err == nil {
		err = s.converse()
	}
	if err == nil && s.Delegated() {
		err = explainNil("hand controllers on to", s.plan.Name, s.group.HandOn())
	}
	if err == nil {
		err = s.publish(ctx)
	}
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

// clone makes the cgroups and the first process in one of them.
func (s *starting) clone() error {
	return s.operate(func(o Operation) bool { return !limits(o) || !s.early }, s.record)
}

// operate carries out those of the parent's operations that are about cgroups or
// the first process.
func (s *starting) operate(those func(Operation) bool, record func(Step, time.Time, error)) error {
	for i, step := range s.plan.Steps {
		perform, ok := s.parentOperation(step.Operation)
		if !ok || !those(step.Operation) {
			continue
		}
		begin := time.Now()
		err := s.onPurpose(i, step)
		if err == nil {
			err = perform()
		}
		record(step, begin, err)
		if err != nil {
			return err
		}
	}
	return nil
}

// onPurpose is the error of a step that a test wants to fail.
func (s *starting) onPurpose(i int, step Step) error {
	return explainNil("perform", step.Operation.String(), s.opts.fail.at(i))
}

// parentOperation finds what carries out an operation that is about cgroups or
// the first process.
func (s *starting) parentOperation(o Operation) (perform func() error, ok bool) {
	switch o := o.(type) {
	case op.MakeCgroup:
		return s.makeGroup, true
	case op.MakeBranches:
		return s.branch, true
	case op.StartScope:
		return s.adopt, true
	case op.SetLimits:
		return func() error { return explainNil("limit", s.plan.Name, s.group.Apply(s.plan.limits())) }, true
	case op.Clone:
		return func() error {
			return explainNil("clone", strings.Join(o.Namespaces, ","), s.spawn(o))
		}, true
	}
	return nil, false
}

func (s *starting) makeGroup() (err error) {
	s.group, err = s.plan.machine.Cgroups.Begin(s.plan.owned, s.plan.limits(), cgroup.Owner{UID: s.plan.Owner(), GID: s.plan.Group()})
	switch {
	case err == nil:
		return nil
	case s.plan.limited():
		return explain("make cgroup", s.plan.Name, err)
	}
	s.group = nil // it only tracks: a sandbox stands without
	return nil
}

// branch makes what v1 hierarchies have of the group. Where there is no v2 one,
// this is the first of it.
func (s *starting) branch() error {
	if s.group == nil {
		if err := s.makeGroup(); err != nil {
			return err
		}
	}
	err := s.group.Branch()
	if err != nil {
		s.group = nil // it is gone
	}
	return explainNil("make cgroup", s.plan.Name, err)
}

// adopt has systemd make a cgroup around the init, and leaves in it.
func (s *starting) adopt() (err error) {
	if err := s.makeGroup(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return explainNil("start scope", s.plan.Name, s.group.Adopt(ctx, s.pid))
}

// letGo closes what only the start needed.
func (s *starting) letGo() {
	for _, m := range s.mounts {
		unix.Close(m.fd)
	}
	for _, upper := range s.uppers {
		unix.Close(upper)
	}
	for _, mount := range s.spent {
		unix.Close(mount)
	}
	if s.script != nil {
		closeAll(s.script.sent)
	}
	for _, f := range []*os.File{s.kill, s.thaw, s.theirs, s.ourLife, s.users, s.hands, s.handsTheirs} {
		if f != nil {
			f.Close()
		}
	}
}

// abandon undoes a start that failed.
func (s *starting) abandon() error {
	if s.init != nil {
		s.release()
		late := time.AfterFunc(patience, func() { s.init.signal(unix.SIGKILL) })
		s.bury()
		late.Stop()
	}
	return s.remove()
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

// explain makes the kernel's answer an *Error with what can be done. A word
// that a person has to correct stays what it is.
func explain(operation, target string, err error) error {
	if IsUsage(err) {
		return err
	}
	return &Error{Op: operation, Target: target, Err: err, Remedy: remedy(operation, err)}
}
