package lessons

import (
	"regexp"
	"sort"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	gtext "github.com/yuin/goldmark/text"
)

// Only the blocks matter here: which lines are a heading or a comment, and
// which merely look like one inside a code block. The block rules are those of
// CommonMark, so a lesson means here what it means on a forge.
var blockParser = sync.OnceValue(func() parser.Parser {
	return parser.NewParser(parser.WithBlockParsers(parser.DefaultBlockParsers()...))
})

// heading is a title and where it stands.
type heading struct {
	title string
	line  int
}

// build walks through the Markdown block by block. Headings and HTML are
// taken out; every other line goes where the state says: see prose.
func (b *builder) build(body string, firstLine int) {
	b.index(body, firstLine)
	root := blockParser().Parse(gtext.NewReader(b.body))
	next := firstLine
	for n := root.FirstChild(); n != nil && !b.full(); n = n.NextSibling() {
		from, to, ok := b.extent(n)
		if !ok {
			b.hidden(n)
			continue
		}
		b.prose(next, from-1)
		switch n := n.(type) {
		case *ast.Heading:
			b.heading(n, from)
		case *ast.HTMLBlock:
			b.html(from, to)
		}
		next = to + 1
	}
	if !b.full() {
		b.prose(next, firstLine+len(b.lines)-1)
	}
	b.finish()
	if len(b.lesson.Steps) == 0 {
		b.add(place{firstLine, 1}, "write ## Title and below it <!-- step … -->", "the lesson has no steps")
	}
}

// index remembers the lines and where each begins.
func (b *builder) index(body string, firstLine int) {
	b.body, b.firstLine = []byte(body), firstLine
	n := strings.Count(body, "\n") + 1
	b.lines, b.starts = make([]string, 0, n), make([]int, 0, n)
	offset := 0
	for line := range strings.Lines(body) {
		b.lines = append(b.lines, line)
		b.starts = append(b.starts, offset)
		offset += len(line)
	}
}

// lineOf returns the line on which a byte of the Markdown stands.
func (b *builder) lineOf(offset int) int {
	return b.firstLine + sort.SearchInts(b.starts, offset+1) - 1
}

func (b *builder) source(line int) string { return b.lines[line-b.firstLine] }

// extent returns the first and last line of a heading of level 1 or 2 or of a
// block of HTML; ok is false for everything else.
func (b *builder) extent(n ast.Node) (from, to int, ok bool) {
	switch n := n.(type) {
	case *ast.Heading:
		if n.Level > 2 || n.Lines().Len() == 0 {
			return 0, 0, false
		}
		from = b.lineOf(n.Lines().At(0).Start)
		to = b.lineOf(n.Lines().At(n.Lines().Len() - 1).Start)
		if !strings.HasPrefix(strings.TrimLeft(b.source(from), " "), "#") {
			to++ // the line of dashes below
		}
		return from, to, true
	case *ast.HTMLBlock:
		if n.Lines().Len() == 0 {
			return 0, 0, false
		}
		from = b.lineOf(n.Lines().At(0).Start)
		to = b.lineOf(n.Lines().At(n.Lines().Len() - 1).Start)
		if n.HasClosure() {
			to = max(to, b.lineOf(n.ClosureLine.Start))
		}
		return from, to, true
	}
	return 0, 0, false
}

func (b *builder) heading(n *ast.Heading, line int) {
	at := place{line, 1}
	if !strings.HasPrefix(strings.TrimLeft(b.source(line), " "), "#") {
		b.add(at, "write ## Title, or leave a blank line above ---", "a heading made by underlining")
		return
	}
	title := strings.TrimSpace(string(n.Lines().Value(b.body)))
	if n.Level == 2 {
		b.finish()
		b.begin(heading{title, line})
		return
	}
	if b.step != nil || b.lesson.heading.line != 0 {
		b.add(at, "steps are headings with ##", "a second heading with a single #")
		return
	}
	b.lesson.heading = heading{title, line}
}

var (
	directiveAnywhere = regexp.MustCompile(`<!--\s*(step|predict|quiz|task|order|explain|pause|notes|only|end|after)\b`)
	codeSpan          = regexp.MustCompile("`[^`]*`")
)

// hidden finds directives where they would not take effect: inside a list, a
// quotation or a line of text.
func (b *builder) hidden(n ast.Node) {
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering || n.Type() != ast.TypeBlock {
			return ast.WalkContinue, nil
		}
		switch n.(type) {
		case *ast.CodeBlock, *ast.FencedCodeBlock:
			return ast.WalkSkipChildren, nil
		}
		for i := range n.Lines().Len() {
			line := b.lineOf(n.Lines().At(i).Start)
			if !strings.Contains(b.source(line), "<!--") {
				continue
			}
			text := codeSpan.ReplaceAllStringFunc(b.source(line), blank)
			if m := directiveAnywhere.FindStringIndex(text); m != nil {
				b.add(place{line, utf8.RuneCountInString(text[:m[0]]) + 1},
					"put it on a line of its own at the left margin", "a directive inside other text has no effect")
			}
		}
		return ast.WalkContinue, nil
	})
}

// blank returns as many spaces as there are characters.
func blank(s string) string { return strings.Repeat(" ", utf8.RuneCountInString(s)) }

// html handles one block of HTML: a comment, or the tags around a hint.
func (b *builder) html(from, to int) {
	raw := strings.Join(b.lines[from-b.firstLine:to-b.firstLine+1], "")
	if strings.HasPrefix(strings.TrimLeft(raw, " "), "<!--") {
		b.comment(raw, from)
		return
	}
	b.tags(raw, from)
}

var tag = regexp.MustCompile(`^\s*(<details>|</details>|<summary>([^<]*)</summary>)\s*`)

// tags handles <details><summary>Hint 1</summary> and </details>.
func (b *builder) tags(raw string, from int) {
	at := place{from, 1}
	for rest := raw; rest != ""; {
		m := tag.FindStringSubmatch(rest)
		if m == nil {
			b.add(at, "leave a blank line around <details>, <summary> and </details>; write everything else as Markdown",
				"HTML other than a hint or a solution")
			return
		}
		switch m[1] {
		case "<details>":
			b.openDetails(at)
		case "</details>":
			b.closeDetails(at)
		default:
			b.summary(at, strings.TrimSpace(m[2]))
		}
		rest = rest[len(m[0]):]
		at.line += strings.Count(m[0], "\n")
	}
	b.hash = append(b.hash, raw...)
}
