package play

import (
	"fmt"
	"strings"

	"github.com/tentpole-labs/tentpole/lessons/page"
)

// Page writes a whole lesson as plain lines of at most width characters. What
// stands apart from the prose is announced by a line with its label.
func Page(p page.Page, width int) string {
	w := pageText{width: max(width, 20)}
	l := p.Lesson
	w.say(l.Title)
	w.say(fmt.Sprintf("Part %d, lesson %d. %s", l.Part, l.Order, l.Summary))
	w.parts(p.Opens)
	for i, s := range p.Steps {
		w.line("")
		w.say(fmt.Sprintf("%d. %s", i+1, s.Title))
		w.parts(s.Parts)
	}
	return cleaned(strings.Join(w.lines, "\n"))
}

type pageText struct {
	width int
	lines []string
}

func (w *pageText) line(s string) { w.lines = append(w.lines, s) }

func (w *pageText) say(s string) { w.lines = append(w.lines, Wrap(s, w.width)...) }

func (w *pageText) parts(parts []page.Part) {
	for _, p := range parts {
		w.line("")
		if p.Label != "" {
			w.line(p.Label + ":")
		}
		if p.Markdown != "" {
			w.line(Text(p.Markdown, w.width))
		}
		for i, item := range p.Items {
			w.item(mark(p.Kind, i), item)
		}
	}
}

// mark stands before an item: a number where it is one to choose, a box where it
// is to be done.
func mark(k page.Kind, i int) string {
	switch k {
	case page.Question, page.Answer:
		return fmt.Sprintf("%d. ", i+1)
	case page.Task:
		return "[ ] "
	}
	return "- "
}

func (w *pageText) item(mark string, i page.Item) {
	indent := strings.Repeat(" ", len(mark))
	lines := Wrap(i.Text, w.width-len(mark))
	if i.Code {
		lines = strings.Split(i.Text, "\n") // to be copied as it is
	}
	if i.Says != "" {
		lines = append(lines, Wrap(i.Says, w.width-len(mark))...)
	}
	for n, line := range lines {
		if n == 0 {
			w.line(mark + line)
		} else {
			w.line(indent + line)
		}
	}
}
