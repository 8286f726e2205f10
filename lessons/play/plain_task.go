package play

import (
	"bytes"
	"context"
	"errors"
	"strings"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

// task plays a task: what is typed is run inside by one shell, and after each
// line the parts are looked at again.
func (p *plain) task(ctx context.Context, step *lessons.Step) error {
	if passed, err := p.passBy(ctx, step); passed || err != nil {
		return err
	}
	m, _, err := p.s.Run(ctx, nil)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		p.trouble(err)
		return nil
	}
	p.measured(m, lessons.Comparison{})
	p.parts()
	p.say("Type a command to run inside, or one of: done, hint, solution, skip, q.")
	for !p.s.Walk.State().Done {
		line, err := p.line(ctx, "tent# ")
		if err != nil {
			return err
		}
		if word, ok := taskWords[line]; ok {
			stop, err := word(p, ctx, step)
			if err != nil || stop {
				return err
			}
			continue
		}
		if line, err = p.whole(ctx, line); err != nil {
			return err
		}
		if line == "" {
			continue
		}
		if err := p.command(ctx, line); err != nil {
			return err
		}
		if err := p.check(ctx, step, false); err != nil {
			return err
		}
	}
	p.say("All parts are done.")
	p.say("")
	return p.s.Save()()
}

// taskWords are what may be typed in a task and is no command.
var taskWords = map[string]func(*plain, context.Context, *lessons.Step) (stop bool, err error){
	"":     func(*plain, context.Context, *lessons.Step) (bool, error) { return false, nil },
	"skip": func(*plain, context.Context, *lessons.Step) (bool, error) { return true, nil },
	"q":    func(*plain, context.Context, *lessons.Step) (bool, error) { return true, errLeft },
	"done": func(p *plain, ctx context.Context, s *lessons.Step) (bool, error) {
		return false, p.check(ctx, s, true)
	},
	"hint": func(p *plain, _ context.Context, _ *lessons.Step) (bool, error) {
		text, err := p.s.Walk.Hint(p.s.Variant)
		if err != nil {
			text = "There are no more hints."
		}
		p.markdown(text)
		return false, nil
	},
	"solution": func(p *plain, _ context.Context, _ *lessons.Step) (bool, error) {
		text, err := p.s.Walk.Solve(p.s.Variant)
		if err != nil {
			text = "There is no written solution to this task."
		}
		p.markdown(text)
		return false, nil
	},
}

// check looks at the parts and says those that were ticked just now, or when
// asked all of them.
func (p *plain) check(ctx context.Context, step *lessons.Step, all bool) error {
	before, was := p.s.Walk.State().Parts, p.s.Walk.State().Mistake
	sight, _, err := p.s.Player.Look(ctx, step)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		p.trouble(err)
		return nil
	}
	for i, part := range p.s.Check(step.ID, sight.Env) {
		if !all && part.Done && (i >= len(before) || !before[i].Done) {
			p.say("%s", Tick(part))
		}
	}
	if all {
		p.parts()
	}
	if mistake := p.s.Walk.State().Mistake; mistake != "" && mistake != was {
		p.say("%s", strings.TrimSpace(mistake))
	}
	return nil
}

func (p *plain) parts() {
	parts := p.s.Walk.State().Parts
	for _, part := range parts {
		p.say("%s", Tick(part))
	}
	if why := NotYet(parts); why != "" {
		p.say("%s", why)
	}
}

// command runs one line inside and writes what it writes, filtered.
func (p *plain) command(ctx context.Context, line string) (err error) {
	if p.script == nil {
		if p.script, err = p.s.Player.Script(ctx); err != nil {
			p.trouble(err)
			return nil
		}
	}
	out := &filtered{to: p.out.WriteString, left: mostLines}
	status, err := p.script.Run(ctx, line, out)
	out.end()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, errTooMuch):
		p.say("(More than %d lines: the rest is left out, and the shell was ended.)", mostLines)
		return p.endScript()
	case err != nil:
		p.say("(%s. The next line starts a new one.)", facts.Clean(err.Error()))
		return p.endScript()
	case status != 0:
		p.say("(exit status %d)", status)
	}
	return nil
}

func (p *plain) endScript() error {
	s := p.script
	if p.script = nil; s == nil {
		return nil
	}
	return s.Close()
}

// mostLines bounds what one command may write.
const mostLines = 2000

// longestLine bounds a line, in bytes: longer ones are broken.
const longestLine = 4096

var errTooMuch = errors.New("too much output")

// filtered writes line by line what cannot act on a terminal.
type filtered struct {
	to   func(string) (int, error)
	held []byte // a line that has not ended
	left int    // lines that may still come
}

func (f *filtered) Write(b []byte) (int, error) {
	f.held = append(f.held, b...)
	for {
		end := bytes.IndexByte(f.held, '\n')
		next := end + 1
		switch {
		case end < 0 && len(f.held) < longestLine:
			return len(b), nil
		case end < 0:
			end, next = longestLine, longestLine
		}
		if f.left--; f.left < 0 {
			return 0, errTooMuch
		}
		if err := f.line(f.held[:end]); err != nil {
			return 0, err
		}
		f.held = f.held[next:]
	}
}

// end writes a last line that has no end.
func (f *filtered) end() {
	if len(f.held) > 0 && f.left > 0 {
		_ = f.line(f.held) // a failing writer shows at the next flush
	}
}

func (f *filtered) line(b []byte) error {
	s := strings.TrimSuffix(string(b), "\r")
	_, err := f.to(facts.Clean(expandTabs(s)) + "\n")
	return err
}

// expandTabs puts blanks for tabs, up to each eighth character.
func expandTabs(s string) string {
	if !strings.Contains(s, "\t") {
		return s
	}
	var b strings.Builder
	n := 0
	for _, r := range s {
		if r != '\t' {
			b.WriteRune(r)
			n++
			continue
		}
		fill := 8 - n%8
		b.WriteString(strings.Repeat(" ", fill))
		n += fill
	}
	return b.String()
}
