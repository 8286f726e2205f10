package panel

import (
	"slices"
	"strings"

	"github.com/tentpole-labs/tentpole/lessons/play"
	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/tui/styles"
)

// Kernel draws a transcript: what was asked of the kernel, how long each took,
// the same as one would type it, and where to read on.
func Kernel(s styles.Styles, transcript []sandbox.Done, layers []sandbox.Layer, width int) []string {
	if len(transcript) == 0 {
		return []string{s.Faint.Render("Nothing has been asked of the kernel yet.")}
	}
	var out, typed []string
	for _, d := range transcript {
		out = append(out, call(s, d, width)...)
		if c := d.Operation.Command(); c != "" && !slices.Contains(typed, c) {
			typed = append(typed, c)
		}
	}
	if len(typed) > 0 {
		out = append(out, "", s.Faint.Render("as you would type it"))
		for _, c := range typed {
			out = append(out, hang("$ ", facts.Clean(c), width, s.Code.Render)...)
		}
	}
	if pages := manuals(layers); len(pages) > 0 {
		out = append(out, "")
		out = append(out, hang("more: ", strings.Join(pages, " · "), width, s.Faint.Render)...)
	}
	return out
}

// Calls are the lines of Kernel that the operations begin at.
func Calls(s styles.Styles, transcript []sandbox.Done, width int) []int {
	out := make([]int, len(transcript))
	line := 0
	for i, d := range transcript {
		out[i] = line
		line += len(call(s, d, width))
	}
	return out
}

// call is one operation with its time at the right end.
func call(s styles.Styles, d sandbox.Done, width int) []string {
	took := play.Micros(d.Microseconds)
	room := width - Width(took) - 2
	lines := wrapCode(facts.Clean(d.Operation.String()), max(room, 8))
	lines[0] = Ends(lines[0], s.Faint.Render(took), width)
	if d.Err != nil {
		lines = append(lines, hang("  refused: ", facts.Clean(d.Err.Error()), width, s.Strong.Render)...)
	}
	return lines
}

// hang wraps a text behind a mark, further lines indented below it.
func hang(mark, text string, width int, style func(string) string) []string {
	lines := wrapCode(text, max(width-len(mark), 8))
	for i, line := range lines {
		lines[i] = strings.Repeat(" ", len(mark)) + style(line)
	}
	lines[0] = mark + strings.TrimPrefix(lines[0], strings.Repeat(" ", len(mark)))
	return lines
}

// Hang wraps a text behind a mark, further lines indented below it.
func Hang(mark, text string, width int, style func(string) string) []string {
	return hang(mark, text, width, style)
}

// Code is a line that may be typed, indented where it is broken.
func Code(s styles.Styles, text string, width int) []string {
	return hang("  ", text, width, s.Code.Render)
}

// manuals are the pages about those layers, as man wants them.
func manuals(layers []sandbox.Layer) []string {
	pages := make([]string, len(layers))
	for i, l := range layers {
		pages[i] = l.Info().Man
	}
	return manWords(pages)
}

// manWords writes mount(2) as man wants it, each page once.
func manWords(pages []string) []string {
	var out []string
	for _, p := range pages {
		name, section, ok := strings.Cut(strings.TrimSuffix(p, ")"), "(")
		if word := "man " + section + " " + name; ok && !slices.Contains(out, word) {
			out = append(out, word)
		}
	}
	return out
}

// Plan draws what would be asked, step by step, with the reason for each.
func Plan(s styles.Styles, p *sandbox.Plan, width int) []string {
	raised := strings.Join(p.Layers.Words(), ", ")
	if raised == "" {
		raised = "no layer: a plain process"
	}
	out := append(Wrap(s.Strong.Render(raised), width), "")
	for _, i := range p.Implied {
		out = append(out, hang("", "also "+string(i.Layer)+": "+i.Because, width, s.Text.Render)...)
	}
	for _, step := range p.Steps {
		out = append(out, hang("- ", facts.Clean(step.Operation.String()), width, s.Text.Render)...)
		out = append(out, hang("  ", step.Why, width, s.Faint.Render)...)
		if c := step.Operation.Command(); c != "" {
			out = append(out, hang("  $ ", facts.Clean(c), width, s.Code.Render)...)
		}
	}
	for _, note := range p.Notes {
		out = append(out, "")
		out = append(out, hang("", facts.Clean(note), width, s.Text.Render)...)
	}
	return out
}
