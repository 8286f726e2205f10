package lessons

import (
	"fmt"
	"slices"
	"strings"
)

// The rules of the course that a machine can check.
const (
	maxStepWords   = 120
	wordsPerMinute = 120
	minutesPerTask = 2
	minMinutes     = 8
	maxMinutes     = 15
)

// Warning is a place where a correct lesson breaks a rule of the course.
type Warning struct {
	File    string
	Line    int // counted from 1
	Message string
}

// String returns "file:line:1: message".
func (w Warning) String() string { return fmt.Sprintf("%s:%d:1: %s", w.File, w.Line, w.Message) }

type linter struct {
	lesson   *Lesson
	warnings []Warning
}

func (w *linter) warn(line int, format string, args ...any) {
	w.warnings = append(w.warnings, Warning{w.lesson.File, line, fmt.Sprintf(format, args...)})
}

// Lint returns what to improve, in no case an error.
func (l *Lesson) Lint() []Warning {
	w := &linter{lesson: l}
	w.front()
	w.introduces()
	for i := range l.Steps {
		w.step(&l.Steps[i])
	}
	w.arc()
	w.length()
	return w.warnings
}

func (w *linter) front() {
	l := w.lesson
	for _, f := range []struct {
		missing bool
		what    string
	}{
		{len(l.Objectives) == 0, "objectives"},
		{len(l.Misconceptions) == 0, "misconceptions"},
		{len(l.Sources) == 0, "sources"},
		{l.Minutes == 0, "minutes"},
	} {
		if f.missing {
			w.warn(l.frontLine, "the front matter has no %s", f.what)
		}
	}
	if l.Notes == "" {
		w.warn(l.frontLine, "no speaker notes for the lesson: write <!-- notes … --> before the first step")
	}
	if h := l.heading; h.line > 0 && h.title != l.Title {
		w.warn(h.line, "the heading is %q and the title is %q", h.title, l.Title)
	}
}

// introduces checks that what is explained here is raised here.
func (w *linter) introduces() {
	for _, layer := range w.lesson.Introduces {
		if !w.lesson.raises(layer) {
			w.warn(w.lesson.frontLine, "the lesson introduces %s and no step raises it", layer)
		}
	}
}

// raises tells whether a step has the layer.
func (l *Lesson) raises(layer string) bool {
	return slices.ContainsFunc(l.Steps, func(s Step) bool { return s.Run != nil && slices.Contains(s.Run.Layers, layer) })
}

func (w *linter) step(s *Step) {
	for _, v := range variants {
		if n := words(s.body.written().For(v)) + max(words(s.After(v)), words(s.Without(v))); n > maxStepWords {
			w.warn(s.Line, "the step %q has %d words for the variant %s, more than %d", s.ID, n, v, maxStepWords)
			break
		}
	}
	if s.Run != nil && s.Run.Experiment != "" && s.Run.Expected(User) == "" {
		w.warn(s.Line, "the step %q has an experiment and does not say what to expect", s.ID)
	}
	if s.Run != nil && s.Run.Subject != "" && len(s.without) == 0 {
		w.warn(s.Line, "the step %q runs on %s and says nothing to those who have none: write <!-- without -->", s.ID, s.Run.Subject)
	}
	if s.Kind == KindTask && (len(s.hints) != wantHints || len(s.solution) == 0) {
		w.warn(s.Line, "the task %q has %d hints, not %d and a solution", s.ID, len(s.hints), wantHints)
	}
	if s.Predict != nil {
		for _, o := range s.Predict.Options {
			if o.Say == "" {
				w.warn(s.Line, "the option %q of the step %q has no feedback", o.ID, s.ID)
			}
		}
	}
	if s.Quiz != nil {
		for _, a := range s.Quiz.Answers {
			if a.Say == "" {
				w.warn(s.Line, "the option %q of the step %q has no feedback", a.ID, s.ID)
			}
		}
	}
}

// arc checks the course of the lesson: question, prediction, run, task, quiz,
// debrief.
func (w *linter) arc() {
	l := w.lesson
	if first := l.Steps[0]; !strings.HasSuffix(first.Title, "?") {
		w.warn(first.Line, "the lesson does not open with a question")
	}
	has, debriefed := map[Kind]int{}, ""
	for i := range l.Steps {
		s := &l.Steps[i]
		if s.Kind == KindRun && has[KindRun] == 0 && has[KindPredict] == 0 && s.Predict == nil {
			w.warn(s.Line, "no prediction before the first run")
		}
		has[s.Kind]++
		if s.Debrief != "" {
			debriefed += string(s.Debrief) + " "
		}
	}
	for _, k := range []Kind{KindRun, KindTask, KindQuiz} {
		if has[k] == 0 {
			w.warn(l.frontLine, "the lesson has no step of kind %s", k)
		}
	}
	if debriefed != "saw mistakes same " || l.Steps[len(l.Steps)-1].Debrief != Same {
		w.warn(l.frontLine, "the lesson does not close with debrief: saw, mistakes, same")
	}
}

func (w *linter) length() {
	l := w.lesson
	n := l.Length()
	if n < minMinutes || n > maxMinutes {
		w.warn(l.frontLine, "the lesson takes %d minutes, not %d to %d", n, minMinutes, maxMinutes)
	}
	if l.Minutes > 0 && (l.Minutes < n-1 || l.Minutes > n+1) {
		w.warn(l.frontLine, "the front matter says %d minutes, counted are %d", l.Minutes, n)
	}
}

// Length returns the time the lesson takes in minutes, rounded: 120 words a
// minute, each question and its feedback included, and two minutes a task.
func (l *Lesson) Length() int {
	n, tasks := 0, 0
	for i := range l.Steps {
		n += l.Steps[i].reading()
		if l.Steps[i].Kind == KindTask {
			tasks++
		}
	}
	return (n+wordsPerMinute/2)/wordsPerMinute + tasks*minutesPerTask
}

// reading counts the words one learner reads in a step: every option, and the
// feedback to one of them.
func (s *Step) reading() int {
	n := words(s.Title) + max(words(s.Body(User))+words(s.After(User)), words(s.Body(Root))+words(s.After(Root)))
	longest := 0
	if s.Predict != nil {
		n += words(s.Predict.Ask)
		for _, o := range s.Predict.Options {
			n += words(o.Text)
			longest = max(longest, words(o.Say))
		}
	}
	if s.Quiz != nil {
		n += words(s.Quiz.Ask)
		for _, a := range s.Quiz.Answers {
			n += words(a.Text)
			longest = max(longest, words(a.Say))
		}
	}
	if s.Order != nil {
		n += words(s.Order.Ask)
		for _, l := range s.Order.Lines {
			n += words(l.Text)
			longest = max(longest, words(l.Say))
		}
	}
	if s.Explain != nil {
		n += words(s.Explain.Ask)
	}
	if s.Task != nil {
		for _, p := range s.Task.Parts {
			n += words(p.Say)
		}
	}
	return n + longest
}
