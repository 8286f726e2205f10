// Package tent is where one learner of a class is: a sandbox that holds the whole
// of tentpole, so that the lessons' sandboxes are tents inside this tent, and "the
// host" of a lesson is the tent.
//
// Each has a range of user ids of its own, namespaces of its own, and limits. It
// ends with whoever opened it, and keeps nothing: what a learner has done is read
// out of it, and put back into the next one.
package tent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"sync/atomic"

	"github.com/tentpole-labs/tentpole/class/channel"
	"github.com/tentpole-labs/tentpole/class/scribe"
	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
	"github.com/tentpole-labs/tentpole/sandbox/search"
)

// Tent is a learner's tent. Close it.
type Tent struct {
	box      *sandbox.Sandbox
	limits   Limits
	ids      *claim   // nil when they were chosen
	root     *os.File // its root directory, whoever runs inside
	last     scribe.Tent
	seen     mark
	line     bool // there is one to the class
	crowd    *Crowd
	member   *member     // of the crowd; nil without one
	expelled atomic.Bool // everything in it was ended by force
}

// mark tells one state of the progress file from the next: it is never changed,
// always replaced.
type mark struct {
	inode uint64
	size  int64
}

// MaxProgress is how many bytes of progress a learner can have.
const MaxProgress = 1 << 20

// Progress is where it lies, for a scribe.
var Progress = scribe.Progress{Path: strings.TrimPrefix(progressFile, Home), Max: MaxProgress}

// Open raises a learner's tent, with the progress that was read out of an earlier
// one; nil is none.
func Open(ctx context.Context, p Pitch, progress []byte) (*Tent, error) {
	t := &Tent{limits: p.Limits, line: p.Line != "", crowd: p.Crowd}
	if p.Number == 0 {
		ids, err := claimRange(claimsDir)
		if err != nil {
			return nil, err
		}
		t.ids, p.Number = ids, ids.number
	}
	if err := t.raise(ctx, p); err != nil {
		return nil, errors.Join(err, t.ids.release())
	}
	err := t.hold()
	if err == nil {
		err = t.crowd.enter(t)
	}
	if err == nil {
		err = t.furnish(ctx, progress)
	}
	if err != nil {
		return nil, errors.Join(err, t.Close())
	}
	return t, nil
}

func (t *Tent) raise(ctx context.Context, p Pitch) error {
	plan, err := p.Plan()
	if err != nil {
		return err
	}
	if err := p.handOver(); err != nil {
		return &sandbox.Error{Op: "give the learner", Target: p.Line, Err: err}
	}
	// The lessons' limits are the learner's own, below the tent's.
	heir := cgroup.Owner{UID: plan.Owner() + learnerID, GID: plan.Group() + learnerID}
	t.box, err = sandbox.Start(ctx, plan, sandbox.Options{Delegate: &heir})
	return err
}

// hold takes hold of the tent's root and of its init.
func (t *Tent) hold() (err error) {
	// The init is ours to wait for: its number is nobody else's meanwhile.
	if t.root, err = os.Open(fmt.Sprintf("/proc/%d/root", t.box.InitPID())); err != nil {
		return &sandbox.Error{Op: "open the root of", Target: t.box.Name(), Err: err, Remedy: "to look into another user's process takes CAP_SYS_PTRACE; ptrace(2)"}
	}
	// Nobody has been inside yet, to lay a link in the way.
	if t.last.Home, err = os.Open(fmt.Sprintf("/proc/%d/root%s", t.box.InitPID(), Home)); err != nil {
		return err
	}
	t.last.Init, err = os.Open(fmt.Sprintf("/proc/%d", t.box.InitPID()))
	return err
}

// furnish builds the fence, lays the cable and puts the progress in its place.
func (t *Tent) furnish(ctx context.Context, progress []byte) error {
	if err := t.fence(ctx); err != nil {
		return err
	}
	script := manager
	if t.box.Delegated() {
		script += " && " + showCgroups
	}
	if err := t.run(ctx, sandbox.Command{Args: []string{"/bin/sh", "-c", script + " && " + cable}}); err != nil {
		return err
	}
	if progress == nil {
		return nil
	}
	return t.write(ctx, progress)
}

// cable gives the tent an interface beside the loopback, as every host has one:
// lessons tell networks apart by it. The other end is in the tent too. A machine
// without ip(8) or veth(4) has to do without, and the lesson says so.
const cable = "{ ip link add eth0 type veth peer name cable; exit 0; }"

// manager is what a container is told by, after systemd's CONTAINER_INTERFACE:
// features.Look finds it there, and speaks to a learner, who has no sudo.
const manager = "mkdir -p /run/host && echo tentpole > /run/host/container-manager"

// showCgroups shows the tent its own part of the hierarchy, in place of the empty
// directory that hides the machine's. It is mounted by a command, since the tent's
// init is not in the cgroup namespace; cgroup_namespaces(7).
const showCgroups = "mount -t cgroup2 -o nosuid,nodev,noexec cgroup2 /sys/fs/cgroup"

// run runs one command that furnishes the tent, and waits for it.
func (t *Tent) run(ctx context.Context, c sandbox.Command) error {
	c.Env = environment("")
	p, err := t.box.Start(ctx, c)
	if err != nil {
		return err
	}
	status, err := p.Wait(ctx)
	if err == nil && status.Code != 0 {
		err = &sandbox.Error{Op: "run", Target: c.Args[0], Err: fmt.Errorf("it ended with status %d", status.Code)}
	}
	return err
}

// write has a process of the learner's write the progress file: no link that lies
// inside can lead it anywhere else.
func (t *Tent) write(ctx context.Context, progress []byte) error {
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	sent := make(chan error, 1)
	go func() {
		_, err := w.Write(progress)
		sent <- errors.Join(err, w.Close())
	}()
	err = t.run(ctx, sandbox.Command{Args: []string{"/bin/sh", "-c", `mkdir -p "$0" && cat > "$0/progress.json"`, stateDir}, User: learner, Stdin: r})
	r.Close() // who did not read all of it leaves nobody waiting
	return errors.Join(err, <-sent)
}

// Start starts tentpole in the tent, on a terminal of the tent's own. Term is the
// kind of the terminal that it is shown on.
func (t *Tent) Start(ctx context.Context, term string, size sandbox.Size) (*sandbox.Process, error) {
	env := append(environment(term), t.limits.thrift()...)
	if t.line {
		env = append(env, channel.Variable+"="+line)
	}
	return t.box.Start(ctx, sandbox.Command{Args: []string{program}, Env: env, Dir: Home, User: learner, Terminal: &size})
}

// Progress reads what the learner has done. It is nil when that has not changed
// since the last call, or there is none. What it says is the learner's own word.
// It is called by one goroutine at a time.
func (t *Tent) Progress() ([]byte, error) {
	_, st, err := t.read(0)
	at := mark{st.Inode, st.Size}
	if errors.Is(err, fs.ErrNotExist) || err == nil && at == t.seen {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	raw, st, err := t.read(MaxProgress + 1)
	if err == nil && len(raw) > MaxProgress {
		err = &sandbox.Error{Op: "read", Target: progressFile, Err: fmt.Errorf("it is larger than %d bytes", MaxProgress)}
	}
	if err != nil {
		return nil, err
	}
	t.seen = mark{st.Inode, st.Size}
	return raw, nil
}

func (t *Tent) read(max int64) ([]byte, search.Stat, error) {
	return search.ReadThrough(fmt.Sprintf("/proc/self/fd/%d", t.root.Fd()), progressFile, max)
}

// Last is what a scribe needs to hold of it.
func (t *Tent) Last() scribe.Tent { return t.last }

// Done is closed when the tent is gone.
func (t *Tent) Done() <-chan struct{} { return t.box.Done() }

// Close ends everything in the tent.
func (t *Tent) Close() error {
	t.crowd.leave(t)
	var err error
	for _, f := range []*os.File{t.root, t.last.Home, t.last.Init} {
		if f != nil {
			err = errors.Join(err, f.Close())
		}
	}
	return errors.Join(err, t.box.Close(), t.ids.release())
}

var _ io.Closer = (*Tent)(nil)
