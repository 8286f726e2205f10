package lessons

import (
	"slices"
	"strings"
)

// slot is where generated text stands in a step.
type slot string

const (
	slotSame slot = "same" // the sandbox in commands of other tools
	slotSaw  slot = "saw"  // what was asked, predicted and measured
)

// debriefOf is the debrief that a slot belongs into.
var debriefOf = map[slot]Debrief{slotSame: Same, slotSaw: Saw}

// belongs reports a slot in another step than its debrief, or within what is
// shown later.
func (b *builder) belongs(at place, s slot) bool {
	if b.details.open || b.only != "" || b.later != nil {
		b.add(at, "", "%s belongs into what is read first", s)
		return false
	}
	if b.translated == nil && b.step.Debrief != debriefOf[s] {
		b.add(at, "", "%s belongs into a step with debrief: %s", s, debriefOf[s])
		return false
	}
	return true
}

// sameDirective puts there the commands for the sandbox of the step with that id
// above, or of the last one.
func (b *builder) sameDirective(at place, rest string) {
	if !b.belongs(at, slotSame) {
		return
	}
	if b.translated != nil {
		b.step.body.generated(passage{slot: slotSame}, "", at.line)
		return
	}
	run := b.lastRun(strings.TrimSpace(rest))
	if run == nil {
		b.add(at, "write the id of a step above that has one", "same: there is no sandbox to say this of")
		return
	}
	if b.known.Same == nil {
		return
	}
	for _, v := range variants {
		words := b.known.Same(run, v)
		if words == "" && v == Root { // a user's first layer implies another
			b.add(at, "leave it out", "same: nothing is to be said of a plain process")
			return
		}
		b.step.body.generated(passage{slot: slotSame, only: v}, words, at.line)
	}
}

// lastRun is the sandbox of the step with that id, or of the last that has one.
// Of another subject nothing can be said in those commands.
func (b *builder) lastRun(id string) *Run {
	for i := len(b.lesson.Steps) - 1; i >= 0; i-- {
		if s := &b.lesson.Steps[i]; s.Run != nil && s.Run.Subject == "" && (id == "" || s.ID == id) {
			return s.Run
		}
	}
	return nil
}

// sawDirective puts there a table, which the walk fills in.
func (b *builder) sawDirective(at place, _ string) {
	if b.belongs(at, slotSaw) {
		b.step.body.generated(passage{slot: slotSaw}, "", at.line)
	}
}

// generated adds a passage of generated text, apart from what is around it.
func (t *text) generated(p passage, markdown string, number int) {
	p.lines = append(slices.Collect(strings.Lines("\n"+markdown+"\n")), "\n")
	for range p.lines {
		p.numbers = append(p.numbers, number)
	}
	*t = append(*t, p)
}

// has tells whether there is such a slot.
func (t text) has(s slot) bool {
	return slices.ContainsFunc(t, func(p passage) bool { return p.slot == s })
}

// filled is the text with something else in a slot.
func (t text) filled(s slot, markdown string) text {
	var out text
	for _, p := range t {
		if p.slot != s {
			out = append(out, p)
			continue
		}
		p.lines = nil
		out.generated(p, markdown, 0)
	}
	return out
}

// written is the text without what was generated.
func (t text) written() text {
	return slices.DeleteFunc(slices.Clone(t), func(p passage) bool { return p.slot != "" })
}

// spoken is a translated text with what was generated for the original.
func (t text) spoken(original text) text {
	if !t.has(slotSame) {
		return t
	}
	var out text
	for _, p := range t {
		if p.slot != slotSame {
			out = append(out, p)
			continue
		}
		for _, g := range original {
			if g.slot == slotSame {
				out = append(out, g)
			}
		}
	}
	return out
}

// sawTable is what was asked, what the learner predicted and what was measured,
// one line for each step that measures. States are those of the lesson's steps;
// without them the table is to be filled in by hand.
func sawTable(l *Lesson, states []State) string {
	var b strings.Builder
	b.WriteString("| asked | you said | measured |\n|---|---|---|\n")
	rows := 0
	for i := range l.Steps {
		s := &l.Steps[i]
		if s.Predict == nil && (s.Run == nil || s.Run.Experiment == "") {
			continue
		}
		said, measured := "", ""
		if states != nil {
			said, measured = states[i].sawn(s)
		}
		asked := s.Title
		if s.Predict != nil {
			asked = s.Predict.Ask
		}
		b.WriteString("| " + cell(asked) + " | " + cell(said) + " | " + cell(measured) + " |\n")
		rows++
	}
	if rows == 0 {
		return ""
	}
	return b.String()
}

// sees tells whether the lesson says what was measured.
func (l *Lesson) sees() bool {
	return slices.ContainsFunc(l.Steps, func(s Step) bool { return s.body.has(slotSaw) })
}

// see writes what was measured where the lesson says it.
func (l *Lesson) see(states []State) {
	for i := range l.Steps {
		if s := &l.Steps[i]; s.body.has(slotSaw) {
			s.body = s.body.filled(slotSaw, sawTable(l, states))
		}
	}
}

// sawn says in words what was predicted and measured, here or in an earlier
// session.
func (s State) sawn(step *Step) (said, measured string) {
	said, measured = "nothing", "not yet"
	happened, outcome := s.Happened, s.Outcome
	if !s.Ran {
		happened, outcome = s.Earlier.Happened, s.Earlier.Outcome
	}
	if p := step.Predict; p != nil {
		if o := p.Option(s.Said); o != nil {
			said = o.Text
		}
		if o := p.Option(happened); o != nil {
			return said, o.Text
		}
	}
	switch {
	case s.Passed || outcome == NotAvailable:
		measured = "not on this machine"
	case outcome != "":
		measured = string(outcome)
	case s.Ran:
		measured = "something else"
	}
	return said, measured
}

// cell is text as a cell of a table has it: on one line, with no bar.
func cell(s string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(s), " "), "|", `\|`)
}
