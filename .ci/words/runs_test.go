package main

import (
	"testing"
)

// TestRuns: what is the same sentence for a reader has the same prints, and a
// run does not go from one sentence into the next.
func TestRuns(t *testing.T) {
	for _, c := range []struct {
		text string
		runs int
	}{
		{"one two three four", 0},
		{"one two three four five", 1},
		{"One, two -- *three*\nfour five's six", 2},
		{"one two three. four five six", 0},
		{"one two three\n\nfour five six", 0},
	} {
		if got := len(runs([]byte(c.text))); got != c.runs {
			t.Errorf("%q: %d runs, want %d", c.text, got, c.runs)
		}
	}
	a, b := runs([]byte("It doesn’t keep the rain out")), runs([]byte("*it* doesn't\nkeep the rain OUT!"))
	if len(a) != 2 || len(b) != 2 || a[0].print() != b[0].print() || b[1].line != 2 {
		t.Errorf("%+v and %+v are the same words", a, b)
	}
}
