package play

import (
	"context"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/export"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/sandbox/subject"
)

// fakeEngine is an engine without a kernel. It counts what is open.
type fakeEngine struct {
	mu      sync.Mutex
	started int
	open    int
	refuses error
	hangs   bool   // experiments wait until they are cancelled
	writes  string // what each command of a script writes
	specs   []sandbox.Spec
}

func (e *fakeEngine) Plan(s sandbox.Spec) (*sandbox.Plan, error) {
	e.specs = append(e.specs, s)
	return &sandbox.Plan{Spec: s, Layers: s.Layers, Root: sandbox.RootHost}, e.refuses
}

func (e *fakeEngine) Start(ctx context.Context, p *sandbox.Plan, _ func(sandbox.Done)) (Sandbox, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.started++
	e.open++
	return &fakeSandbox{engine: e, plan: p, number: e.started, done: make(chan struct{})}, ctx.Err()
}

func (e *fakeEngine) Open(ctx context.Context, k subject.Kind, s sandbox.Spec) (Sandbox, error) {
	if err := k.Available(ctx); err != nil {
		return nil, err
	}
	return e.Start(ctx, &sandbox.Plan{Name: k.Name, Spec: s}, nil)
}

func (e *fakeEngine) count() (started, open int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.started, e.open
}

type fakeSandbox struct {
	engine *fakeEngine
	plan   *sandbox.Plan
	number int
	done   chan struct{}
	once   sync.Once
	typed  []string
}

func (e *fakeEngine) Unpack(_ context.Context, s sandbox.Spec, _ func(string)) (sandbox.Spec, error) {
	return s, nil
}

func (e *fakeEngine) Export(context.Context, export.Form, *sandbox.Plan, []string) (export.Export, error) {
	return export.Export{}, nil
}

func (b *fakeSandbox) Statistics() (cgroup.Statistics, error) { return cgroup.Statistics{}, nil }
func (b *fakeSandbox) Freeze(time.Duration) error             { return nil }
func (b *fakeSandbox) Thaw() error                            { return nil }

func (b *fakeSandbox) Plan() *sandbox.Plan        { return b.plan }
func (b *fakeSandbox) Transcript() []sandbox.Done { return nil }
func (b *fakeSandbox) Done() <-chan struct{}      { return b.done }

func (b *fakeSandbox) Close() error {
	b.once.Do(func() {
		close(b.done)
		b.engine.mu.Lock()
		defer b.engine.mu.Unlock()
		b.engine.open--
	})
	return nil
}

func (b *fakeSandbox) has(word string) bool {
	for _, line := range b.typed {
		if strings.HasPrefix(line, word) {
			return true
		}
	}
	return false
}

func (b *fakeSandbox) Look(ctx context.Context, _ Question) (Sight, error) {
	word, inode := facts.Shared, "1"
	if b.plan.Layers.Has(sandbox.Mount) {
		word, inode = facts.Own, "1"+strings.Repeat("0", b.number) // another sandbox has another
	}
	mounts := "29"
	mount := lessons.Mount{}
	if b.has("mount") {
		mounts, mount.Type = "30", "tmpfs"
	}
	board := facts.Board{Rows: []facts.Row{
		{ID: "ns.mount", Label: "mount ns", Host: "1", Inside: inode, Word: word},
		{ID: "mounts", Label: "mounts", Host: "29", Inside: mounts, Word: word},
	}}
	plain := facts.Board{Rows: []facts.Row{
		{ID: "ns.mount", Label: "mount ns", Host: "1", Inside: "1", Word: facts.Shared},
		{ID: "mounts", Label: "mounts", Host: "29", Inside: "29", Word: facts.Shared},
	}}
	return Sight{Board: board, Plain: plain, Env: lessons.Env{Inside: lessons.Side{
		Mount: func(string) (lessons.Mount, error) { return mount, nil },
		File:  func(string) (lessons.File, error) { return lessons.File{Exists: b.has("touch")}, nil },
	}}}, ctx.Err()
}

func (b *fakeSandbox) Experiment(ctx context.Context, id string, _ map[string]string, progress func(experiment.Progress)) (experiment.Result, error) {
	progress(experiment.Progress{Phase: "searching the host", Entries: 7})
	if b.engine.hangs {
		<-ctx.Done()
		return experiment.Result{}, ctx.Err()
	}
	return experiment.Result{
		Experiment: id, Outcome: experiment.Open, EntriesSearched: 438013, Milliseconds: 181,
		Places: []experiment.Place{{Path: "/tmp/x\x1b[31m", Inode: 7, Why: "one path leads both to one file."}},
	}, nil
}

func (b *fakeSandbox) Shell(context.Context, int, int) (Shell, error) { return nil, io.EOF }

func (b *fakeSandbox) Script(context.Context) (Script, error) { return fakeScript{b}, nil }

type fakeScript struct{ box *fakeSandbox }

func (s fakeScript) Run(_ context.Context, line string, out io.Writer) (int, error) {
	s.box.typed = append(s.box.typed, line)
	_, err := io.WriteString(out, s.box.engine.writes)
	if line == "false" {
		return 1, err
	}
	return 0, err
}

func (fakeScript) Close() error { return nil }
