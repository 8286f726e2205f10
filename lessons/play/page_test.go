package play

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/lessons/page"
)

// TestPage: everything that a learner reads is there, in their order, marked as
// what it is, no wider than asked, and nothing acts on a terminal.
func TestPage(t *testing.T) {
	l := *lesson(t)
	l.Title = "Mounts\x1b[2J"
	out := Page(page.Of(&l, page.Options{Variant: lessons.User}), 60)
	at := 0
	for _, want := range []string{
		"Mounts\\x1b[2J\n", "\n1. What is a mount?\n\nA mount attaches", "Sandbox:\n- layers: mount\n- experiment: file",
		"Before you run it:\nWhere will the host find the file?\n1. at the same path\n2. nowhere\n",
		"What is said to each prediction:\n", "2. nowhere\n   It has a list of its own", "Once it is done:\nThe list was copied",
		"Done when all of this holds:\n[ ] /tmp inside is a tmpfs\n[ ] the file exists inside\n", "Hint 1:\nUse mount.",
		"Solution:\nmount -t tmpfs tmpfs /tmp\n", "Sandbox:\n- that of the step before", "Question:\n", "Answer:\n", "(right)\n",
	} {
		i := strings.Index(out[at:], want)
		if i < 0 {
			t.Fatalf("no %q behind\n%s\nin\n%s", want, out[max(0, at-100):at], out)
		}
		at += i + len(want)
	}
	for line := range strings.Lines(out) {
		if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > 60 {
			t.Errorf("%d wide: %s", n, line)
		}
	}
	if strings.ContainsAny(out, "\x1b\r\t") {
		t.Error("something that acts on a terminal got through")
	}
}

// TestTextCleans: text that a lesson smuggles in acts on no terminal.
func TestTextCleans(t *testing.T) {
	got := Text("a&#27;[2J \x9b &#x202e;b\n\n```\nc\x1b]0;d\x07\te\n```", 60)
	if want := "a\\x1b[2J \\x9b \\u202eb\n\n    c\\x1b]0;d\\x07      e"; !strings.HasPrefix(got, "a\\x1b[2J") || strings.ContainsAny(got, "\x1b\x07\t\u202e") {
		t.Errorf("%q, want %q", got, want)
	}
}
