package main

import (
	"fmt"
	"strings"
	"testing"
)

// TestReminder: however much the server logs, what is to be typed is among the last
// lines; before there is anything to say, and without a terminal, the log is alone.
func TestReminder(t *testing.T) {
	var out strings.Builder
	r := &reminder{to: &out}
	for range 2 * remindEvery {
		fmt.Fprintln(r, "before")
	}
	if strings.Contains(out.String(), "join with") {
		t.Errorf("it reminds of nothing:\n%s", out.String())
	}
	const says = "join with  ssh\nin words   oat\n"
	r.remind(says)
	out.WriteString(says) // as the invitation does
	for n := range 5 * remindEvery {
		fmt.Fprintln(r, "line", n)
		lines := strings.SplitAfter(out.String(), "\n")
		if last := strings.Join(lines[len(lines)-min(len(lines), remindEvery+4):], ""); !strings.Contains(last, says) {
			t.Fatalf("after %d lines the end is\n%s", n+1, last)
		}
	}
	if got := strings.Count(out.String(), says); got != 6 {
		t.Errorf("it was said %d times", got)
	}
}
