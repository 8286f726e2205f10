package lessons

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
)

// Explain asks the learner to say something in words of their own. Nobody marks
// it: the text behind `after` says how others put it, and Points is what to look
// for in one's own words.
type Explain struct {
	Ask    string // Markdown, one paragraph
	Points []string
}

// MaxExplanation bounds what a learner writes, in bytes.
const MaxExplanation = 4 << 10

// Say takes in what the learner wrote. The step is done with it.
func (w *Walk) Say(words string, now time.Time) error {
	if err := w.allow(DoExplain); err != nil {
		return err
	}
	words = strings.TrimSpace(words)
	switch {
	case words == "":
		return fmt.Errorf("explain: there is not a word yet")
	case len(words) > MaxExplanation || !utf8.ValidString(words):
		return fmt.Errorf("explain: more than %d bytes, or not text", MaxExplanation)
	}
	w.states[w.at].Words = words
	w.done(now)
	return nil
}

func (b *builder) explainDirective(at place, source string) {
	d, n := b.document("explain", at, source)
	if n == nil {
		return
	}
	e := &Explain{}
	b.step.Explain = e
	d.object(n, d.what, []field{
		{"ask", true, textInto(&e.Ask)},
		{"points", false, func(d *document, n ast.Node) { textsInto(&e.Points)(d, n) }},
	})
}
