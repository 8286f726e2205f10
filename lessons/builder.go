package lessons

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// builder makes the steps of one lesson out of its blocks, in one pass from
// top to bottom.
type builder struct {
	*report
	known Known
	// translated, when set, says that this is a translation: prose and ids. It
	// takes the hash of what was translated, by step.
	translated map[string]string
	lesson     *Lesson
	yamlLeft   int // bytes of YAML still allowed

	body      []byte
	firstLine int // line number of lines[0]
	lines     []string
	starts    []int

	// the sandbox as it stands after the steps so far
	layers   []string
	limits   map[string]string
	settings map[string][]string
	volumes  []Mounted
	root     string
	raised   bool   // there is one that sandbox: keep could go on with
	subject  string // that it is, if it is another subject

	// the step being read
	step    *Step
	seen    map[string]place // its directives, and the keys of step
	asked   asked
	hash    []byte // what its hash is made of
	wrapped []byte // the same, a blank between words
	later   *text  // where prose goes that is not read first; nil before any
	only    Variant
	onlyAt  place
	details details
}

// details is where the text of an open <details> goes.
type details struct {
	open     bool
	at       place
	summary  string
	isAnswer bool
}

// begin starts a step at its heading.
func (b *builder) begin(h heading) {
	b.step = &Step{Title: h.title, Line: h.line}
	b.seen, b.asked, b.later = map[string]place{}, asked{}, nil
	b.asks = nil
	b.hash = append(b.hash[:0], h.title...)
}

// prose sends lines to where text goes at this point.
func (b *builder) prose(from, to int) {
	for n := from; n <= to; n++ {
		line := b.source(n)
		if b.step == nil {
			if strings.TrimSpace(line) != "" {
				b.add(place{n, 1}, "put it below a heading with ##", "text before the first step")
				return
			}
			continue
		}
		b.hash = append(b.hash, line...)
		b.sink().line(b.only, line, n)
	}
}

func (b *builder) sink() *text {
	switch s := b.step; {
	case b.details.open && b.details.isAnswer:
		return &s.solution
	case b.details.open && len(s.hints) > 0:
		return &s.hints[len(s.hints)-1]
	case b.later != nil:
		return b.later
	default:
		return &s.body
	}
}

func (b *builder) openDetails(at place) {
	switch {
	case b.step == nil:
		b.add(at, "", "a hint before the first step")
	case b.details.open:
		b.add(at, "close the one above with </details>", "<details> inside <details>")
	default:
		b.details = details{open: true, at: at}
	}
}

func (b *builder) closeDetails(at place) {
	switch {
	case b.step == nil:
	case !b.details.open:
		b.add(at, "", "</details> without <details>")
	case b.details.summary == "":
		b.add(b.details.at, "write <summary>Hint 1</summary> in it", "<details> without <summary>")
	case b.only != "":
		b.add(b.onlyAt, "write <!-- end --> before </details>", "only %s is not closed", b.only)
	}
	b.details, b.only = details{}, ""
}

func (b *builder) summary(at place, title string) {
	if b.step == nil {
		return
	}
	if !b.details.open || b.details.summary != "" {
		b.add(at, "", "<summary> belongs right behind <details>")
		return
	}
	b.details.summary = title
	want := fmt.Sprintf("Hint %d", len(b.step.hints)+1)
	switch {
	case title == "Solution" && len(b.step.solution) > 0:
		b.add(at, "", "a second solution")
	case title == "Solution":
		b.details.isAnswer = true
	case title == want:
		b.step.hints = append(b.step.hints, nil)
	default:
		b.add(at, "write "+want+" or Solution", "%q is not the next hint", title)
	}
}

// finish checks the step that ends here and adds it to the lesson.
func (b *builder) finish() {
	s := b.step
	if s == nil {
		return
	}
	b.closeOpen()
	for _, t := range []text{s.body, s.after, s.without, s.solution} {
		b.fences(t)
	}
	at, ok := b.seen["step"]
	switch {
	case !ok:
		b.add(place{s.Line, 1}, "write <!-- step and its keys right below the heading", "the step %q has no step directive", s.Title)
	case s.ID != "" && b.lesson.Step(s.ID) != nil:
		b.add(at, "", "a second step with the id %q", s.ID)
	case len(b.lesson.Steps) == maxSteps:
		b.add(at, "split the lesson", "more than %d steps", maxSteps)
	}
	switch {
	case b.asked.broken:
		b.raised, b.subject = true, b.asked.with[subjectArgument] // perhaps; what it would have been is not known
	case b.translated != nil:
	case ok && s.Kind != "":
		b.checkParts(at)
		b.resolve()
		b.checkWithout()
		b.checkAsks()
	}
	s.Hash = b.digest()
	b.lesson.Steps = append(b.lesson.Steps, *s)
	b.step = nil
}

// closeOpen reports what the step leaves open.
func (b *builder) closeOpen() {
	if b.details.open {
		b.add(b.details.at, "write </details> below it", "<details> is not closed")
	} else if b.only != "" {
		b.add(b.onlyAt, "write <!-- end --> below it", "only %s is not closed", b.only)
	}
	b.details, b.only = details{}, ""
}

// digest is short and does not change when text is only wrapped anew.
func (b *builder) digest() string {
	text := b.wrapped[:0]
	for word := range bytes.FieldsSeq(b.hash) {
		text = append(append(text, word...), ' ')
	}
	if r := b.step.Run; r != nil {
		text = fmt.Append(text, r.Layers, r.Root, r.Keep)
		if len(r.Limits) > 0 {
			text = fmt.Append(text, r.Limits)
		}
		if len(r.Settings) > 0 {
			text = fmt.Append(text, r.Settings)
		}
		if len(r.Volumes) > 0 {
			text = fmt.Append(text, r.Volumes)
		}
	}
	b.wrapped = text
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}

// partsOf is what each kind of step must have and may have.
var partsOf = map[Kind]struct{ must, may []string }{
	KindRead:    {},
	KindPredict: {must: []string{"predict"}},
	KindRun:     {may: []string{"predict"}},
	KindTask:    {must: []string{"task"}, may: []string{"hint", "solution"}},
	KindQuiz:    {must: []string{"quiz"}},
	KindOrder:   {must: []string{"order"}, may: []string{"hint", "solution"}},
	KindExplain: {must: []string{"explain"}, may: []string{"hint"}},
}

func (b *builder) checkParts(at place) {
	has := map[string]place{"hint": {}, "solution": {}}
	for _, part := range []string{"predict", "task", "quiz", "order", "explain"} {
		if p, ok := b.seen[part]; ok {
			has[part] = p
		}
	}
	if len(b.step.hints) == 0 {
		delete(has, "hint")
	}
	if len(b.step.solution) == 0 {
		delete(has, "solution")
	}
	rule := partsOf[b.step.Kind]
	for _, part := range rule.must {
		if _, ok := has[part]; !ok {
			b.add(at, "write <!-- "+part+" … -->", "a step of kind %s needs a %s directive", b.step.Kind, part)
		}
	}
	for _, part := range []string{"predict", "task", "quiz", "order", "explain", "hint", "solution"} {
		p, ok := has[part]
		if ok && !slices.Contains(rule.must, part) && !slices.Contains(rule.may, part) {
			if p == (place{}) {
				p = at
			}
			b.add(p, "", "a step of kind %s has no %s", b.step.Kind, part)
		}
	}
}
