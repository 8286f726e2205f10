package matrix

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/subject"
)

// raised is a subject that only counts: how many are open, and what they were for.
type raised struct {
	experiment.Subject
	ended func() error
}

func (s raised) Close() error { return s.ended() }

// stand makes a machine of the test's own: run plays the experiments.
type stand struct {
	mu     sync.Mutex
	opened int
	open   int
	most   int
}

func (s *stand) options(run func(context.Context, string) (experiment.Result, error)) Options {
	return Options{
		Experiments: []string{"file", "hostname"},
		Stages:      []string{"process", "mount", "memory", "container"},
		Missing:     func(sandbox.Spec) ([]sandbox.Missing, error) { return nil, nil },
		Open: func(context.Context, sandbox.Spec) (experiment.Subject, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.opened++
			s.open++
			s.most = max(s.most, s.open)
			return raised{ended: func() error {
				s.mu.Lock()
				defer s.mu.Unlock()
				s.open--
				return nil
			}}, nil
		},
		run: func(ctx context.Context, id string, _ experiment.Subject, _ experiment.Options) (experiment.Result, error) {
			return run(ctx, id)
		},
	}
}

func found(o experiment.Outcome) (experiment.Result, error) {
	return experiment.Result{Outcome: o, Reason: "because"}, nil
}

// TestEveryCellIsMeasured: one sandbox a cell, at most two at once, none left.
func TestEveryCellIsMeasured(t *testing.T) {
	var s stand
	last, told := Progress{}, 0
	o := s.options(func(context.Context, string) (experiment.Result, error) { return found(experiment.Open) })
	o.Progress = func(p Progress) {
		if last = p; p.Cell != nil && p.Cell.Outcome == experiment.Open && p.Cell.Stage == p.Stage {
			told++
		}
	}
	m, err := Run(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	if s.opened != 8 || s.open != 0 || s.most > lanes {
		t.Errorf("%d sandboxes were raised, %d are left, %d were there at once", s.opened, s.open, s.most)
	}
	if last.Done != 8 || last.Total != 8 || told != 8 || !m.Complete {
		t.Errorf("progress %+v, %d cells told, complete %v", last, told, m.Complete)
	}
	for _, row := range m.Rows {
		for _, c := range row.Cells {
			if c.Outcome != experiment.Open || c.Reason != "because" {
				t.Errorf("%s at %s: %+v", row.Experiment, c.Stage, c)
			}
		}
	}
}

// TestOneThatFails is told in its cells, cleaned, and the others go on.
func TestOneThatFails(t *testing.T) {
	var s stand
	m, err := Run(context.Background(), s.options(func(_ context.Context, id string) (experiment.Result, error) {
		if id == "file" {
			return experiment.Result{Outcome: experiment.NotApplicable}, errors.New("broke\x1b[31m it")
		}
		return found(experiment.Contained)
	}))
	if err != nil {
		t.Fatal(err)
	}
	for i := range m.Stages {
		if c := m.Rows[0].Cells[i]; c.Error != `broke\x1b[31m it` || c.Outcome != "" || !c.Run() {
			t.Errorf("%+v", c)
		}
		if c := m.Rows[1].Cells[i]; c.Outcome != experiment.Contained {
			t.Errorf("%+v", c)
		}
	}
	if s.open != 0 {
		t.Errorf("%d sandboxes are left", s.open)
	}
}

// TestWhatTheMachineLacks: a stage whose own layer is missing is none; one that
// has more besides is tried with what there is.
func TestWhatTheMachineLacks(t *testing.T) {
	var s stand
	o := s.options(func(context.Context, string) (experiment.Result, error) { return found(experiment.Open) })
	o.Missing = func(spec sandbox.Spec) ([]sandbox.Missing, error) {
		if !spec.Partial {
			t.Error("a stage asks for more than there may be")
		}
		if spec.Layers.Has(sandbox.Memory) {
			return []sandbox.Missing{{Layer: sandbox.Memory, Because: "nobody has given it"}}, nil
		}
		return nil, nil
	}
	m, err := Run(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	want := []experiment.Outcome{experiment.Open, experiment.Open, experiment.NotApplicable, experiment.Open}
	for i, c := range m.Rows[0].Cells {
		if c.Outcome != want[i] || c.Reason == "" {
			t.Errorf("%s: %s (%s), want %s", c.Stage, c.Outcome, c.Reason, want[i])
		}
	}
	if s.opened != 6 {
		t.Errorf("%d sandboxes were raised, want 6", s.opened)
	}
}

// TestSubjectsBesideTheStages: a kind opens its own, without layers; one that is
// not to be had is a column that says so.
func TestSubjectsBesideTheStages(t *testing.T) {
	var stages, tents stand
	o := stages.options(func(context.Context, string) (experiment.Result, error) { return found(experiment.Contained) })
	o.Stages, o.Spec = []string{"process"}, sandbox.Spec{Layers: sandbox.Set(sandbox.PID), Hostname: "tent"}
	open := tents.options(nil).Open
	o.Subjects = []subject.Kind{
		{Name: "tent", Open: func(ctx context.Context, s sandbox.Spec) (experiment.Subject, error) {
			if s.Layers != 0 || s.Hostname != "tent" {
				t.Errorf("it was asked for %+v", s)
			}
			return open(ctx, s)
		}},
		{Name: "house", Probe: func(context.Context) error { return errors.New("not\x1b[1m installed") }},
	}
	m, err := Run(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Stages) != 3 || m.Stages[0].Subject != "" || m.Stages[1].Subject != "tent" || m.Stages[2].Lacks != `not\x1b[1m installed` {
		t.Errorf("the columns are %+v", m.Stages)
	}
	for _, row := range m.Rows {
		if row.Cells[1].Outcome != experiment.Contained || row.Cells[2].Outcome != experiment.NotApplicable || row.Cells[2].Reason != m.Stages[2].Lacks {
			t.Errorf("%s: %+v", row.Experiment, row.Cells)
		}
	}
	if stages.opened != 2 || tents.opened != 2 || tents.open != 0 {
		t.Errorf("%d sandboxes and %d tents were raised, %d tents are left", stages.opened, tents.opened, tents.open)
	}
}

// TestInterrupted: what was under way is not a result.
func TestInterrupted(t *testing.T) {
	var s stand
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	m, err := Run(ctx, s.options(func(ctx context.Context, id string) (experiment.Result, error) {
		if id == "hostname" { // the quicker one: begun first
			cancel()
		}
		<-ctx.Done()
		return experiment.Result{}, ctx.Err()
	}))
	if !errors.Is(err, context.Canceled) || m.Complete {
		t.Errorf("error %v, complete %v", err, m.Complete)
	}
	for _, row := range m.Rows {
		for _, c := range row.Cells {
			if c.Run() {
				t.Errorf("%s at %s was interrupted, and says %+v", row.Experiment, c.Stage, c)
			}
		}
	}
	if s.open != 0 {
		t.Errorf("%d sandboxes are left", s.open)
	}
}

func TestWordsThatAreNone(t *testing.T) {
	for _, o := range []Options{{Experiments: []string{"fille"}}, {Stages: []string{"moutn"}}} {
		if _, err := Run(context.Background(), o); !sandbox.IsUsage(err) {
			t.Errorf("%v", err)
		}
	}
}

// TestSchedule: the quick ones first, no experiment beside itself, and those
// that measure after all others and by themselves.
func TestSchedule(t *testing.T) {
	infos := []experiment.Info{{ID: "slow", Seconds: 2}, {ID: "speed", Seconds: 0.1, Alone: true}, {ID: "quick", Seconds: 0.1},
		{ID: "middle", Seconds: 1}, {ID: "weight", Seconds: 0.2, Alone: true}}
	var s stand
	var mu sync.Mutex
	var begun []string
	now := map[string]int{}
	busy := make(chan struct{}) // every lane has begun its first
	o := s.options(func(_ context.Context, id string) (experiment.Result, error) {
		mu.Lock()
		if begun = append(begun, id); now[id] > 0 {
			t.Errorf("two of %s at once", id)
		}
		now[id]++
		for other, n := range now {
			if n > 0 && other != id && (id == "speed" || id == "weight") {
				t.Errorf("%s beside %s", other, id)
			}
		}
		if len(begun) == lanes {
			close(busy)
		}
		mu.Unlock()
		<-busy
		defer func() { mu.Lock(); now[id]--; mu.Unlock() }()
		return found(experiment.Open)
	})
	stages := []Stage{{Name: "process"}, {Name: "mount"}}
	var rows []Row
	for _, i := range infos {
		rows = append(rows, newRow(i, stages))
	}
	r := runner{Options: o, stages: stages, total: 10}
	r.all(context.Background(), infos, rows)
	if len(begun) != 10 || !slices.Equal(begun[6:], []string{"speed", "speed", "weight", "weight"}) {
		t.Errorf("order %v", begun)
	}
	first := slices.Sorted(slices.Values(begun[:lanes]))
	if !slices.Equal(first, []string{"middle", "quick"}) {
		t.Errorf("the lanes began with %v", first)
	}
}

// TestQuick leaves the long ones out.
func TestQuick(t *testing.T) {
	o := Options{Quick: true}
	rows, err := o.rows()
	if err != nil || len(rows) == 0 {
		t.Fatal(err)
	}
	for _, i := range rows {
		if !i.Quick() {
			t.Errorf("%s takes %v s", i.ID, i.Seconds)
		}
	}
}

func TestSpecOfAStage(t *testing.T) {
	for _, c := range []struct {
		stage string
		asked sandbox.RootKind
		want  sandbox.RootKind
	}{
		{"process", "", sandbox.RootHost}, {"root", "", sandbox.RootOverlay},
		{"process", sandbox.RootTiny, sandbox.RootHost}, {"root", sandbox.RootTiny, sandbox.RootTiny},
	} {
		rung, err := sandbox.ParseStage(c.stage)
		if err != nil {
			t.Fatal(err)
		}
		o := Options{Spec: sandbox.Spec{Root: c.asked, Name: "one"}}
		if got := o.spec(rung); got.Root != c.want || got.Name != "" || !got.Partial {
			t.Errorf("%s with root %q: %+v", c.stage, c.asked, fmt.Sprint(got.Root))
		}
	}
}
