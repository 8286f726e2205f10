package panel

import (
	"errors"
	"strings"

	"github.com/tentpole-labs/tentpole/lessons/play"
	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/tui/styles"
)

// Call is a page on one entry of a transcript: what it is, what it was given,
// for which layer and why, what a person would type, how long it took, what
// came of it, and where to read on.
func Call(s styles.Styles, d sandbox.Done, why string, width int) []string {
	out := hang("", facts.Clean(d.Operation.String()), width, s.Strong.Render)
	e, known := sandbox.Explain(d.Operation)
	if known {
		out = append(append(out, ""), Wrap(e.What, width)...)
	}
	var given []Entry
	for _, a := range e.Arguments {
		given = append(given, Entry{a.Name, facts.Clean(a.Value)})
	}
	out = block(out, Entries(s, given, width))
	out = block(out, Entries(s, []Entry{
		{"layer", layerWords(d.Layer)},
		{"why", facts.Clean(why)},
		{"took", play.Micros(d.Microseconds)},
	}, width))
	out = block(out, failure(s, d.Err, width))
	if c := d.Operation.Command(); c != "" {
		out = block(out, append([]string{s.Faint.Render("as you would type it")}, hang("$ ", facts.Clean(c), width, s.Code.Render)...))
	}
	return block(out, readOn(s, width, e.Man, d.Layer.Info().Man))
}

// failure is what the kernel answered and what a person can do.
func failure(s styles.Styles, err error, width int) []string {
	if err == nil {
		return nil
	}
	entries := []Entry{{"refused", s.Strong.Render(facts.Clean(err.Error()))}}
	if e := (*sandbox.Error)(nil); errors.As(err, &e) {
		bare := *e
		bare.Remedy = ""
		entries = []Entry{{"refused", s.Strong.Render(facts.Clean(bare.Error()))}, {"what you can do", facts.Clean(e.Remedy)}}
	}
	return Entries(s, entries, width)
}

// layerWords is a layer and what becomes the process's own by it.
func layerWords(l sandbox.Layer) string {
	if l == "" {
		return "none: every sandbox needs it"
	}
	return string(l) + ": " + l.Info().What
}

// standings say what the words of the board mean.
var standings = map[string]string{
	facts.Shared:  "the very same thing on both sides, or the same state",
	facts.Own:     "another one, only for the inside",
	facts.Limited: "a limit or a filter holds inside that does not hold on the host",
	facts.Mapped:  "an id that is another one outside",
	facts.Fewer:   "a part of what the host has",
	facts.None:    "there is none inside",
	facts.Unknown: "one of the sides could not be read",
}

// About is a page on one row of the board: what it is, what stands on either
// side and what that means, which layer changes it, and where to read on.
func About(s styles.Styles, r facts.Row, width int) []string {
	out := Wrap(s.Strong.Render(r.Label), width)
	what, man := facts.About(r.ID)
	if what != "" {
		out = append(append(out, ""), Wrap(what, width)...)
	}
	out = block(out, Entries(s, []Entry{
		{"host", s.Host.Render(r.Host)},
		{"sandbox", s.Inside.Render(r.Inside)},
		{r.Word, standings[r.Word]},
		{"note", r.Note},
	}, width))
	changed := "no layer"
	if r.Layer != "" {
		changed = layerWords(sandbox.Layer(r.Layer))
	}
	out = block(out, Entries(s, []Entry{{"changed by", changed}, {"and by", strings.Join(r.Also, ", ")}}, width))
	return block(out, readOn(s, width, man))
}

// block adds lines with an empty line above, unless there are none.
func block(out, lines []string) []string {
	if len(lines) == 0 {
		return out
	}
	return append(append(out, ""), lines...)
}

// readOn names manual pages, each once.
func readOn(s styles.Styles, width int, pages ...string) []string {
	words := manWords(pages)
	if len(words) == 0 {
		return nil
	}
	return hang("more: ", strings.Join(words, " · "), width, s.Faint.Render)
}
