package play

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

// Finding is what playing a lesson by itself brought to light at one place.
type Finding struct {
	File    string `json:"file"`
	Line    int    `json:"line"` // from 1
	Column  int    `json:"column"`
	Step    string `json:"step,omitempty"` // its id
	Message string `json:"message"`
	// Untested is set where this machine could not try what the lesson says.
	Untested bool `json:"untested,omitempty"`
	// Lacks is set with it where the step says that it requires what this
	// machine, or this user, lacks.
	Lacks bool `json:"lacks,omitempty"`
	// Subject is what of these is another subject, which nobody need have.
	Subject string `json:"subject,omitempty"`
}

// String returns "file:line:column: message".
func (f Finding) String() string {
	return fmt.Sprintf("%s:%d:%d: %s", f.File, f.Line, f.Column, f.Message)
}

// Prove plays a lesson on the engine as its author means it: each experiment
// has the outcome that the prose states and one of the predictions happens, a
// task is not done before anything was done and is done by its solution, and
// nothing stays on the host. The blocks of the solution that are marked for the
// host are run there by sh(1), so a lesson from a stranger is read first.
//
// What it finds is returned in the order of the lesson; the error is a context
// that ended. Told is called with the id of each step that begins; it may be nil.
func Prove(ctx context.Context, l *lessons.Lesson, e Engine, v lessons.Variant, told func(step string)) ([]Finding, error) {
	return newProof(l, e, v).steps(ctx, 0, len(l.Steps)-1, told)
}

// ProveStep is Prove for one step, and for those before it that it builds on:
// whose sandbox it goes on in, or whose volumes it has.
func ProveStep(ctx context.Context, l *lessons.Lesson, e Engine, v lessons.Variant, step string) ([]Finding, error) {
	return newProof(l, e, v).step(ctx, step)
}

func newProof(l *lessons.Lesson, e Engine, v lessons.Variant) *proof {
	return &proof{lesson: l, session: NewSession(Options{Lesson: l, Engine: e, Variant: v}), kept: map[string]string{}, patience: patience, within: blockTime}
}

func (p *proof) step(ctx context.Context, id string) ([]Finding, error) {
	list := p.lesson.Steps
	last := slices.IndexFunc(list, func(s lessons.Step) bool { return s.ID == id })
	if last < 0 {
		return nil, fmt.Errorf("test: the lesson %s has no step %q", p.lesson.ID, id)
	}
	first := last
	for i := last; i >= 0 && list[first].Run != nil; i-- {
		if r := list[first].Run; list[i].Run != nil && (r.Keep || len(r.Volumes) > 0) {
			first = i
		}
	}
	return p.steps(ctx, first, last, nil)
}

// steps proves those from first to last.
func (p *proof) steps(ctx context.Context, first, last int, told func(step string)) ([]Finding, error) {
	l, before := p.lesson, p.host()
	for i := first; i <= last; i++ {
		if ctx.Err() != nil {
			break
		}
		if told != nil {
			told(l.Steps[i].ID)
		}
		p.session.Walk.Go(l.Steps[i].ID)
		if prove, ok := proofs[l.Steps[i].Kind]; ok {
			prove(p, ctx, &l.Steps[i])
		}
		p.session.Walk.Next(time.Now())
	}
	if err := errors.Join(p.endScript(), p.session.Close()); err != nil {
		p.fail(&l.Steps[0], l.Steps[0].Line, "the sandbox did not end: %v", err)
	}
	for _, left := range before.left(p.host()) {
		p.fail(&l.Steps[0], l.Steps[0].Line, "left on the host: %s", left)
	}
	return p.found, ctx.Err()
}

// proofs are the kinds of step that have something to prove.
var proofs = map[lessons.Kind]func(*proof, context.Context, *lessons.Step){
	lessons.KindPredict: (*proof).run,
	lessons.KindRun:     (*proof).run,
	lessons.KindTask:    (*proof).task,
}

type proof struct {
	lesson   *lessons.Lesson
	session  *Session
	script   Script
	kept     map[string]string
	patience int           // looks at what a solution has done
	within   time.Duration // a block may run
	// happened, if set, tells whether all that the solution does has happened: one
	// look after that decides about the task.
	happened func(lessons.Env) bool
	found    []Finding
}

// patience is how often is looked for what must have happened, and between how
// long is waited. What a block may have done, or may not, is looked for less.
const (
	patience = 400
	glances  = 20
	pause    = 25 * time.Millisecond
)

func (p *proof) fail(s *lessons.Step, line int, format string, args ...any) {
	p.found = append(p.found, Finding{File: p.lesson.File, Line: max(line, 1), Column: 1, Step: s.ID, Message: facts.Clean(fmt.Sprintf(format, args...))})
}

// failAt is about a condition.
func (p *proof) failAt(s *lessons.Step, c *lessons.Condition, format string, args ...any) {
	p.fail(s, c.Line, format, args...)
	p.found[len(p.found)-1].Column = max(c.Column, 1)
}

func (p *proof) untested(s *lessons.Step, why string) {
	p.fail(s, s.Line, "not tested here: %s", why)
	p.found[len(p.found)-1].Untested = true
}

// begin does the main thing of a step. It returns false when there is nothing to
// prove: the step could not be run, which is noted.
func (p *proof) begin(ctx context.Context, s *lessons.Step) (Measured, bool) {
	if !s.Run.Keep { // the shell goes with its sandbox
		if err := p.endScript(); err != nil {
			p.fail(s, s.Line, "the shell inside did not end: %v", err)
		}
	}
	m, _, err := p.session.Run(ctx, nil)
	switch {
	case ctx.Err() != nil:
		return m, false
	case NotHere(err):
		p.untested(s, err.Error())
		var lacks *LackError
		var without *WithoutError
		last := &p.found[len(p.found)-1]
		if last.Lacks = errors.As(err, &lacks); errors.As(err, &without) {
			last.Subject = without.Subject
		}
		return m, false
	case err != nil:
		p.fail(s, s.Line, "the step could not be run: %v", err)
		return m, false
	}
	return m, true
}

// measurements is how often an experiment that measures is run at most.
const measurements = 3

// disturbed tells whether an experiment that measures has measured something else
// than the step states: that may be what others did meanwhile.
func (p *proof) disturbed(s *lessons.Step, m Measured) bool {
	r, want := m.Result, s.Run.Expected(p.session.Variant)
	if r == nil || want == "" || want == lessons.Timed || lessons.Outcome(r.Outcome) == want || lessons.Outcome(r.Outcome) == lessons.NotAvailable {
		return false
	}
	info, err := experiment.Find(r.Experiment)
	return err == nil && info.Alone
}

// run proves the outcome that a step states, and that what happens is among
// its predictions.
func (p *proof) run(ctx context.Context, s *lessons.Step) {
	if s.Predict != nil {
		_ = p.session.Walk.Skip() // it may
	}
	m, ok := p.begin(ctx, s)
	for try := 1; ok && try < measurements && p.disturbed(s, m); try++ {
		m, ok = p.begin(ctx, s)
	}
	if !ok {
		return
	}
	if r := m.Result; r != nil {
		got, want := lessons.Outcome(r.Outcome), s.Run.Expected(p.session.Variant)
		switch {
		case got == lessons.NotAvailable && want != got:
			p.untested(s, r.Reason)
			return
		case want != "" && want != lessons.Timed && got != want:
			p.fail(s, s.Run.ExpectLine, "the step %q states %s, and it was %s: %s", s.ID, want, got, r.Reason)
		}
	}
	p.states(s, m.Env)
	if s.Predict != nil && p.session.Walk.Compare().Happened == nil {
		p.fail(s, s.Predict.Options[0].Line, "what happened in the step %q is none of its predictions", s.ID)
	}
	p.blocks(ctx, s, s.Commands(p.session.Variant))
}

// states proves what the step says besides, and that the options of its
// prediction ask for what the experiment has found.
func (p *proof) states(s *lessons.Step, env lessons.Env) {
	for _, c := range s.Run.Holds(p.session.Variant) {
		switch yes, err := c.Eval(env); {
		case err != nil:
			p.failAt(s, c, "the step %q states what cannot be told: %v", s.ID, err)
		case !yes:
			p.failAt(s, c, "the step %q states this, and it is not so: %s", s.ID, c.Source)
		}
	}
	if s.Predict == nil {
		return
	}
	for _, o := range s.Predict.Options {
		var unknown *unknownID
		if _, err := o.When.Eval(env); errors.As(err, &unknown) {
			p.failAt(s, o.When, "the option %q: %v", o.ID, unknown)
		}
	}
}

// task proves that the check fails before the solution and holds after it.
func (p *proof) task(ctx context.Context, s *lessons.Step) {
	m, ok := p.begin(ctx, s)
	if !ok {
		return
	}
	for _, mistake := range s.Task.Mistakes {
		if yes, _ := mistake.When.Eval(m.Env); yes {
			p.failAt(s, mistake.When, "the mistake %q is made in the task %q before anything was done", strings.TrimSpace(mistake.Say), s.ID)
		}
	}
	state := p.session.Walk.State()
	if state.Done || s.Task.Ordered && state.Parts[0].Done {
		p.fail(s, s.Task.Parts[0].Line, "the task %q is done, or its first part, before anything was done", s.ID)
		return
	}
	solution := s.Solving(p.session.Variant)
	if len(solution) == 0 {
		p.fail(s, s.Line, "the solution of the task %q has no block to run: mark one with ```sh inside", s.ID)
		return
	}
	worked := p.blocks(ctx, s, append(s.Blocks(p.session.Variant), solution...))
	// A solution may take back what it did, once it was seen.
	if worked && (p.session.Walk.State().Done || p.settle(ctx, s, p.patience)) {
		p.blocks(ctx, s, s.Following(p.session.Variant))
		return
	}
	if !worked || ctx.Err() != nil {
		return
	}
	for i, part := range p.session.Walk.State().Parts {
		if part.Done {
			continue
		}
		why := ""
		if part.Err != nil {
			why = ": " + part.Err.Error()
		}
		p.fail(s, s.Task.Parts[i].Line, "the solution of the task %q does not do this part%s", s.ID, why)
		return
	}
}

// blocks runs them one after the other; it returns false at the first that did
// not do what its mark says.
func (p *proof) blocks(ctx context.Context, s *lessons.Step, list []lessons.Fence) bool {
	for i, f := range list {
		status, last, err := p.block(ctx, f)
		switch {
		case ctx.Err() != nil:
			return false
		case err != nil:
			p.fail(s, f.Line, "the block could not be run: %v", err)
			return false
		case f.Fails && status == 0:
			p.fail(s, f.Line, "the block is said to fail and did not")
			return false
		case !f.Fails && status != 0:
			p.fail(s, f.Line, "the block ended with status %d: %s", status, last)
			return false
		}
		if f.Keep != "" {
			if !keepable.MatchString(last) {
				p.fail(s, f.Line, "the block printed no word to keep as %s", f.Keep)
				return false
			}
			p.kept[f.Keep] = keepable.FindString(last)
		}
		if s.Kind == lessons.KindTask && !p.inOrder(ctx, s, len(list)-i) {
			return false
		}
	}
	return true
}

// inOrder looks at an ordered task after each block; left is how many there are
// from this one on. A block that does two parts at once says that one of them
// waits for nothing.
func (p *proof) inOrder(ctx context.Context, s *lessons.Step, left int) bool {
	before := doneParts(p.session.Walk.State().Parts)
	looks := p.patience
	switch {
	case !s.Task.Ordered: // most blocks do a part of it, and there is a last look
		looks = min(looks, 3)
	case left > len(s.Task.Parts)-before: // this one need not do any
		looks = min(looks, glances)
	}
	p.settle(ctx, s, looks)
	if after := doneParts(p.session.Walk.State().Parts); s.Task.Ordered && after > before+1 {
		p.fail(s, s.Task.Parts[after-1].Line, "one block of the solution does two parts of the task %q at once: the second of them waits for nothing", s.ID)
		return false
	}
	return true
}

// keepable is what one block may hand to the next: a word that means nothing
// to a shell.
var keepable = regexp.MustCompile(`[0-9A-Za-z._/:-]+`)

// block runs one and returns its status and the last line it printed.
func (p *proof) block(ctx context.Context, f lessons.Fence) (status int, last string, err error) {
	text := f.Text
	for name, value := range p.kept {
		text = regexp.MustCompile(`\b`+name+`\b`).ReplaceAllLiteralString(text, value)
	}
	ctx, cancel := context.WithTimeout(ctx, p.within)
	defer cancel()
	var out tail
	if f.Where == lessons.Host {
		status, err = onHost(ctx, text, p.session.Player.Volumes(), &out)
	} else {
		if p.script == nil {
			if p.script, err = p.session.Player.Script(ctx); err != nil {
				return 0, "", err
			}
		}
		status, err = p.script.Run(ctx, strings.TrimSpace(text), &out)
	}
	return status, out.last(), err
}

// blockTime is how long one block may run.
const blockTime = 30 * time.Second

// onHost runs a script by the host's shell, with more in its environment.
func onHost(ctx context.Context, script string, env []string, out *tail) (int, error) {
	c := exec.CommandContext(ctx, "sh", "-c", script)
	c.Env = append(os.Environ(), env...)
	if self, err := os.Executable(); err == nil { // a block may call tentpole by its name, and means this one
		c.Env = append(c.Env, "PATH="+filepath.Dir(self)+string(os.PathListSeparator)+os.Getenv("PATH"))
	}
	c.Stdout, c.Stderr = out, out
	c.WaitDelay = time.Second
	err := c.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.Exited() {
		return exit.ExitCode(), nil
	}
	return 0, err
}

// settle looks until all parts are done, for as long as the kernel may need to
// show what was done.
func (p *proof) settle(ctx context.Context, s *lessons.Step, looks int) bool {
	for range looks {
		sight, _, err := p.session.Player.Look(ctx, s)
		if err != nil {
			return false
		}
		if p.happened == nil || p.happened(sight.Env) {
			before := doneParts(p.session.Walk.State().Parts)
			parts := p.session.Check(s.ID, sight.Env)
			if lessons.Done(parts) {
				return true
			}
			if doneParts(parts) > before || p.happened != nil {
				return false
			}
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(pause):
		}
	}
	return false
}

func doneParts(parts []lessons.PartResult) (n int) {
	for _, part := range parts {
		if part.Done {
			n++
		}
	}
	return n
}

func (p *proof) endScript() error {
	s := p.script
	if p.script = nil; s == nil {
		return nil
	}
	return s.Close()
}

// tail keeps the end of what a block prints.
type tail struct{ bytes.Buffer }

func (t *tail) Write(b []byte) (int, error) {
	n, err := t.Buffer.Write(b)
	if over := t.Len() - longestLine; over > 0 {
		t.Next(over)
	}
	return n, err
}

func (t *tail) last() string {
	lines := strings.Split(strings.TrimSpace(t.String()), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}
