package play

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

// run plays a step with a sandbox to look at: the prediction, the run, and
// what came of it.
func (p *plain) run(ctx context.Context, step *lessons.Step) error {
	if passed, err := p.passBy(ctx, step); passed || err != nil {
		return err
	}
	if p.s.Walk.Phase() == lessons.Predicting {
		if err := p.predict(ctx, step.Predict); err != nil {
			return err
		}
	} else if answer, err := p.ask(ctx, "Enter to run it, s to skip, q leave: "); err != nil || answer == "s" {
		return err
	}
	for {
		if r := step.Run; r.Subject != "" && !r.Keep { // it may take seconds
			p.say("%s", starting(r.Subject)+" …")
		}
		m, c, err := p.s.Run(ctx, nil)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil || m.Result != nil {
			p.measured(m, c)
		}
		if err == nil {
			return p.s.Save()()
		}
		p.trouble(err)
		if p.s.Walk.State().Passed {
			p.say("%s", PassedBy)
		}
		if NotHere(err) {
			return p.s.Save()()
		}
		answer, err := p.ask(ctx, "Enter to try again, s to skip, q leave: ")
		if err != nil || answer == "s" {
			return err
		}
	}
}

func (p *plain) predict(ctx context.Context, q *lessons.Prediction) error {
	p.markdown(q.Ask)
	texts := make([]string, len(q.Options))
	for i, o := range q.Options {
		texts[i] = o.Text
	}
	i, err := p.choose(ctx, "Your prediction", texts)
	switch {
	case err != nil:
		return err
	case i < 0:
		return p.s.Walk.Skip()
	}
	return p.s.Walk.Predict(q.Options[i].ID)
}

// choose offers numbered choices and returns the index of the one taken, or
// -1 when none was.
func (p *plain) choose(ctx context.Context, what string, choices []string) (int, error) {
	for i, text := range choices {
		p.say("%d. %s", i+1, text)
	}
	for {
		answer, err := p.ask(ctx, what+" [1-"+strconv.Itoa(len(choices))+", s to skip]: ")
		if err != nil {
			return 0, err
		}
		if answer == "s" {
			return -1, nil
		}
		if n, err := strconv.Atoi(answer); err == nil && n >= 1 && n <= len(choices) {
			return n - 1, nil
		}
		p.say("Type a number from 1 to %d, or s.", len(choices))
	}
}

// measured says what was done and found, and what changed on the board.
func (p *plain) measured(m Measured, c lessons.Comparison) {
	if m.Renewed {
		p.say("%s", Renewed(m))
	}
	p.started(m)
	if m.Result != nil {
		for _, line := range Findings(*m.Result) {
			p.say("%s", line)
		}
	}
	var rows []string
	if step := p.s.Walk.Step(); step.Run != nil {
		rows = step.Run.Observe
	}
	p.board(m.Board, rows, m.Changed)
	for _, line := range Compared(c) {
		p.say("%s", line)
	}
	p.say("")
}

// started says what was started, if anything.
func (p *plain) started(m Measured) {
	if step := p.s.Walk.Step(); step.Run != nil && step.Run.Keep && !m.Renewed {
		p.say("%s", goesOn(m))
		return
	}
	p.say("%s", Started(m))
	for _, implied := range m.Plan.Implied {
		p.say("Also raised: %s, because %s.", implied.Layer, implied.Because)
	}
	for _, line := range m.Volumes {
		p.say("%s", line)
	}
}

// board says the rows that the step is about and those that changed, one
// sentence each.
func (p *plain) board(b facts.Board, observe, changed []string) {
	said := map[string]bool{}
	for _, id := range slices.Concat(observe, changed) {
		r, ok := b.Row(id)
		if !ok || said[id] {
			continue
		}
		said[id] = true
		how := r.Word
		if slices.Contains(changed, id) {
			how += ", new"
		}
		p.say("Board: %s: host %s, sandbox %s, %s.", r.Label, r.Host, r.Inside, how)
	}
}

// quiz asks until the right answer or until it is skipped.
func (p *plain) quiz(ctx context.Context, step *lessons.Step) error {
	p.markdown(step.Quiz.Ask)
	texts := make([]string, len(step.Quiz.Answers))
	for i, a := range step.Quiz.Answers {
		texts[i] = a.Text
	}
	for {
		i, err := p.choose(ctx, "Your answer", texts)
		if err != nil || i < 0 {
			return err
		}
		a, err := p.s.Walk.Answer(step.Quiz.Answers[i].ID, p.s.Now())
		if err != nil {
			return err
		}
		p.say("%s", strings.TrimSpace(a.Say))
		if a.Right {
			p.say("")
			return p.s.Save()()
		}
	}
}
