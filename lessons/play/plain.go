package play

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

// plainWidth is how wide plain mode writes, in characters: what fits a terminal
// of 80 and a mail.
const plainWidth = 78

// Plain plays the session's lesson as plain lines: no cursor is moved, nothing
// is redrawn, and every question is a line that begins anew, so that it works
// through a pipe and with a screen reader. The end of the input ends the
// lesson where it is, which is no error. The sandbox is closed before Plain
// returns; the session may be played again.
func Plain(ctx context.Context, s *Session, in io.Reader, out io.Writer) error {
	p := &plain{s: s, out: bufio.NewWriter(out), lines: readLines(in)}
	if s.class != nil {
		p.news = s.class.News()
	}
	err := p.play(ctx)
	if errors.Is(err, errLeft) {
		err = nil
	}
	return errors.Join(err, p.endScript(), s.Close(), s.Save()(), p.out.Flush())
}

// errLeft ends the lesson: the learner left, or the input came to its end.
var errLeft = errors.New("left")

type plain struct {
	s      *Session
	out    *bufio.Writer
	lines  <-chan string
	news   <-chan string // of the class; nil where there is none
	script Script        // of the task at hand
}

// readLines reads lines until the input ends, and then closes the channel. It
// is left behind waiting when nobody asks for lines any more: a read from a
// terminal cannot be taken back.
func readLines(in io.Reader) <-chan string {
	c := make(chan string)
	go func() {
		defer close(c)
		r := bufio.NewScanner(in)
		r.Buffer(nil, 1<<20)
		for r.Scan() {
			c <- r.Text()
		}
	}()
	return c
}

// play plays step after step.
func (p *plain) play(ctx context.Context) error {
	for {
		if err := p.step(ctx); err != nil {
			return err
		}
		if err := p.endScript(); err != nil {
			return err
		}
		more, err := p.onward(ctx)
		if err != nil || !more {
			return err
		}
	}
}

// step plays the step at hand until its main thing is done or skipped.
func (p *plain) step(ctx context.Context) error {
	w := p.s.Walk
	step := w.Step()
	if p.s.class != nil {
		p.s.class.At(w.Lesson().ID, step.ID)
	}
	p.say("tentpole · %s · step %d of %d", w.Lesson().ID, w.At()+1, len(w.Lesson().Steps))
	p.say("%s", step.Title)
	p.say("")
	if err := p.body(ctx, step); err != nil {
		return err
	}
	if act, ok := plainSteps[step.Kind]; ok {
		if err := act(p, ctx, step); err != nil {
			return err
		}
	}
	switch s := w.State(); {
	case s.Passed:
		p.markdown(step.Without(p.s.Variant))
	case s.Ran || s.Done:
		p.markdown(step.After(p.s.Variant))
	}
	return nil
}

// body says what is read first, piece by piece.
func (p *plain) body(ctx context.Context, step *lessons.Step) error {
	for i, part := range step.Parts(p.s.Variant) {
		if i > 0 && !p.s.Walk.State().Done {
			if _, err := p.ask(ctx, "Enter to go on, q leave: "); err != nil {
				return err
			}
		}
		p.markdown(part)
	}
	return nil
}

// plainSteps are the kinds of step that ask for more than reading.
var plainSteps = map[lessons.Kind]func(*plain, context.Context, *lessons.Step) error{
	lessons.KindPredict: (*plain).run,
	lessons.KindRun:     (*plain).run,
	lessons.KindTask:    (*plain).task,
	lessons.KindQuiz:    (*plain).quiz,
	lessons.KindOrder:   (*plain).order,
	lessons.KindExplain: (*plain).explain,
}

// onward asks where to go. It returns false after the last step.
func (p *plain) onward(ctx context.Context) (bool, error) {
	w := p.s.Walk
	if !w.May(lessons.DoNext) {
		w.Next(p.s.Now())
		p.say("That was the last step.")
		return false, nil
	}
	for {
		answer, err := p.ask(ctx, "Enter for the next step, b back, reset, q leave: ")
		if err != nil {
			return false, err
		}
		switch answer {
		case "", "n":
			w.Next(p.s.Now())
		case "b":
			w.Back()
		case "reset":
			did, err := p.reset(ctx)
			if err != nil || did {
				return did, err
			}
			continue
		default:
			continue
		}
		return true, p.s.Save()()
	}
}

// ask writes a question and returns the answer without blanks around it.
// "q" leaves, and so does the end of the input. What is for the class is no answer.
func (p *plain) ask(ctx context.Context, question string) (string, error) {
	for {
		answer, err := p.line(ctx, question)
		if err == nil && answer == "q" {
			return "", errLeft
		}
		if err != nil || !p.toClass(answer) {
			return answer, err
		}
	}
}

func (p *plain) line(ctx context.Context, prompt string) (string, error) {
	p.out.WriteString(prompt)
	if err := p.out.Flush(); err != nil {
		return "", err
	}
	select {
	case line, ok := <-p.lines:
		if !ok {
			p.say("")
			return "", errLeft
		}
		return strings.TrimSpace(line), nil
	case news := <-p.news:
		p.say("\n%s", news)
		return p.line(ctx, prompt)
	case <-ctx.Done():
		p.say("")
		return "", ctx.Err()
	}
}

// say writes one paragraph, wrapped. The words may be those of a lesson from
// anybody: what would act on a terminal is shown.
func (p *plain) say(format string, args ...any) {
	for _, line := range Wrap(fmt.Sprintf(format, args...), plainWidth) {
		p.out.WriteString(facts.Clean(line) + "\n")
	}
}

// markdown writes a text and an empty line below it.
func (p *plain) markdown(text string) {
	if text != "" {
		p.out.WriteString(Text(text, plainWidth) + "\n\n")
	}
}

// trouble says what went wrong, on one filtered line.
func (p *plain) trouble(err error) {
	if NotHere(err) {
		p.say("This machine cannot do that: %s", facts.Clean(err.Error()))
		return
	}
	p.say("That did not work: %s", facts.Clean(err.Error()))
}
