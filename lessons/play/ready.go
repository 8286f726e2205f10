package play

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/engine"
	"github.com/tentpole-labs/tentpole/sandbox/features"
	"github.com/tentpole-labs/tentpole/sandbox/subject"
)

// Ready tells how much of a lesson a machine can play.
type Ready struct {
	Lesson *lessons.Lesson
	Raised int               // steps with a sandbox
	Passed int               // of these, those that the machine lacks something for
	Lacks  []features.Answer // what it lacks, each once
}

// Extent is how much of a lesson can be played.
type Extent string

// The extents.
const (
	InFull Extent = "in full"
	InPart Extent = "in part"
	NotAll Extent = "not"
)

// Extent says how much of it can be played.
func (r Ready) Extent() Extent {
	switch {
	case r.Passed == 0:
		return InFull
	case r.Passed < r.Raised:
		return InPart
	}
	return NotAll
}

// AskSubjects asks which of the other subjects that the lessons need are to be
// had here. The doctor's own answers are about features only.
func AskSubjects(ctx context.Context, list []*lessons.Lesson) (answers []features.Answer) {
	for _, kind := range subject.List() {
		if kind.Name != subject.Sandbox && slices.ContainsFunc(list, func(l *lessons.Lesson) bool { return needs(l, kind.Name) }) {
			answers = append(answers, askSubject(ctx, kind))
		}
	}
	return answers
}

func needs(l *lessons.Lesson, word string) bool {
	return slices.ContainsFunc(l.Steps, func(s lessons.Step) bool { return s.Run != nil && slices.Contains(s.Run.Requires, word) })
}

// askSubject is a probe's answer in the doctor's form.
func askSubject(ctx context.Context, kind subject.Kind) features.Answer {
	begin := time.Now()
	err := kind.Available(ctx)
	a := features.Answer{ID: kind.Name, Group: "subjects", What: kind.What, OK: err == nil, Microseconds: time.Since(begin).Microseconds(), Err: err}
	if err != nil {
		a.Error, a.Remedy = apart(err)
	}
	return a
}

// apart is what a probe was answered, and what it says a person can do.
func apart(err error) (answer, remedy string) {
	var failed *sandbox.Error
	var lacks *features.NotSupportedError
	var unreachable *engine.UnreachableError
	switch {
	case errors.As(err, &failed):
		remedy = failed.Remedy
	case errors.As(err, &lacks):
		remedy = lacks.Remedy
	case errors.As(err, &unreachable):
		remedy = unreachable.Remedy
	}
	return strings.TrimSuffix(err.Error(), "; "+remedy), remedy
}

// ReadyFor goes through the lessons with what was found out about a machine. A
// step lacks what it requires, a feature or a subject, or what decides about a
// layer that it raises.
func ReadyFor(list []*lessons.Lesson, answers []features.Answer) []Ready {
	no := map[string]features.Answer{}
	for _, a := range answers {
		if !a.OK {
			no[a.ID] = a
		}
	}
	deciding := map[string]string{} // the feature, by the layer
	for layer, a := range features.Layers(answers) {
		deciding[layer] = a.ID
	}
	out := make([]Ready, len(list))
	for i, l := range list {
		out[i] = Ready{Lesson: l}
		for _, s := range l.Steps {
			if s.Run != nil {
				out[i].step(s.Run, no, deciding)
			}
		}
	}
	return out
}

func (r *Ready) step(run *lessons.Run, no map[string]features.Answer, deciding map[string]string) {
	r.Raised++
	wants := slices.Clone(run.Requires)
	for _, layer := range run.Layers {
		wants = append(wants, deciding[layer])
	}
	lacks := false
	for _, id := range wants {
		a, lacked := no[id]
		lacks = lacks || lacked
		if lacked && !slices.ContainsFunc(r.Lacks, func(have features.Answer) bool { return have.ID == id }) {
			r.Lacks = append(r.Lacks, a)
		}
	}
	if lacks {
		r.Passed++
	}
}
