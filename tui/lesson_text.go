package tui

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/lessons/play"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/tui/panel"
)

// measure is how wide a text to be read may be, in cells.
const measure = 76

// text is the lesson pane: all of its lines, and where some things are.
type text struct {
	lines   []string
	choices int // the line after the last choice, 0 without choices
	parts   int // the first part of a task
	result  int // the first line of what was measured, or of the wait for it
	news    int // the first line of what came last
}

func (t *text) add(lines ...string) { t.lines = append(t.lines, lines...) }

// part adds lines with an empty line above.
func (t *text) part(lines ...string) {
	if len(lines) == 0 {
		return
	}
	if len(t.lines) > 0 {
		t.add("")
	}
	t.add(lines...)
}

// fresh is part for what has just come.
func (t *text) fresh(lines ...string) {
	if len(lines) > 0 {
		t.part(lines...)
		t.news = len(t.lines) - len(lines)
	}
}

// lessonText is what the lesson pane shows of the step at hand.
func (m *Model) lessonText(width int) text {
	width = min(width, measure)
	l, s := m.lesson, m.styles
	w := l.session.Walk
	step, state := w.Step(), w.State()
	var t text
	t.add(panel.Wrap(s.Title.Render(step.Title), width)...)
	for _, part := range m.readSoFar(step, state) {
		t.part(m.markdown(part, width)...)
	}
	if m.pausing() {
		t.part(m.styles.Faint.Render("… enter goes on"))
		return t
	}
	if state.Passed { // there is nothing to predict, do or be told of
		m.addResult(&t, step, width)
		t.part(m.markdown(step.Without(m.opt.Variant), width)...)
		return t
	}
	m.addPrediction(&t, step, state, width)
	m.addTask(&t, step, state, width)
	m.addResult(&t, step, width)
	m.addQuiz(&t, step, state, width)
	m.addOrder(&t, step, state, width)
	m.addExplain(&t, step, state, width)
	if state.Ran || state.Done && step.Kind != lessons.KindRead {
		t.part(m.markdown(step.After(m.opt.Variant), width)...)
	}
	for i, hint := range step.Hints(m.opt.Variant)[:state.Hints] {
		t.fresh(append([]string{s.Strong.Render(fmt.Sprintf("Hint %d", i+1))}, m.markdown(hint, width)...)...)
	}
	if state.Solution {
		t.fresh(append([]string{s.Strong.Render("Solution")}, m.markdown(step.Solution(m.opt.Variant), width)...)...)
	}
	return t
}

func (m *Model) addPrediction(t *text, step *lessons.Step, state lessons.State, width int) {
	p := step.Predict
	if p == nil {
		return
	}
	t.part(m.styles.Strong.Render("Before you run it"))
	t.part(m.markdown(p.Ask, width)...)
	texts := make([]string, len(p.Options))
	cursor, taken := -1, -1
	for i, o := range p.Options {
		texts[i] = o.Text
		if o.ID == state.Said {
			taken = i
		}
	}
	if m.lesson.session.Walk.Phase() == lessons.Predicting {
		cursor = m.lesson.cursor
	}
	t.part(panel.Choices(m.styles, texts, cursor, taken, width)...)
	t.choices = len(t.lines)
	if state.Skipped {
		t.part(m.styles.Faint.Render("You made no prediction."))
	}
}

func (m *Model) addTask(t *text, step *lessons.Step, state lessons.State, width int) {
	if step.Task == nil {
		return
	}
	parts := m.parts(step, state)
	t.add("")
	t.parts = len(t.lines)
	for _, p := range parts {
		style := m.styles.Text
		if p.Done {
			style = m.styles.Strong
		}
		for i, line := range panel.Wrap(play.Tick(p), max(width-4, 8)) {
			indent := "  "
			if i > 0 {
				indent = "      "
			}
			t.add(indent + style.Render(line))
		}
	}
	switch {
	case state.Done && play.NotYet(parts) != "": // it was begun anew
		t.fresh(m.styles.Strong.Render("You have done this before.") + m.goesOn())
	case state.Done:
		t.fresh(m.styles.Strong.Render("All parts are done.") + m.goesOn())
	case m.taskRuns():
		t.part(panel.Wrap(play.NotYet(parts), width)...)
		if state.Mistake != "" {
			t.part(panel.Wrap(strings.TrimSpace(state.Mistake), width)...)
		}
	default:
		t.part(m.styles.Faint.Render("enter starts the sandbox and opens its shell."))
	}
}

// goesOn says how the learner goes on from a task that is done.
func (m *Model) goesOn() string {
	if m.inShell() {
		return " F2 leaves the shell, and n goes on."
	}
	return " n goes on."
}

// parts are the parts of a task as they were seen last.
func (m *Model) parts(step *lessons.Step, state lessons.State) []lessons.PartResult {
	parts := m.lesson.results[step.ID].parts
	if parts == nil {
		for _, p := range step.Task.Parts {
			parts = append(parts, lessons.PartResult{Say: p.Say, Done: state.Done})
		}
	}
	return parts
}

// addResult says what was measured, and puts the prediction beside it.
func (m *Model) addResult(t *text, step *lessons.Step, width int) {
	if b := m.lesson.tent.busy; b != nil && b.step == step.ID {
		if line := m.waiting(b); line != "" {
			t.fresh(line)
			t.result = t.news
		}
		return
	}
	res, ok := m.lesson.results[step.ID]
	if !ok {
		return
	}
	var lines []string
	if res.got.Renewed {
		lines = append(lines, panel.Wrap(play.Renewed(res.got), width)...)
	}
	for _, v := range res.got.Volumes {
		lines = append(lines, panel.Wrap(v, width)...)
	}
	first, then := m.findings(res, width), m.compared(res, width)
	if len(first) > fewFindings { // what it comes to, and then at length
		first, then = then, first
	}
	lines = append(lines, first...)
	if len(lines) > 0 && len(then) > 0 {
		lines = append(lines, "")
	}
	lines = append(lines, then...)
	if res.err != nil {
		what := "That did not work: "
		if play.NotHere(res.err) {
			what = "This machine cannot do that: "
		}
		lines = append(lines, panel.Wrap(m.styles.Strong.Render(what)+facts.Clean(res.err.Error()), width)...)
		if lacks := (*play.LackError)(nil); errors.As(res.err, &lacks) {
			lines = append(lines, panel.Wrap(play.PassedBy, width)...)
		}
	}
	t.fresh(lines...)
	t.result = t.news
}

// waiting says what a run is at, once it takes long enough to be noticed.
func (m *Model) waiting(b *busy) string {
	took := m.opt.Now().Sub(b.since)
	if took < patience {
		return ""
	}
	line := m.spinner(took) + facts.Clean(b.now.Phase)
	if b.now.Entries > 0 {
		line += " · " + play.Number(b.now.Entries) + " entries"
	}
	if took >= longTime {
		line += " · " + took.Truncate(time.Second).String()
	}
	return line + " · esc cancels"
}

func (m *Model) addQuiz(t *text, step *lessons.Step, state lessons.State, width int) {
	q := step.Quiz
	if q == nil {
		return
	}
	t.part(m.markdown(q.Ask, width)...)
	texts := make([]string, len(q.Answers))
	taken, cursor := -1, -1
	for i, a := range q.Answers {
		texts[i] = a.Text
		if a.ID == state.Answer {
			taken = i
		}
	}
	if !state.Done {
		cursor = m.lesson.cursor
	}
	t.part(panel.Choices(m.styles, texts, cursor, taken, width)...)
	t.choices = len(t.lines)
	if taken < 0 {
		return
	}
	say := strings.TrimSpace(q.Answers[taken].Say)
	t.fresh(panel.Wrap(say, width)...)
	if !state.Done {
		t.part(m.styles.Faint.Render("Think again, and answer once more."))
	}
}

// spinner turns while something is under way; where nothing is to move it is a
// word.
func (m *Model) spinner(took time.Duration) string {
	if m.still() {
		return "busy: "
	}
	return string(`|/-\`[int(took/spinTime)%4]) + " "
}

// fewFindings is how many lines of findings stand before what they come to.
const fewFindings = 8

// findings are what the experiment found.
func (m *Model) findings(res result, width int) (lines []string) {
	if res.got.Result == nil || res.err != nil {
		return nil
	}
	for _, f := range play.Findings(*res.got.Result) {
		lines = append(lines, panel.Wrap(f, width)...)
	}
	return lines
}

// compared is the prediction beside what was measured.
func (m *Model) compared(res result, width int) (lines []string) {
	style := m.styles.Strong
	for _, c := range play.Compared(res.compare) {
		lines = append(lines, panel.Wrap(style.Render(c), width)...)
		style = m.styles.Text
	}
	return lines
}
