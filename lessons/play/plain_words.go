package play

import (
	"context"
	"strconv"
	"strings"

	"github.com/tentpole-labs/tentpole/lessons"
)

// order asks for the lines of a puzzle until they stand in an order that works,
// or until it is skipped.
func (p *plain) order(ctx context.Context, step *lessons.Step) error {
	o := step.Order
	p.markdown(o.Ask)
	shown := o.Shuffled()
	for i, id := range shown {
		p.say("%d. %s", i+1, o.Line(id).Text)
	}
	for {
		answer, err := p.ask(ctx, "The numbers in the order that works, such as 2 1 3, s to skip: ")
		if err != nil || answer == "s" {
			return err
		}
		ids, ok := chosen(answer, shown)
		if !ok {
			p.say("Type the numbers from 1 to %d, each once.", len(shown))
			continue
		}
		a, err := p.s.Walk.Arrange(ids, p.s.Now())
		if err != nil {
			return err
		}
		p.say("%s", Arranged(a))
		if a.Right {
			p.say("")
			return p.s.Save()()
		}
	}
}

// chosen reads numbers from 1, each once.
func chosen(answer string, of []string) (ids []string, ok bool) {
	seen := map[int]bool{}
	for _, word := range strings.FieldsFunc(answer, func(r rune) bool { return r == ' ' || r == ',' }) {
		n, err := strconv.Atoi(word)
		if err != nil || n < 1 || n > len(of) || seen[n] {
			return nil, false
		}
		seen[n] = true
		ids = append(ids, of[n-1])
	}
	return ids, len(ids) == len(of)
}

// Arranged says what became of an attempt at a puzzle.
func Arranged(a lessons.Arranged) string {
	says := strings.TrimSpace(a.Say)
	if a.Right {
		return strings.TrimSpace("That order works. " + says)
	}
	if a.Wrong == 0 {
		return strings.TrimSpace("It begins with another line. " + says)
	}
	return strings.TrimSpace("Up to line " + strconv.Itoa(a.Wrong) + " it works; look at line " + strconv.Itoa(a.Wrong+1) + ". " + says)
}

// explain asks for the learner's own words.
func (p *plain) explain(ctx context.Context, step *lessons.Step) error {
	p.markdown(step.Explain.Ask)
	answer, err := p.ask(ctx, "In your own words, on one line, s to skip: ")
	if err != nil || answer == "s" {
		return err
	}
	if err := p.s.Walk.Say(answer, p.s.Now()); err != nil {
		p.trouble(err)
		return p.explain(ctx, step)
	}
	if len(step.Explain.Points) > 0 {
		p.say("Did you say:")
		for _, point := range step.Explain.Points {
			p.say("- %s", point)
		}
	}
	p.say("")
	return p.s.Save()()
}
