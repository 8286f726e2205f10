package lessons

import "strings"

// text is Markdown in which some passages are for one variant only.
type text []passage

type passage struct {
	only    Variant  // empty: for everybody
	lines   []string // newline included
	numbers []int    // of those lines in the file
	waits   bool     // until the learner has read what is above
	slot    slot     // set: the lines are generated
}

// For returns the Markdown that this kind of learner reads.
func (t text) For(v Variant) string {
	var b strings.Builder
	for _, p := range t {
		if p.only == "" || p.only == v {
			for _, line := range p.lines {
				b.WriteString(line)
			}
		}
	}
	return oneBlankLine(b.String())
}

// parts returns the Markdown in the pieces in which it is shown one after the
// other. Together they are For.
func (t text) parts(v Variant) (out []string) {
	from := 0
	for i := 1; i <= len(t); i++ {
		if i == len(t) || t[i].waits {
			if s := t[from:i].For(v); s != "" {
				out = append(out, s)
			}
			from = i
		}
	}
	return out
}

// pause lets the lines to come wait.
func (t *text) pause() { *t = append(*t, passage{waits: true}) }

// line adds one source line, newline included, and its number in the file.
func (t *text) line(only Variant, line string, number int) {
	if n := len(*t); n == 0 || (*t)[n-1].only != only || (*t)[n-1].slot != "" {
		*t = append(*t, passage{only: only})
	}
	last := &(*t)[len(*t)-1]
	last.lines = append(last.lines, line)
	last.numbers = append(last.numbers, number)
}

// oneBlankLine trims the text and leaves one blank line where directives taken
// out left several. Blank lines inside code fences stay.
func oneBlankLine(s string) string {
	var out []string
	blank, fence := true, ""
	for line := range strings.Lines(s) {
		line = strings.TrimRight(line, "\n")
		fence = fenceAfter(fence, line)
		empty := strings.TrimSpace(line) == ""
		if empty && blank && fence == "" {
			continue
		}
		blank = empty
		out = append(out, line)
	}
	return strings.TrimRight(strings.Join(out, "\n"), " \n")
}

// fenceAfter follows code fences: it returns the marker of the fence that is
// open after this line, or the empty string.
func fenceAfter(open, line string) string {
	t := strings.TrimLeft(line, " ")
	for _, mark := range []string{"```", "~~~"} {
		if !strings.HasPrefix(t, mark) {
			continue
		}
		switch open {
		case "":
			return mark
		case mark:
			return ""
		}
	}
	return open
}

// words counts what is read as prose: code blocks are looked at, not read.
func words(markdown string) int {
	n, fence := 0, ""
	for line := range strings.Lines(markdown) {
		was := fence
		fence = fenceAfter(fence, strings.TrimRight(line, "\n"))
		if was != "" || fence != "" || strings.HasPrefix(line, "    ") {
			continue
		}
		n += len(strings.Fields(line))
	}
	return n
}
