package play

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strings"

	"github.com/tentpole-labs/tentpole/lessons"
)

// TestOut asks the quizzes of a lesson as plain lines, each once, for those who
// know it: all right, and the lesson is kept as known. What was answered before
// is not asked again, as its answer has been told. Nothing is started.
func TestOut(ctx context.Context, s *Session, in io.Reader, out io.Writer) error {
	return TestOutOf(ctx, []*Session{s}, in, out)
}

// TestOutOf does so for several lessons, one after the other. Whoever leaves
// leaves those that follow, too.
func TestOutOf(ctx context.Context, list []*Session, in io.Reader, out io.Writer) (err error) {
	p := &plain{out: bufio.NewWriter(out), lines: readLines(in)}
	var ended error // why no more is asked
	for _, s := range list {
		if ended == nil {
			p.s = s
			at := s.Walk.Step().ID
			ended = p.testOut(ctx)
			s.Walk.Go(at)
			err = errors.Join(err, s.Save()())
		}
		err = errors.Join(err, s.Close())
	}
	if errors.Is(ended, errLeft) {
		ended = nil
	}
	return errors.Join(ended, err, p.out.Flush())
}

func (p *plain) testOut(ctx context.Context) error {
	w := p.s.Walk
	quizzes := w.Lesson().Quizzes()
	for i, id := range quizzes {
		w.Go(id)
		p.say("tentpole · %s · question %d of %d", w.Lesson().ID, i+1, len(quizzes))
		if err := p.askOnce(ctx, w.Step()); err != nil {
			return err
		}
	}
	if w.TestOut(p.s.Now()) {
		p.say("All right at once: the lesson is kept as known. Its steps are there if you want them.")
		return nil
	}
	p.say("%d of %d were right the first time. The lesson is worth its time: tentpole learn %s", w.FirstRight(), len(quizzes), w.Lesson().ID)
	return nil
}

// askOnce asks a quiz, unless it was answered before.
func (p *plain) askOnce(ctx context.Context, step *lessons.Step) error {
	if p.s.Walk.State().First != "" {
		p.say("%s You have answered this one before.", step.Title)
		p.say("")
		return nil
	}
	p.markdown(step.Body(p.s.Variant))
	p.markdown(step.Quiz.Ask)
	texts := make([]string, len(step.Quiz.Answers))
	for i, a := range step.Quiz.Answers {
		texts[i] = a.Text
	}
	i, err := p.choose(ctx, "Your answer", texts)
	if err != nil || i < 0 {
		return err
	}
	a, err := p.s.Walk.Answer(step.Quiz.Answers[i].ID, p.s.Now())
	if err != nil {
		return err
	}
	p.say("%s", strings.TrimSpace(map[bool]string{true: "Right. ", false: "Not that one. "}[a.Right]+a.Say))
	p.say("")
	return nil
}

// reset asks what to forget, and forgets it. It returns whether something was.
func (p *plain) reset(ctx context.Context) (bool, error) {
	answer, err := p.ask(ctx, "Forget what you did in this step, or in the lesson? It cannot be undone. [step, lesson, Enter for neither]: ")
	if err != nil {
		return false, err
	}
	step, ok := map[string]string{"step": p.s.Walk.Step().ID, "lesson": ""}[answer]
	if !ok {
		p.say("Nothing was forgotten.")
		return false, nil
	}
	return true, p.s.Reset(step)
}
