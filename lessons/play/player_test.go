package play

import (
	"context"
	"errors"
	"os"
	"slices"
	"testing"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/features"
)

func lesson(t testing.TB) *lessons.Lesson {
	t.Helper()
	l, err := lessons.Load(os.DirFS("testdata"), "mounts.md", Known())
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func run(t *testing.T, p *Player, s *lessons.Step) Measured {
	t.Helper()
	m, err := p.Run(t.Context(), s, nil)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestSandboxOfSteps: a step starts a new sandbox, keeps the one before, or is
// told that there is none any more.
func TestSandboxOfSteps(t *testing.T) {
	e, l := &fakeEngine{}, lesson(t)
	p := NewPlayer(e)
	own, turn, window := l.Step("own"), l.Step("turn"), l.Step("window")

	m := run(t, p, own)
	if m.Result == nil || m.Env.Outcome != "open" || m.Plan.Layers != sandbox.Set(sandbox.Mount) {
		t.Errorf("measured %+v", m)
	}
	if want := []string{"ns.mount", "mounts"}; !slices.Equal(m.Changed, want) {
		t.Errorf("changed %v, not %v: a layer more than a plain process", m.Changed, want)
	}
	m = run(t, p, turn)
	if len(m.Changed) != 0 {
		t.Errorf("changed %v: another sandbox with the same layers is nothing new", m.Changed)
	}
	p.box.(*fakeSandbox).typed = []string{"mount", "touch"}
	_, changed, err := p.Look(t.Context(), turn)
	if err != nil || !slices.Equal(changed, []string{"mounts"}) {
		t.Errorf("changed %v, %v: what was done by hand is new", changed, err)
	}
	run(t, p, turn) // entered again
	m = run(t, p, window)
	if started, open := e.count(); started != 2 || open != 1 || m.Renewed {
		t.Errorf("started %d, open %d, renewed %v: the task's sandbox is kept", started, open, m.Renewed)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := p.Look(t.Context(), window); !errors.Is(err, ErrNoSandbox) {
		t.Errorf("look without a sandbox: %v", err)
	}
	if m = run(t, p, window); !m.Renewed {
		t.Error("it does not say that the sandbox is a new one")
	}
	p.Close()
	if _, open := e.count(); open != 0 {
		t.Errorf("%d sandboxes are open", open)
	}
}

// TestCancel: a run that is cancelled ends, also one that waits for its turn.
func TestCancel(t *testing.T) {
	e, l := &fakeEngine{hangs: true}, lesson(t)
	p := NewPlayer(e)
	ctx, cancel := context.WithCancel(t.Context())
	var last Progress
	done := make(chan error)
	go func() {
		_, err := p.Run(ctx, l.Step("own"), func(pr Progress) {
			if last = pr; pr.Entries > 0 {
				cancel()
			}
		})
		done <- err
	}()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if last.Phase != "searching the host" || last.Entries != 7 {
		t.Errorf("progress %+v", last)
	}
	if _, err := p.Run(ctx, l.Step("own"), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled run started: %v", err)
	}
	p.Close()
	if started, open := e.count(); started != 1 || open != 0 {
		t.Errorf("started %d, open %d", started, open)
	}
}

// TestRefused: what this machine cannot is taken into the walk as n/a.
func TestRefused(t *testing.T) {
	e := &fakeEngine{refuses: &features.NotSupportedError{Feature: "namespaces"}}
	s := NewSession(Options{Lesson: lesson(t), Engine: e})
	s.Walk.Go("own")
	s.Walk.Skip()
	_, _, err := s.Run(t.Context(), nil)
	if !NotHere(err) || s.Walk.State().Outcome != lessons.NotAvailable || s.Walk.State().Done {
		t.Errorf("%v, state %+v", err, s.Walk.State())
	}
}

// TestSave: of several saves the newest is kept, in whatever order they come.
func TestSave(t *testing.T) {
	store := &lessons.Store{Dir: t.TempDir()}
	s := NewSession(Options{Lesson: lesson(t), Engine: &fakeEngine{}, Store: store})
	s.Walk.Go("own")
	older := s.Save()
	s.Walk.Go("turn")
	newer := s.Save()
	if err := errors.Join(newer(), older()); err != nil {
		t.Fatal(err)
	}
	p, err := store.Read()
	if err != nil || p.Lessons["mounts"].At != "turn" {
		t.Errorf("at %q, %v", p.Lessons["mounts"].At, err)
	}
}

// TestRaise: a spec is started without a lesson, and looked at; what is done
// by hand after that is what changed.
func TestRaise(t *testing.T) {
	e := &fakeEngine{}
	p := NewPlayer(e)
	want := sandbox.Spec{Layers: sandbox.Set(sandbox.Mount), Hostname: "tent"}
	m, err := p.Raise(t.Context(), want, nil)
	if err != nil || m.Sandbox == nil || m.Plan == nil || len(m.Board.Rows) == 0 || !e.specs[0].Equal(want) {
		t.Fatalf("raised %+v, %v", m, err)
	}
	m.Sandbox.(*fakeSandbox).typed = []string{"mount"}
	if _, changed, err := p.Look(t.Context(), Freely); err != nil || !slices.Equal(changed, []string{"mounts"}) {
		t.Errorf("changed %v, %v", changed, err)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	e.refuses = &features.NotSupportedError{Feature: "namespaces"}
	if m, err = p.Raise(t.Context(), want, nil); !NotHere(err) || m.Sandbox != nil {
		t.Errorf("refused: %+v, %v", m, err)
	}
}
