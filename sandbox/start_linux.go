package sandbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
	"github.com/tentpole-labs/tentpole/sandbox/internal/proto"
	_ "github.com/tentpole-labs/tentpole/sandbox/internal/stage/takeover" // this program is its own init
	"github.com/tentpole-labs/tentpole/sandbox/network"
	"github.com/tentpole-labs/tentpole/sandbox/userland"
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
	opts    Options
	child   op.List
	mounts  []mountFD
	spent   []int  // mounts that nobody needs any more
	built   []Done // overlays that were ready before the child was
	kill    *os.File
	thaw    *os.File
	theirs  *os.File
	ourLife *os.File
	pid     int           // of the first process, as soon as it is there
	born    chan struct{} // closed then, or when it never will be
	// executed waits until the first process is the init, and is called once; nil
	// when nothing is to be waited for.
	executed func() error
	heard    int      // how many of them have been reported
	first    *Command // asked for before the sandbox is ready
	process  *Process
}

type mountFD struct {
	name string
	fd   int
}

func start(ctx context.Context, p *Plan, o Options, first *Command) (*Sandbox, *Process, error) {
	if err := prepareProcess(p.machine.State); err != nil {
		return nil, nil, err
	}
	released, err := p.hold()
	if err != nil {
		return nil, nil, err
	}
	s := &starting{opts: o, first: first, born: make(chan struct{}), Sandbox: &Sandbox{
		plan: p, env: environment(p), observer: o.Observe, released: released, commands: map[int]*Process{}, refused: map[int]error{}, gone: make(chan struct{}),
	}}
	err = s.up(ctx)
	s.letGo()
	if err != nil {
		return nil, nil, errors.Join(err, s.abandon())
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
	select {
	case <-s.born:
	default:
		close(s.born) // it did not come so far
	}
	err = errors.Join(err, <-prepared)
	// All this the first process has not waited for.
	if s.executed != nil {
		err = errors.Join(err, explainNil("clone", s.plan.Name, s.executed()))
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
	for i, step := range s.plan.Steps {
		perform, ok := s.parentOperation(step.Operation)
		if !ok {
			continue
		}
		begin := time.Now()
		err := s.onPurpose(i, step)
		if err == nil {
			err = perform()
		}
		s.record(step, begin, err)
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
			defer close(s.born)
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

// prepare makes the sandbox's directory and the overlays; those that need the
// child's id map when there is one.
func (s *starting) prepare() error {
	if err := s.makeTree(); err != nil {
		return err
	}
	report := func(d Done) { s.built = append(s.built, d) }
	if err := s.tiny(report); err != nil {
		return err
	}
	if err := errors.Join(s.overlays(false, 0, report), s.devices(report)); err != nil {
		return err
	}
	<-s.born
	if s.pid == 0 {
		return nil // the other side says why
	}
	if err := writeMaps(s.pid, s.plan); err != nil {
		return err
	}
	return s.overlays(true, s.pid, report)
}

// tiny builds the tiny root, unless an earlier sandbox has.
func (s *starting) tiny(report func(Done)) error {
	for i, step := range s.plan.Steps {
		o, ok := step.Operation.(op.BuildTiny)
		if !ok {
			continue
		}
		begin := time.Now()
		err := passable(path.Dir(o.Path))
		if err == nil {
			_, err = userland.Build(path.Dir(o.Path), path.Join(s.plan.tree, "tiny"))
		}
		if err != nil {
			err = explain("build", o.Path, err)
		} else {
			err = s.onPurpose(i, step)
		}
		report(Done{Operation: o, Layer: step.Layer, Microseconds: time.Since(begin).Microseconds(), Err: err})
		if err != nil {
			return err
		}
	}
	return nil
}

// devices builds the parts of /dev, where the plan wants them of the parent.
func (s *starting) devices(report func(Done)) error {
	for i, step := range s.plan.Steps {
		var mounts []mountFD
		var err error
		begin := time.Now()
		switch o := step.Operation.(type) {
		case op.BuildDevices:
			mounts, err = buildDevices(o)
		case op.BuildTerminals:
			mounts, err = buildTerminals(o)
		default:
			continue
		}
		if err != nil {
			err = explain("build", "/dev", err)
		}
		if err == nil {
			err = s.onPurpose(i, step)
		}
		s.mounts = append(s.mounts, mounts...)
		report(Done{Operation: step.Operation, Layer: step.Layer, Microseconds: time.Since(begin).Microseconds(), Err: err})
		if err != nil {
			return err
		}
	}
	return nil
}

// overlays builds the overlays that are id-mapped, or those that are not; the
// map is that of process pid.
func (s *starting) overlays(idMapped bool, pid int, report func(Done)) error {
	for i, step := range s.plan.Steps {
		o, ok := step.Operation.(op.BuildOverlay)
		if !ok || o.IDMapped != idMapped {
			continue
		}
		begin := time.Now()
		fd, err := buildOverlay(o, pid, func(mount int) { s.spent = append(s.spent, mount) })
		if err != nil {
			err = explain("build overlay of", o.Lower, err)
		} else {
			s.mounts = append(s.mounts, mountFD{o.Name, fd})
			err = s.onPurpose(i, step)
		}
		report(Done{Operation: o, Layer: step.Layer, Microseconds: time.Since(begin).Microseconds(), Err: err})
		if err != nil {
			return err
		}
	}
	return nil
}

// converse sends the child what it is to do, and hears how it went.
func (s *starting) converse() error {
	cfg := proto.Configure{Operations: s.child, Host: s.hostNamespaces(), Own: s.plan.namespaces(), Environment: s.env, BecomeRoot: len(s.plan.maps) > 0, Rootless: s.plan.Rootless, FailAt: -1}
	if f := s.opts.fail; f != nil {
		cfg.FailAt, cfg.FailHow = slices.Index(s.at, f.step), f.how
	}
	var fds []int
	for _, m := range s.mounts {
		cfg.Descriptors = append(cfg.Descriptors, m.name)
		fds = append(fds, m.fd)
	}
	for _, d := range s.groupDescriptors() {
		cfg.Descriptors = append(cfg.Descriptors, d.name)
		fds = append(fds, d.fd)
	}
	if err := s.conn.Send(proto.KindConfigure, &cfg, fds...); err != nil {
		return s.broken(err)
	}
	if s.first != nil {
		// It waits in the socket until the init is ready for it.
		var err error
		if s.process, err = s.request(*s.first); err != nil {
			// The init may have gone already; then it has said why.
			return cmp.Or(s.hear(), err)
		}
	}
	// The janitor finds the cgroups of one that was killed before this, too.
	if err := s.writeRecord(); err != nil {
		return err
	}
	return s.hear()
}

// delegate lets a user inside have limits of their own.
func (s *starting) delegate() error {
	if s.opts.Delegate == nil || s.group == nil {
		return nil
	}
	return explainNil("delegate the cgroup of", s.plan.Name, s.group.Delegate(*s.opts.Delegate))
}

// groupDescriptors are what the init needs of the cgroups: the end of all, and
// the way in for its commands. They stay the group's, or are closed by letGo.
func (s *starting) groupDescriptors() []mountFD {
	if s.group == nil {
		return nil
	}
	var list []mountFD
	if s.group.Path != "" {
		s.kill, _ = s.group.OpenKill() // before kernel 5.14 there is none
	}
	if s.kill != nil {
		list = append(list, mountFD{proto.KillDescriptor, int(s.kill.Fd())})
	}
	if thaw, err := s.group.OpenThaw(); err == nil && thaw != nil {
		s.thaw = thaw
		list = append(list, mountFD{proto.ThawDescriptor, int(thaw.Fd())})
	}
	if leaf := s.group.Commands(); leaf != nil {
		list = append(list, mountFD{op.LeafDescriptor, int(leaf.Fd())})
	}
	if root := s.group.NamespaceRoot(); root != nil {
		list = append(list, mountFD{op.NamespaceRootDescriptor, int(root.Fd())})
	}
	for i, tasks := range s.group.Tasks() {
		list = append(list, mountFD{op.TasksDescriptor(i), int(tasks.Fd())})
	}
	return list
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
			s.heard = done.First + len(done.Took)
			if f := s.opts.fail; f != nil && f.how == proto.FailKill && s.heard < len(s.at) && s.at[s.heard] == f.step {
				s.init.signal(unix.SIGKILL)
			}
			s.noteAll(done)
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

// noteAll records those of the child's operations that a report is about.
func (s *Sandbox) noteAll(done proto.Performed) {
	for _, f := range done.Refused {
		s.refused[f.Index] = f.Error()
	}
	for i, took := range done.Took {
		if took != proto.Later {
			s.note(done.First+i, took, nil)
		}
	}
}

// note records one of the child's operations.
func (s *Sandbox) note(index int, microseconds int64, err error) {
	if index < 0 || index >= len(s.at) {
		return
	}
	step := s.plan.Steps[s.at[index]]
	s.observe(Done{Operation: performed(step.Operation, s.refused[index]), Layer: step.Layer, Microseconds: microseconds, Err: err})
}

// record records one of the parent's operations.
func (s *starting) record(step Step, begin time.Time, err error) {
	s.observe(Done{Operation: step.Operation, Layer: step.Layer, Microseconds: time.Since(begin).Microseconds(), Err: err})
}

func (s *Sandbox) observe(d Done) {
	s.mu.Lock()
	s.transcript = append(s.transcript, d)
	s.mu.Unlock()
	if s.observer != nil {
		s.observer(d)
	}
}

// broken explains a conversation that ended early by what the init said last.
func (s *starting) broken(err error) error {
	if text := s.lastWords(); text != "" {
		err = fmt.Errorf("%w: %s", err, text)
	}
	target := s.plan.Name
	if s.heard < len(s.child) {
		target = s.child[s.heard].String()
	}
	return &Error{Op: "perform", Target: target, Err: err, Remedy: "the sandbox's init ended before it was ready"}
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
	for _, mount := range s.spent {
		unix.Close(mount)
	}
	for _, f := range []*os.File{s.kill, s.thaw, s.theirs, s.ourLife} {
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
