package lessons

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
)

// directives is the table of comments that mean something. The rest of the
// comment is YAML for those with yaml set.
var directives = []struct {
	name string
	yaml bool
	read func(b *builder, at place, rest string)
}{
	{"step", true, (*builder).stepDirective},
	{"predict", true, (*builder).predictDirective},
	{"task", true, (*builder).taskDirective},
	{"quiz", true, (*builder).quizDirective},
	{"order", true, (*builder).orderDirective},
	{"explain", true, (*builder).explainDirective},
	{"pause", false, (*builder).pauseDirective},
	{"after", false, (*builder).afterDirective},
	{"without", false, (*builder).withoutDirective},
	{"only", false, (*builder).onlyDirective},
	{"end", false, (*builder).endDirective},
	{"same", false, (*builder).sameDirective},
	{"saw", false, (*builder).sawDirective},
	{"notes", false, (*builder).notesDirective},
}

// comment handles <!-- name … -->. A comment for authors begins with #.
func (b *builder) comment(raw string, line int) {
	indent := strings.Index(raw, "<!--")
	at := place{line, indent + 1}
	inner, tail, closed := strings.Cut(raw[indent+len("<!--"):], "-->")
	switch {
	case !closed:
		b.add(at, "write --> below it", "the comment is not closed")
		if b.step != nil {
			b.seen["step"], b.asked.broken = at, true
		}
		return
	case strings.TrimSpace(tail) != "":
		end := raw[:len(raw)-len(tail)]
		last := end[strings.LastIndex(end, "\n")+1:]
		b.add(place{line + strings.Count(end, "\n"), utf8.RuneCountInString(last) + 1},
			"begin a new line after -->", "text behind the end of a comment")
		return
	}
	word := firstWord(inner)
	if strings.HasPrefix(word, "#") {
		return
	}
	for _, d := range directives {
		if d.name == word {
			head := raw[:indent+len("<!--")+strings.Index(inner, word)+len(word)]
			rest := inner[strings.Index(inner, word)+len(word):]
			if d.yaml {
				rest = b.yaml(at, head, rest)
			}
			if word != "notes" {
				b.hash = append(b.hash, inner...)
			}
			b.direct(d.name, d.read, at, rest)
			return
		}
	}
	names := make([]string, len(directives))
	for i, d := range directives {
		names[i] = d.name
	}
	remedy := remedyFor(word, names)
	if !strings.HasPrefix(remedy, "did") {
		remedy = "a comment that is for authors begins with #"
	}
	b.add(place{line, indent + 1 + len("<!--") + strings.Index(inner, word)}, remedy, "there is no directive %q", word)
}

func firstWord(s string) string {
	s = strings.TrimLeftFunc(s, unicode.IsSpace)
	if end := strings.IndexFunc(s, unicode.IsSpace); end >= 0 {
		return s[:end]
	}
	return s
}

// yaml puts blanks in place of "<!-- step", so that columns stay true.
func (b *builder) yaml(at place, head, rest string) string {
	b.yamlLeft -= len(rest)
	if len(rest) > maxYAML || b.yamlLeft < 0 {
		b.add(at, "", "more than %d bytes of YAML in one directive, or %d in a lesson", maxYAML, maxAllYAML)
		return ""
	}
	return strings.Repeat(" ", utf8.RuneCountInString(head)) + rest
}

// direct checks that the directive may stand here and hands it over.
func (b *builder) direct(name string, read func(*builder, place, string), at place, rest string) {
	if b.step == nil {
		if name != "notes" {
			b.add(at, "put it below a heading with ##", "the directive %s belongs to no step", name)
			return
		}
		b.lesson.Notes = strings.TrimSpace(rest)
		return
	}
	if _, ok := b.seen["step"]; !ok && name != "step" {
		b.add(at, "the step directive comes first, right below the heading", "%s before step", name)
		return
	}
	if name != "only" && name != "end" && name != "pause" {
		if _, twice := b.seen[name]; twice {
			b.add(at, "", "a second %s in one step", name)
			return
		}
		if b.details.open || b.only != "" {
			b.add(at, "", "%s inside <details> or only", name)
		}
		b.seen[name] = at
	}
	read(b, at, rest)
}

// pauseDirective lets what comes below wait until the learner wants it.
func (b *builder) pauseDirective(at place, _ string) {
	if b.details.open || b.later != nil || b.only != "" {
		b.add(at, "", "pause belongs into what is read first")
		return
	}
	b.step.body.pause()
}

func (b *builder) afterDirective(place, string) { b.later = &b.step.after }

func (b *builder) withoutDirective(place, string) { b.later = &b.step.without }

func (b *builder) notesDirective(_ place, rest string) { b.step.Notes = strings.TrimSpace(rest) }

func (b *builder) onlyDirective(at place, rest string) {
	word := strings.TrimSpace(rest)
	if b.only != "" {
		b.add(at, "write <!-- end --> first", "only inside only")
		return
	}
	b.oneOf(place{at.line, at.column + len("<!-- only ")}, "kind of learner", word, asStrings(variants))
	b.only, b.onlyAt = Variant(word), at
}

func (b *builder) endDirective(at place, _ string) {
	if b.only == "" {
		b.add(at, "", "end without only")
	}
	b.only = ""
}

// document prepares the YAML of a directive.
func (b *builder) document(what string, at place, source string) (*document, ast.Node) {
	d := &document{report: b.report, what: what, at: place{at.line, 1}, translated: b.translated != nil}
	if source == "" {
		return d, nil
	}
	return d, d.parse(source)
}

func (b *builder) predictDirective(at place, source string) {
	d, n := b.document("predict", at, source)
	if n == nil {
		return
	}
	p := &Prediction{}
	b.step.Predict = p
	d.object(n, d.what, []field{
		{"ask", true, textInto(&p.Ask)},
		{"options", true, func(d *document, n ast.Node) { p.Options = d.options(n) }},
	})
}

func (b *builder) quizDirective(at place, source string) {
	d, n := b.document("quiz", at, source)
	if n == nil {
		return
	}
	q := &Quiz{}
	b.step.Quiz = q
	d.object(n, d.what, []field{
		{"ask", true, textInto(&q.Ask)},
		{"options", true, func(d *document, n ast.Node) { q.Answers = d.answers(n) }},
	})
}

func (b *builder) taskDirective(at place, source string) {
	d, n := b.document("task", at, source)
	if n == nil {
		return
	}
	t := &Task{}
	b.step.Task = t
	d.object(n, d.what, []field{
		d.decides(field{"ordered", false, flagInto(&t.Ordered)}),
		{"parts", true, func(d *document, n ast.Node) { t.Parts = d.parts(n) }},
		{"hintcheck", false, func(d *document, n ast.Node) { t.Mistakes = d.mistakes(n) }},
	})
}
