package tui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/lessons/play"
	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/export"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/sandbox/features"
	"github.com/tentpole-labs/tentpole/sandbox/subject"
)

// fakeEngine is an engine without a kernel: what it reports is always the
// same, so that screens can be compared.
type fakeEngine struct {
	mu      sync.Mutex
	open    int           // sandboxes not closed
	newest  *fakeSandbox  // of them
	hold    chan struct{} // when set, experiments wait for it
	refuses error         // when set, nothing starts
	say     string        // what a shell inside writes first
	hosts   int           // shells on the host not closed
	typed   []byte        // what shells on the host were sent
}

type fakeOp struct{ text, command string }

func (o fakeOp) String() string  { return o.text }
func (o fakeOp) Command() string { return o.command }
func (fakeOp) Acts() []string    { return nil }

func (e *fakeEngine) Plan(s sandbox.Spec) (*sandbox.Plan, error) {
	if e.refuses != nil {
		return nil, e.refuses
	}
	p := &sandbox.Plan{Spec: s, Layers: s.Layers, Root: sandbox.RootHost, Name: "tent-1"}
	for _, l := range s.Layers.List() {
		p.Steps = append(p.Steps, sandbox.Step{Operation: fakeOp{"unshare(" + string(l) + ")", "unshare --" + string(l)}, Layer: l, Why: l.Info().What})
	}
	return p, nil
}

func (e *fakeEngine) Start(_ context.Context, p *sandbox.Plan, observe func(sandbox.Done)) (play.Sandbox, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.open++
	b := &fakeSandbox{engine: e, plan: p, done: make(chan struct{})}
	e.newest = b
	for i, s := range p.Steps {
		d := sandbox.Done{Operation: s.Operation, Layer: s.Layer, Microseconds: int64(411 + 10*i)}
		b.transcript = append(b.transcript, d)
		observe(d)
	}
	return b, nil
}

// Open waits for hold, as a machine that boots does.
func (e *fakeEngine) Open(ctx context.Context, k subject.Kind, s sandbox.Spec) (play.Sandbox, error) {
	if err := k.Available(ctx); err != nil {
		return nil, err
	}
	if e.hold != nil {
		select {
		case <-e.hold:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	s.Layers = sandbox.Set(sandbox.Mount, sandbox.PID)
	box, err := e.Start(ctx, &sandbox.Plan{Name: k.Name, Spec: s, Layers: s.Layers}, func(sandbox.Done) {})
	if err == nil && k.Name == "vm" {
		return newFakeHouse(box.(*fakeSandbox)), nil
	}
	return box, err
}

// kill ends the newest sandbox, as somebody outside may.
func (e *fakeEngine) kill() { e.newest.Close() }

func (e *fakeEngine) Unpack(_ context.Context, s sandbox.Spec, _ func(string)) (sandbox.Spec, error) {
	return s, nil
}

func (e *fakeEngine) Export(_ context.Context, form export.Form, p *sandbox.Plan, command []string) (export.Export, error) {
	if form == export.OCI {
		return export.Export{}, errors.New("root \"host\": config.json always has a root directory of its own: add --root overlay")
	}
	return export.Export{Form: form, Text: fmt.Sprintf("%s --with %s %s\n", form, p.Layers, strings.Join(command, " ")),
		Consequences: []export.Consequence{{Why: "the clock is the host's"}}}, nil
}

func (e *fakeEngine) count() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.open
}

type fakeSandbox struct {
	engine     *fakeEngine
	plan       *sandbox.Plan
	transcript []sandbox.Done
	done       chan struct{}
	once       sync.Once

	mu            sync.Mutex
	tmpfs, exists bool
	shell         *fakeShell // the newest
}

// say has the newest shell inside write something.
func (b *fakeSandbox) say(text string) { go io.WriteString(b.shell.out, text) }

func (b *fakeSandbox) Plan() *sandbox.Plan        { return b.plan }
func (b *fakeSandbox) Transcript() []sandbox.Done { return b.transcript }
func (b *fakeSandbox) Done() <-chan struct{}      { return b.done }

// Statistics are of a sandbox that does the same from look to look.
func (b *fakeSandbox) Statistics() (cgroup.Statistics, error) {
	number := func(n uint64) *uint64 { return &n }
	if b.plan.Layers&limited == 0 {
		return cgroup.Statistics{}, &features.NotSupportedError{Feature: "read the statistics of " + b.plan.Name}
	}
	return cgroup.Statistics{
		Memory: cgroup.MemoryStatistics{Current: number(61 << 20), Max: number(64 << 20), OOMKill: number(1)},
		CPU:    cgroup.CPUStatistics{Usage: number(500), Periods: number(10), Throttled: number(3)},
		PIDs:   cgroup.PIDsStatistics{Current: number(7), Max: number(32)},
	}, nil
}

func (b *fakeSandbox) Freeze(time.Duration) error {
	_, err := b.Statistics()
	return err
}

func (b *fakeSandbox) Thaw() error { return nil }

func (b *fakeSandbox) Close() error {
	b.once.Do(func() {
		close(b.done)
		b.engine.mu.Lock()
		defer b.engine.mu.Unlock()
		b.engine.open--
	})
	return nil
}

func (b *fakeSandbox) Look(_ context.Context, q play.Question) (play.Sight, error) {
	select {
	case <-b.done:
		return play.Sight{}, play.ErrNoSandbox
	default:
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	row := func(id, label, host, inside, word string) facts.Row {
		return facts.Row{ID: id, Label: label, Host: host, Inside: inside, Word: word}
	}
	mounts := "29"
	if b.tmpfs {
		mounts = "30"
	}
	own, inode := facts.Shared, "4026531841"
	if b.plan.Layers.Has(sandbox.Mount) {
		own, inode = facts.Own, "4026532290"
	}
	plain := facts.Board{Rows: []facts.Row{
		row("ns.mount", "mount ns", "4026531841", "4026531841", facts.Shared),
		row("ns.uts", "uts ns", "4026531838", "4026531838", facts.Shared),
		row("mounts", "mounts", "29", "29", facts.Shared),
		row("uid", "uid 0 is", "0", "0", facts.Shared),
	}}
	board := facts.Board{Rows: []facts.Row{
		row("ns.mount", "mount ns", "4026531841", inode, own), plain.Rows[1],
		row("mounts", "mounts", "29", mounts, own), plain.Rows[3],
	}}
	mount := lessons.Mount{}
	if b.tmpfs {
		mount.Type = "tmpfs"
	}
	exists := b.exists
	return play.Sight{Board: board, Plain: plain, Env: lessons.Env{Inside: lessons.Side{
		Mount: func(string) (lessons.Mount, error) { return mount, nil },
		File:  func(string) (lessons.File, error) { return lessons.File{Exists: exists}, nil },
	}}}, nil
}

func (b *fakeSandbox) Experiment(ctx context.Context, id string, _ map[string]string, progress func(experiment.Progress)) (experiment.Result, error) {
	progress(experiment.Progress{Phase: "searching the host", Entries: 212000})
	if b.engine.hold != nil {
		select {
		case <-b.engine.hold:
		case <-ctx.Done():
			return experiment.Result{}, ctx.Err()
		}
	}
	return experiment.Result{
		Experiment: id, Outcome: experiment.Open, Reason: "the host finds the very same file at the same path",
		Places:          []experiment.Place{{Path: "/tmp/mydummytestfile.txt", Inode: 652834, Why: "one path leads both to one file"}},
		EntriesSearched: 438013, Milliseconds: 181,
	}, nil
}

func (b *fakeSandbox) Script(context.Context) (play.Script, error) {
	return nil, errors.New("not in this fake")
}

// Shell starts something that echoes and knows a few commands.
func (b *fakeSandbox) Shell(context.Context, int, int) (play.Shell, error) {
	s := newFakeShell("tent# ", b.engine.say)
	s.run, b.shell = b.run, s
	go func() { <-b.done; s.out.Close() }()
	return s, nil
}

// hostShell starts one for the host, which knows nothing.
func (e *fakeEngine) hostShell(context.Context, int, int) (play.Shell, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.hosts++
	s := newFakeShell("host$ ", "")
	s.run = func(string) {}
	return &fakeHost{fakeShell: s, engine: e}, nil
}

type fakeHost struct {
	*fakeShell
	engine *fakeEngine
	once   sync.Once
}

func (h *fakeHost) Write(p []byte) (int, error) {
	h.engine.mu.Lock()
	h.engine.typed = append(h.engine.typed, p...)
	h.engine.mu.Unlock()
	return h.fakeShell.Write(p)
}

func (h *fakeHost) Close() error {
	h.once.Do(func() {
		h.out.Close()
		h.engine.mu.Lock()
		defer h.engine.mu.Unlock()
		h.engine.hosts--
	})
	return nil
}

type fakeShell struct {
	*io.PipeReader
	out    *io.PipeWriter
	prompt string
	run    func(line string)
	line   string
	ready  chan struct{} // closed when it has said its prompt: keys are echoed behind it
}

func newFakeShell(prompt, say string) *fakeShell {
	r, w := io.Pipe()
	s := &fakeShell{PipeReader: r, out: w, prompt: prompt, ready: make(chan struct{})}
	go func() {
		defer close(s.ready)
		io.WriteString(w, say+prompt)
	}()
	return s
}

func (s *fakeShell) Resize(int, int) error { return nil }

func (s *fakeShell) Write(p []byte) (int, error) {
	<-s.ready
	for _, c := range string(p) {
		switch c {
		case '\r':
			io.WriteString(s.out, "\r\n")
			switch s.line {
			case "exit":
				s.out.Close()
				return len(p), nil
			case "panic": // in a goroutine of the terminal's
				panic("asked for")
			}
			s.run(s.line)
			io.WriteString(s.out, s.prompt)
			s.line = ""
		case 7:
			io.WriteString(s.out, "^G")
		default:
			s.line += string(c)
			io.WriteString(s.out, string(c))
		}
	}
	return len(p), nil
}

func (b *fakeSandbox) run(line string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tmpfs = b.tmpfs || strings.HasPrefix(line, "mount")
	b.exists = b.exists || strings.HasPrefix(line, "touch")
}

// notHere is what the engine says on a machine that cannot.
var notHere = &features.NotSupportedError{Feature: "namespaces", Remedy: "take a Linux"}
