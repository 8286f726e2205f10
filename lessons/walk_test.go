package lessons

import (
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var noon = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

func goodLesson(t testing.TB) *Lesson {
	t.Helper()
	l, err := load(goodSource(t))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// One play through the whole lesson, as a learner would go.
func TestWalk(t *testing.T) {
	w := NewWalk(goodLesson(t))
	expectPhase := func(want Phase, actions ...Action) {
		t.Helper()
		if got := w.Phase(); got != want {
			t.Fatalf("at %s: phase %s, want %s", w.Step().ID, got, want)
		}
		if got := w.Actions(); !slices.Equal(got, actions) {
			t.Errorf("at %s: actions %v, want %v", w.Step().ID, got, actions)
		}
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}

	expectPhase(Reading, DoNext)
	if w.Back() {
		t.Error("went back from the first step")
	}
	if !w.Next(noon) || !w.StateOf(0).Done {
		t.Error("reading on did not finish the reading step")
	}

	expectPhase(Predicting, DoPredict, DoSkip, DoNext, DoBack)
	var notNow *NotNow
	if _, err := w.Ran(Env{}, noon); !errors.As(err, &notNow) || notNow.Action != DoRun {
		t.Errorf("ran before predicting: %v", err)
	}
	if err := w.Predict("nonsense"); err == nil {
		t.Error("predicted an option that does not exist")
	}
	must(w.Predict("else"))
	expectPhase(Running, DoRun, DoNext, DoBack)
	if err := w.Predict("open"); !errors.As(err, &notNow) {
		t.Errorf("changed the prediction: %v", err)
	}
	c, err := w.Ran(Env{Outcome: "open"}, noon)
	must(err)
	if c.Said.ID != "else" || c.Happened.ID != "open" || c.Agrees() || c.Outcome != Open {
		t.Errorf("comparison: %+v", c)
	}
	expectPhase(Comparing, DoRun, DoNext, DoBack)
	if c, _ = w.Ran(Env{Outcome: "contained"}, noon); !c.Agrees() {
		t.Errorf("run again: %+v", c)
	}
	w.Next(noon)

	expectPhase(Doing, DoCheck, DoHint, DoSolution, DoNext, DoBack)
	for _, want := range []string{"One.", "Two.", "Three."} {
		if got, err := w.Hint(User); err != nil || got != want {
			t.Errorf("hint %q, %v; want %q", got, err, want)
		}
	}
	if _, err := w.Hint(User); !errors.As(err, &notNow) {
		t.Errorf("a fourth hint: %v", err)
	}
	_, err = w.Solve(User)
	must(err)
	exists := func(yes bool) func(string) (File, error) {
		return func(string) (File, error) { return File{Exists: yes}, nil }
	}
	parts, err := w.Check(Env{Inside: Side{Hostname: "tent", File: exists(false)}, Host: Side{Hostname: "camp"}}, noon)
	must(err)
	if !parts[0].Done || parts[1].Done || w.State().Done {
		t.Errorf("parts %+v", parts)
	}
	_, err = w.Check(Env{Inside: Side{File: exists(true)}}, noon)
	must(err)
	expectPhase(Finished, DoCheck, DoSolution, DoNext, DoBack)
	w.Next(noon)

	expectPhase(Asking, DoAnswer, DoNext, DoBack)
	if a, err := w.Answer("that", noon); err != nil || a.Right || w.State().Done {
		t.Errorf("answer: %+v, %v", a, err)
	}
	if a, err := w.Answer("this", noon.Add(time.Minute)); err != nil || a.Say != "Yes." || !w.State().Done {
		t.Errorf("answer: %+v, %v", a, err)
	}
	w.Next(noon)

	expectPhase(Reading, DoBack)
	if w.Complete() || w.Next(noon) || !w.Complete() {
		t.Error("the last step is done by reading it, and nothing comes after it")
	}
	r := w.Record()
	if q := r.Steps["answer-it"].Quiz; q.First != "that" || q.Latest != "this" {
		t.Errorf("quiz record %+v", q)
	}
	if p := r.Steps["run-it"].Prediction; p.Said != "else" || p.Happened != "else" {
		t.Errorf("prediction record %+v", p)
	}
}

// What cannot be done here does not lock anybody in, and is not done.
func TestWalkCouldNot(t *testing.T) {
	w := NewWalk(goodLesson(t))
	w.Go("run-it")
	if err := w.Skip(); err != nil {
		t.Fatal(err)
	}
	if err := w.CouldNot("no user namespaces"); err != nil {
		t.Fatal(err)
	}
	c := w.Compare()
	if c.Said != nil || c.Happened != nil || c.Outcome != NotAvailable || c.Why == "" || w.State().Done || w.Phase() != Comparing {
		t.Errorf("comparison %+v, state %+v", c, w.State())
	}
	if _, err := w.Ran(Env{Outcome: "open"}, noon); err != nil || w.State().Why != "" || !w.State().Done {
		t.Errorf("tried again: %v, %+v", err, w.State())
	}
}

// Steps whose content changed begin anew; the others go on.
func TestWalkResume(t *testing.T) {
	w := NewWalk(goodLesson(t))
	w.Next(noon)
	_ = w.Predict("else")
	_, _ = w.Ran(Env{Outcome: "open"}, noon)
	r := w.Record()

	again := NewWalk(goodLesson(t))
	again.Resume(r)
	if again.Step().ID != "run-it" || !again.StateOf(0).Done || again.State().Said != "else" || again.Phase() != Running {
		t.Errorf("resumed at %s in %s: %+v", again.Step().ID, again.Phase(), again.State())
	}

	changed, err := load(replaced(t, goodSource(t), "Afterwards.", "Later."))
	if err != nil {
		t.Fatal(err)
	}
	other := NewWalk(changed)
	other.Resume(r)
	if s := other.State(); !reflect.DeepEqual(s, State{}) || !other.StateOf(0).Done {
		t.Errorf("a changed step kept %+v", s)
	}
}

// Whatever is done in whatever order: every action on offer works, no other
// does, what is done stays done, and a record survives being resumed.
func TestWalkAnyOrder(t *testing.T) {
	l := goodLesson(t)
	rapid.Check(t, func(t *rapid.T) {
		w := NewWalk(l)
		for range rapid.IntRange(0, 60).Draw(t, "steps") {
			before := w.Record()
			a := rapid.SampledFrom([]Action{DoPredict, DoSkip, DoRun, DoCheck, DoAnswer, DoHint, DoSolution, DoNext, DoBack}).Draw(t, "action")
			may := w.May(a)
			if did := do(t, w, a); did != may {
				t.Fatalf("%s: on offer %v, done %v", a, may, did)
			}
			after := w.Record()
			for id, r := range before.Steps {
				if r.Done != nil && after.Steps[id].Done == nil {
					t.Fatalf("%s: the step %s is not done any more", a, id)
				}
			}
			again := NewWalk(l)
			again.Resume(after)
			p := NewProgress()
			p.Put(l.ID, after)
			p.Put(l.ID, again.Record())
			if got := p.Lessons[l.ID]; !reflect.DeepEqual(got, after) {
				t.Fatalf("%s: resumed\n%+v\nwant\n%+v", a, got, after)
			}
		}
	})
}

func do(t *rapid.T, w *Walk, a Action) bool {
	env := Env{
		Outcome: rapid.SampledFrom([]string{"open", "contained", ""}).Draw(t, "outcome"),
		Inside: Side{
			Hostname: rapid.SampledFrom([]string{"", "tent"}).Draw(t, "hostname"),
			File:     func(string) (File, error) { return File{Exists: true}, nil },
		},
	}
	var err error
	switch a {
	case DoPredict:
		err = w.Predict("open")
	case DoSkip:
		err = w.Skip()
	case DoRun:
		_, err = w.Ran(env, noon)
	case DoCheck:
		_, err = w.Check(env, noon)
	case DoAnswer:
		_, err = w.Answer(rapid.SampledFrom([]string{"this", "that"}).Draw(t, "answer"), noon)
	case DoHint:
		_, err = w.Hint(Root)
	case DoSolution:
		_, err = w.Solve(Root)
	case DoNext:
		return w.Next(noon)
	case DoBack:
		return w.Back()
	}
	return err == nil
}
