package lessons

import (
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
)

// Translation is the prose of a lesson in another language: a file beside it,
// mounts.de.md beside mounts.md. It names steps, options and lines by their ids
// and says nothing of what is run: that stays the lesson's.
type Translation struct {
	File     string
	ID       string // of the lesson
	Language string // as in the file's name
	Title    string
	Summary  string
	Notes    string

	steps []Step
	of    map[string]string // by step, the hash of what was translated
}

var translationFile = regexp.MustCompile(`^([a-z0-9]+(?:-[a-z0-9]+)*)\.([a-z]{2,3}(?:-[A-Za-z]{2,8})?)\.md$`)

// LoadTranslation reads one. What is wrong with it comes back as [Errors].
func LoadTranslation(fsys fs.FS, name string) (*Translation, error) {
	source, err := readBounded(fsys, name)
	if err != nil {
		return nil, err
	}
	r := &report{file: name}
	if !translationFile.MatchString(name) {
		r.add(place{}, "call it ID.LANGUAGE.md, such as mounts.de.md", "%q is not the name of a translation", name)
	} else if text, ok := r.clean(source); ok {
		t := r.translation(name, text)
		if err := r.err(); err == nil {
			return t, nil
		}
	}
	return nil, r.err()
}

func (r *report) translation(name, text string) *Translation {
	t := &Translation{File: name, of: map[string]string{}}
	source, body, firstLine, ok := r.split(text)
	if !ok {
		return t
	}
	r.translatedFront(t, source)
	l := &Lesson{File: name}
	b := &builder{report: r, lesson: l, yamlLeft: maxAllYAML - len(source), translated: t.of}
	b.build(body, firstLine)
	t.steps, t.Notes = l.Steps, l.Notes
	return t
}

// translatedFront reads the front matter of a translation. The file is called
// by what it says.
func (r *report) translatedFront(t *Translation, source string) {
	called := translationFile.FindStringSubmatch(r.file)
	if called == nil {
		return
	}
	t.Language = called[2]
	d := &document{report: r, what: "front matter", at: place{2, 1}}
	n := d.parse(source)
	if n == nil {
		return
	}
	format := 0
	d.object(n, d.what, []field{
		{"format", true, formatInto(&format)},
		{"id", true, idInto(&t.ID)},
		{"language", true, textInto(&t.Language)},
		{"title", true, textInto(&t.Title)},
		{"summary", true, textInto(&t.Summary)},
	})
	if t.ID != "" && t.ID != called[1] || t.Language != called[2] {
		r.add(place{1, 1}, "rename one of them", "the id is %q, the language %q, and the file is called %q", t.ID, t.Language, r.file)
	}
}

// In returns the lesson in the language of the translation. What is not
// translated stays as it is, step by step. Ids and hashes are those of the
// lesson: progress is the same in every language.
func (l *Lesson) In(t *Translation) *Lesson {
	out := *l
	out.Title, out.Summary, out.Language = t.Title, t.Summary, t.Language
	if t.Notes != "" {
		out.Notes = t.Notes
	}
	out.Steps = slices.Clone(l.Steps)
	for i := range out.Steps {
		if s := t.step(out.Steps[i].ID); s != nil {
			out.Steps[i].speak(s)
		}
	}
	return &out
}

func (t *Translation) step(id string) *Step {
	i := slices.IndexFunc(t.steps, func(s Step) bool { return s.ID == id })
	if i < 0 {
		return nil
	}
	return &t.steps[i]
}

// speak takes over the words of a translated step.
func (s *Step) speak(t *Step) {
	s.Title = t.Title
	for _, p := range []struct{ into, from *text }{{&s.body, &t.body}, {&s.after, &t.after}, {&s.without, &t.without}} {
		if len(*p.from) > 0 {
			*p.into = p.from.spoken(*p.into)
		}
	}
	if len(t.hints) == len(s.hints) {
		s.hints = t.hints
	}
	// A solution is what `lesson test` runs: only words around the same blocks.
	if sameBlocks(s.solution, t.solution) {
		s.solution = t.solution
	}
	if t.Notes != "" {
		s.Notes = t.Notes
	}
	s.speakQuestions(t)
}

func (s *Step) speakQuestions(t *Step) {
	if s.Predict != nil && t.Predict != nil {
		p := *s.Predict
		p.Ask, p.Options = t.Predict.Ask, slices.Clone(p.Options)
		for i := range p.Options {
			if o := t.Predict.Option(p.Options[i].ID); o != nil {
				p.Options[i].Text, p.Options[i].Say = o.Text, o.Say
			}
		}
		s.Predict = &p
	}
	if s.Quiz != nil && t.Quiz != nil {
		q := *s.Quiz
		q.Ask, q.Answers = t.Quiz.Ask, slices.Clone(q.Answers)
		for i := range q.Answers {
			if a := t.Quiz.Answer(q.Answers[i].ID); a != nil {
				q.Answers[i].Text, q.Answers[i].Say = a.Text, a.Say
			}
		}
		s.Quiz = &q
	}
	if s.Order != nil && t.Order != nil {
		o := *s.Order
		o.Ask, o.Say, o.Lines = t.Order.Ask, t.Order.Say, slices.Clone(o.Lines)
		for i := range o.Lines {
			if l := t.Order.Line(o.Lines[i].ID); l != nil {
				o.Lines[i].Text, o.Lines[i].Say = l.Text, l.Say
			}
		}
		s.Order = &o
	}
	if s.Explain != nil && t.Explain != nil {
		s.Explain = t.Explain
	}
	if s.Task != nil && t.Task != nil {
		s.Task = s.Task.speak(t.Task)
	}
}

// speak takes over the words of the parts, which have no ids: they stand in the
// same order.
func (t *Task) speak(other *Task) *Task {
	out := *t
	if len(other.Parts) == len(t.Parts) {
		out.Parts = slices.Clone(t.Parts)
		for i := range out.Parts {
			out.Parts[i].Say = other.Parts[i].Say
		}
	}
	if len(other.Mistakes) == len(t.Mistakes) {
		out.Mistakes = slices.Clone(t.Mistakes)
		for i := range out.Mistakes {
			out.Mistakes[i].Say = other.Mistakes[i].Say
		}
	}
	return &out
}

func sameBlocks(a, b text) bool {
	for _, v := range variants {
		if !slices.EqualFunc(a.fences(v, nil), b.fences(v, nil), func(x, y Fence) bool {
			return x.Where == y.Where && x.Text == y.Text && x.Fails == y.Fails && x.Keep == y.Keep
		}) {
			return false
		}
	}
	return true
}

// Lint says what of the lesson the translation lacks, and what has changed since
// it was made.
func (t *Translation) Lint(l *Lesson) []Warning {
	w := &linter{lesson: &Lesson{File: t.File}}
	for i := range l.Steps {
		s := &l.Steps[i]
		translated := t.step(s.ID)
		switch {
		case translated == nil:
			w.warn(1, "the step %q is not translated", s.ID)
		case t.of[s.ID] != s.Hash:
			w.warn(translated.Line, "the step %q has changed since it was translated: bring it up to date and write of: %s", s.ID, s.Hash)
		default:
			w.words(s, translated)
		}
	}
	for _, s := range t.steps {
		if l.Step(s.ID) == nil {
			w.warn(s.Line, "the lesson has no step %q", s.ID)
		}
	}
	return w.warnings
}

// words warns of what a step has and its translation has not.
func (w *linter) words(s, t *Step) {
	for _, part := range []struct {
		what        string
		has, speaks bool
	}{
		{"text", len(s.body) > 0, len(t.body) > 0},
		{"text behind after", len(s.after) > 0, len(t.after) > 0},
		{"text behind without", len(s.without) > 0, len(t.without) > 0},
		{"prediction", s.Predict != nil, t.Predict != nil},
		{"quiz", s.Quiz != nil, t.Quiz != nil},
		{"puzzle", s.Order != nil, t.Order != nil},
		{"question", s.Explain != nil, t.Explain != nil},
		{"task", s.Task != nil, t.Task != nil && len(t.Task.Parts) == len(s.Task.Parts)},
		{"hints", len(s.hints) > 0, len(t.hints) == len(s.hints)},
		{"solution", len(s.solution) > 0, sameBlocks(s.solution, t.solution) && len(t.solution) > 0},
	} {
		if part.has && !part.speaks {
			w.warn(t.Line, "the step %q: the %s is not translated whole", s.ID, part.what)
		}
	}
}

// Speak returns the course in a language, lesson by lesson and step by step as
// far as it was translated, and what the translations lack.
func (c *Course) Speak(fsys fs.FS, language string) (*Course, []Warning, error) {
	out := &Course{Title: c.Title, Parts: c.Parts}
	var found []Warning
	var broken Errors
	for _, l := range c.Lessons {
		t, err := LoadTranslation(fsys, l.translatedTo(language))
		var errs Errors
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case errors.As(err, &errs):
			broken = append(broken, errs...)
		case err != nil:
			return nil, nil, fmt.Errorf("read the translation of %s: %w", l.ID, err)
		default:
			found = append(found, t.Lint(l)...)
			l = l.In(t)
		}
		out.Lessons = append(out.Lessons, l)
	}
	if len(broken) > 0 {
		return nil, nil, broken
	}
	return out, found, nil
}

// translatedTo is the name of the file with its translation, which need not be
// there.
func (l *Lesson) translatedTo(language string) string {
	return strings.TrimSuffix(l.File, ".md") + "." + language + ".md"
}

// Languages lists those that any lesson is translated into, in order.
func Languages(fsys fs.FS) []string {
	var out []string
	names, _ := fs.Glob(fsys, "*.md") // the pattern is well formed
	for _, name := range names {
		if m := translationFile.FindStringSubmatch(name); m != nil && !slices.Contains(out, m[2]) {
			out = append(out, m[2])
		}
	}
	slices.Sort(out)
	return out
}
