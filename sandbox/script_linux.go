package sandbox

import (
	"fmt"
	"os"
	"path"
	"slices"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/internal/fork"
	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
	"github.com/tentpole-labs/tentpole/sandbox/internal/proto"
)

// script is a start in which the first process is an init at once, and a child of
// it, the raiser, makes the plan's system calls meanwhile. The raiser becomes the
// first command, or starts it, or ends. Neither the start of Go nor a conversation
// is on the way to the command, and when there is one, the first process is the
// init's program, which nobody inside can trace.
//
// Both share tentpole's memory until they execute or end, so descriptors that the
// raiser gets or makes are known to the parent by their numbers there; those that
// the init needs are sent back.
type script struct {
	program *fork.Program
	hands   *os.File       // the parent's end of the socket for descriptors
	held    op.Descriptors // by their numbers in the raiser
	turns   []turn         // of the child's operations
	mounts  []string       // what is sent first, by name
	group   []string       // what is sent then
	stay    []string       // what the init is to have
	sent    []int          // those, as they came

	raiser  *int32 // its number inside
	entered bool   // it is in the cgroups, and their namespace

	executed []fork.Call // wait for the init's program; nil when that has been done
	awaited  turn        // where that is

	pid     *int32 // the first command's, nil when that is left to the init
	carried []int  // the operations that it carries
	carryAt int    // their first mark

	times []time.Duration // between the marks
	begun bool            // the first command runs
}

// turn is one operation: its calls, its marks, and the refusal of a first choice.
type turn struct {
	from, to, mark int
	refused        *int32
}

// usualCalls is room for the calls of a plan: those of a container are 500.
const usualCalls = 768

// Numbers of descriptors in the child besides those of package proto: those of the
// init's program, and of the first command.
const (
	programFD = proto.LivenessFD + 1 + iota
	gateFD
	aliveFD
	handsFD
	stdinFD
	stdoutFD
	stderrFD
	freeFD // the first that is none of these
)

// Versions of the kernel: a close_range(2) that has descriptors closed on exec, and
// a child in another time namespace that shares its parent's memory.
var closesRanges, sharesOverTime = [2]int{5, 11}, [2]int{6, 2}

// scripted tells whether the first process can make all calls itself. Whatever is
// rare is left to the init: namespaces of others, a network that is connected from
// outside, a delegated cgroup, a scope of systemd's, and what has no pid namespace
// that the init is the first process of.
func (s *starting) scripted() bool {
	p, release := s.plan, kernelRelease()
	switch {
	case s.plainly, !s.roomy(), !fork.Besides, len(p.Spec.Join) > 0, p.network != nil, s.opts.Delegate != nil, !slices.Contains(p.namespaces(), "pid"), op.Inheriting():
		return false
	case slices.Compare(release[:], closesRanges[:]) < 0, p.Layers.Has(Time) && slices.Compare(release[:], sharesOverTime[:]) < 0:
		return false
	case s.opts.fail != nil && s.opts.fail.how != proto.FailError:
		return false
	}
	own := s.cloned()
	for _, o := range s.child {
		for _, ns := range o.Acts() {
			if !slices.Contains(own, ns) || p.machine.Namespaces[ns] == 0 {
				return false // who is asked will refuse it with a reason
			}
		}
	}
	return !slices.ContainsFunc(p.Steps, func(step Step) bool { _, scope := step.Operation.(op.StartScope); return scope })
}

// roomy tells whether the memory of the sandbox is enough for who raises it and
// executes a program there. Who is killed for want of it shares tentpole's memory until
// then, and the kernel kills all who do; __oom_kill_process in mm/oom_kill.c.
func (s *starting) roomy() bool {
	const enough = 4 << 20
	most := s.plan.limits().Memory
	return most == 0 || most >= enough
}

// cloned are the namespaces that the first process is born in.
func (s *starting) cloned() []string {
	for _, step := range s.plan.Steps {
		if c, ok := step.Operation.(op.Clone); ok {
			return c.Namespaces
		}
	}
	return nil
}

// prologue begins the script with what the first process does while its ids are
// being mapped. The files are those of birthFiles.
func (s *starting) prologue(p *fork.Program, files []int) (*script, error) {
	sc := &script{program: p, hands: s.hands, held: op.Descriptors{}, turns: make([]turn, len(s.child))}
	sc.held.Hold(op.ProgramDescriptor, programFD)
	p.Add(s.guards()...)
	// A process that changes its ids while it shares memory owns none of its files
	// in /proc any more, until it executes; proc(5).
	for _, those := range []func(op.Operation) bool{own, aside} {
		if err := sc.writeAll(s, those); err != nil {
			return nil, err
		}
	}
	p.Add(standing(files)...)
	p.Add(fork.Call{Number: unix.SYS_CLOSE_RANGE, Args: [6]uintptr{uintptr(len(files)), uintptr(^uint32(0))}, Name: "close_range"}, fork.Deafen())
	p.AwaitAt(gateFD)
	return sc, nil
}

// write puts the rest of it together.
func (sc *script) write(s *starting) error {
	p := sc.program
	p.Add(becoming(s.plan)...)
	var end func()
	var err error
	sc.executed = p.Executed()
	if sc.raiser, end, err = p.Beside(); err != nil {
		return err
	}
	if err := sc.raise(s); err != nil {
		return err
	}
	if err := sc.begin(s); err != nil {
		return err
	}
	end()
	return p.Exec(s.plan.link(), []string{proto.InitName, path.Base(s.plan.tree)}, initEnvironment())
}

// guards refuse to go on in a namespace that is the host's.
func (s *starting) guards() (calls []fork.Call) {
	for _, ns := range s.cloned() {
		host := s.plan.machine.Namespaces[ns]
		if host == 0 {
			continue
		}
		name := append([]byte("/proc/thread-self/ns/"+Layer(ns).Info().Namespace), 0)
		st := &unix.Statx_t{}
		calls = append(calls,
			fork.Call{Number: unix.SYS_STATX, Name: "stat the namespace", Target: ns, Keep: [2]any{name, st},
				Args: [6]uintptr{^uintptr(99), uintptr(unsafe.Pointer(&name[0])), 0, unix.STATX_INO, uintptr(unsafe.Pointer(st))}},
			fork.Differ(&st.Ino, host, uintptr(unix.EPERM), "own", ns+" namespace"))
	}
	return calls
}

// raise writes down the operations, and where the child waits for what the parent
// makes meanwhile: directories and mounts, and the cgroups.
func (sc *script) raise(s *starting) error {
	for _, step := range s.plan.Steps {
		switch o := step.Operation.(type) {
		case op.BuildOverlay:
			sc.mounts = append(sc.mounts, o.Name)
		case op.BuildDevices:
			sc.mounts = append(sc.mounts, op.DevMount, op.PtsMount, op.ShmMount)
		case op.BuildTerminals:
			sc.mounts = append(sc.mounts, op.PtsMount)
		}
	}
	rooted := slices.ContainsFunc(s.child, func(o op.Operation) bool { _, pivots := o.(op.PivotRoot); return pivots })
	sc.receive(sc.mounts) // even when there are none: the sandbox's directories are ready then
	grouped := false
	for i, o := range s.child {
		if own(o) || aside(o) {
			continue
		}
		if o, ok := o.(op.CgroupNamespace); ok && !grouped {
			grouped = true
			sc.expect(o.Join)
		}
		if _, pivots := o.(op.PivotRoot); pivots || !rooted {
			sc.await()
		}
		if err := sc.perform(s, i, o); err != nil {
			return err
		}
	}
	if !grouped {
		sc.expect(s.plan.join())
	}
	return nil
}

// link is by what the first process executes the init's program, so that it has the
// init's name from its first instruction on: the kernel takes that from the path,
// begin_new_exec in fs/exec.c.
func (p *Plan) link() string { return path.Join(p.tree, proto.InitName) }

// makeLink makes it.
func (sc *script) makeLink(p *Plan) error {
	return explainNil("link", p.link(), os.Symlink(fmt.Sprintf("/proc/self/fd/%d", programFD), p.link()))
}

// await has the raiser wait until the first process is the init's program. The path
// to that is one of the host's, which mounts may cover; and whoever can trace the first
// process before reaches tentpole's memory.
func (sc *script) await() {
	if sc.executed == nil {
		return
	}
	sc.awaited.from = sc.program.Calls()
	sc.awaited.to = sc.program.Add(sc.executed...)
	sc.executed = nil
}

// own tells whether an operation is one of the first process itself, whose children
// inherit it.
func own(o op.Operation) bool {
	switch o.(type) {
	case op.UnshareTime, op.UnshareCgroup:
		return true
	}
	return false
}

// aside tells whether an operation has nothing to do with files: while the parent
// makes those, the child does this.
func aside(o op.Operation) bool {
	switch o.(type) {
	case op.LinkUp, op.SetHostname:
		return true
	}
	return false
}

// writeAll writes down those operations.
func (sc *script) writeAll(s *starting, those func(op.Operation) bool) error {
	for i, o := range s.child {
		if those(o) {
			if err := sc.perform(s, i, o); err != nil {
				return err
			}
		}
	}
	return nil
}

// expect has the child wait for the cgroups to be ready, and for what commands join
// them by.
func (sc *script) expect(j op.JoinCgroup) {
	if j.Leaf {
		sc.group = append(sc.group, op.LeafDescriptor)
	}
	for i := range j.Tasks {
		sc.group = append(sc.group, op.TasksDescriptor(i))
	}
	sc.receive(sc.group)
}

func (sc *script) receive(names []string) {
	call, numbers := fork.Receive(handsFD, len(names))
	for i, name := range names {
		sc.held[name] = numbers[i]
	}
	sc.program.Add(call)
}

// perform appends one operation, with a mark before it and one behind it.
func (sc *script) perform(s *starting, i int, o op.Operation) error {
	t := turn{mark: sc.program.Times(), refused: new(int32)}
	sc.program.Mark()
	part := op.NewScript(sc.held)
	part.Calls = sc.program.Room()
	var err error
	switch o := o.(type) {
	case op.Choice:
		err = part.Choose(o, t.refused)
	case op.CgroupNamespace:
		if sc.entered = !o.Join.Leaf; sc.entered {
			err = o.Enter(part)
		} else {
			err = o.Perform(part)
		}
	case op.Performer:
		err = o.Perform(part)
	case op.Restriction:
		sc.carried = append(sc.carried, i)
	default:
		err = &op.Error{Op: op.Kind(o), Target: "inside", Err: unix.ENOSYS}
	}
	if _, too := o.(op.Restriction); too && !slices.Contains(sc.carried, i) {
		sc.carried = append(sc.carried, i)
	}
	if f := s.opts.fail; f != nil && s.at[i] == f.step {
		part.Calls = []fork.Call{onPurpose(o)}
	}
	t.from = sc.program.Calls()
	t.to = sc.program.Add(part.Calls...)
	sc.program.Mark()
	sc.turns[i] = t
	return err
}

// onPurpose is a call that is refused as the failure of an operation is.
func onPurpose(o op.Operation) fork.Call {
	word := new(uint64)
	return fork.Differ(word, 0, uintptr(unix.ECANCELED), "perform", o.String())
}
