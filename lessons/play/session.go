package play

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

// Session is one play through one lesson.
type Session struct {
	// Walk is where the learner is and what was done. It belongs to the
	// goroutine that made the session and never waits.
	Walk *lessons.Walk
	// Player does what the steps ask for, from any goroutine.
	Player *Player
	// Variant is the kind of learner the texts are for.
	Variant lessons.Variant

	store *lessons.Store
	class Class
	now   func() time.Time
	saves saves
	spent time.Duration // in this lesson, that of earlier sessions included
	since time.Time     // up to when it was counted
}

// Options say what to play and how. Lesson and Engine are needed.
type Options struct {
	Lesson *lessons.Lesson
	Engine Engine
	// Store keeps the progress; nil keeps none.
	Store *lessons.Store
	// Record is what was done in this lesson before.
	Record lessons.LessonRecord
	// Class is the class that plain mode is played in; nil where there is none.
	Class Class
	// Variant is VariantHere when empty.
	Variant lessons.Variant
	// Now is the clock; time.Now when nil.
	Now func() time.Time
}

// NewSession takes a lesson up where its record left it. Close it.
func NewSession(o Options) *Session {
	s := &Session{
		Walk: lessons.NewWalk(o.Lesson), Player: NewPlayer(o.Engine),
		Variant: o.Variant, store: o.Store, class: o.Class, now: o.Now,
	}
	if s.Variant == "" {
		s.Variant = VariantHere()
	}
	if s.now == nil {
		s.now = time.Now
	}
	s.Walk.Resume(o.Record)
	s.spent, s.since = time.Duration(o.Record.Seconds)*time.Second, s.now()
	return s
}

// Revise goes on with another version of the lesson: steps whose content is the
// same stay done.
func (s *Session) Revise(l *lessons.Lesson) {
	done := s.Walk.Record()
	s.Walk = lessons.NewWalk(l)
	s.Walk.Resume(done)
}

// Close ends the session's sandbox and waits until it is gone.
func (s *Session) Close() error { return s.Player.Close() }

// Now is the session's clock.
func (s *Session) Now() time.Time { return s.now() }

// Took takes what was measured for the step with that id into the walk, and
// puts the prediction beside it. It does nothing when the learner has gone on
// to another step meanwhile. The error is a fact that could not be had; the
// comparison is valid all the same.
func (s *Session) Took(step string, m Measured) (lessons.Comparison, error) {
	if s.Walk.Step().ID != step || !s.Walk.May(lessons.DoRun) {
		return lessons.Comparison{}, nil
	}
	if r := m.Result; r != nil && lessons.Outcome(r.Outcome) == lessons.NotAvailable {
		return s.Walk.Compare(), s.Walk.CouldNot(facts.Clean(r.Reason))
	}
	return s.Walk.Ran(m.Env, s.now())
}

// Refused takes in that the machine cannot do the step with that id.
func (s *Session) Refused(step string, why error) {
	var lacks *LackError
	switch {
	case s.Walk.Step().ID != step:
	case errors.As(why, &lacks):
		_ = s.Walk.PassBy(facts.Clean(why.Error())) // it requires something
	case s.Walk.May(lessons.DoRun):
		_ = s.Walk.CouldNot(facts.Clean(why.Error())) // it was asked whether it may
	}
}

// Check looks at the facts of the task at hand.
func (s *Session) Check(step string, env lessons.Env) []lessons.PartResult {
	if s.Walk.Step().ID != step {
		return nil
	}
	parts, err := s.Walk.Check(env, s.now())
	if err != nil {
		return s.Walk.State().Parts
	}
	return parts
}

// Save returns the saving of the progress as it is now, to be called from any
// goroutine. Of several, whichever comes last, the newest progress is kept.
func (s *Session) Save() func() error {
	if s.store == nil {
		return func() error { return nil }
	}
	id, record := s.Walk.Lesson().ID, s.Walk.Record()
	record.Seconds = int(s.count() / time.Second)
	number := s.saves.next()
	return func() error {
		return s.saves.do(number, func() error {
			return s.store.Update(func(p *lessons.Progress) error {
				p.Put(id, record)
				return nil
			})
		})
	}
}

// Reset forgets what was done in a step, or with an empty word in the lesson, and
// goes there. What was kept of it is gone for good.
func (s *Session) Reset(step string) error { return s.Forgetting(step)() }

// Forgetting does Reset in the walk at once, and returns the same for what is
// kept, to be called from any goroutine as that of Save.
func (s *Session) Forgetting(step string) func() error {
	if !s.Walk.Reset(step) {
		return func() error { return nil }
	}
	return s.forgetting(s.Walk.Lesson().ID, step)
}

// ForgettingAll is Forgetting for everything that was ever done, in whatever
// lesson, and for the judgements on claims.
func (s *Session) ForgettingAll() func() error {
	s.Walk.Reset("")
	return s.forgetting("", "")
}

func (s *Session) forgetting(lesson, step string) func() error {
	if step == "" {
		s.spent, s.since = 0, s.now()
	}
	if s.store == nil {
		return func() error { return nil }
	}
	forget := func() error {
		return s.store.Update(func(p *lessons.Progress) error {
			p.Reset(lesson, step)
			return nil
		})
	}
	number := s.saves.owe(forget)
	return func() error { return s.saves.do(number, forget) }
}

// longPause is how much of the time between two savings counts at most: who is
// away for an hour does not learn for an hour.
const longPause = 5 * time.Minute

// count adds the time since it was counted last.
func (s *Session) count() time.Duration {
	now := s.now()
	s.spent += min(max(now.Sub(s.since), 0), longPause)
	s.since = now
	return s.spent
}

// saves keeps an older record from being written over a newer one. What is to be
// forgotten is never left out: a newer record that is written first does it, too.
type saves struct {
	mu     sync.Mutex
	issued int
	owed   []owed // oldest first
	writes sync.Mutex
	done   int
}

// owed is something to be forgotten that was not written yet.
type owed struct {
	number int
	write  func() error
}

func (s *saves) next() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.issued++
	return s.issued
}

func (s *saves) owe(write func() error) int {
	number := s.next()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.owed = append(s.owed, owed{number, write})
	return number
}

// due takes what is owed from before a number, and what has that number, off the
// list, and returns the former.
func (s *saves) due(number int) (before []owed) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.owed) > 0 && s.owed[0].number <= number {
		if s.owed[0].number < number {
			before = append(before, s.owed[0])
		}
		s.owed = s.owed[1:]
	}
	return before
}

func (s *saves) do(number int, write func() error) error {
	s.writes.Lock()
	defer s.writes.Unlock()
	if number < s.done {
		return nil
	}
	s.done = number
	for _, o := range s.due(number) {
		if err := o.write(); err != nil {
			return err
		}
	}
	return write()
}

// Run does the main thing of the step at hand and takes it in: what plain mode
// and tests do in one go, and the screen in two.
func (s *Session) Run(ctx context.Context, progress func(Progress)) (Measured, lessons.Comparison, error) {
	step := s.Walk.Step()
	m, err := s.Player.Run(ctx, step, progress)
	if err != nil {
		if NotHere(err) {
			s.Refused(step.ID, err)
		}
		return m, s.Walk.Compare(), err
	}
	if step.Kind == lessons.KindTask {
		s.Check(step.ID, m.Env)
		return m, lessons.Comparison{}, nil
	}
	c, err := s.Took(step.ID, m)
	return m, c, err
}
