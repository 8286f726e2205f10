package tui

import (
	"slices"
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/tui/panel"
)

// What sheets show has been cleaned by whoever found it. It is cleaned again on
// its way to the screen, so that this does not depend on each of them.

func cleaned(entries ...panel.Entry) []panel.Entry {
	for i := range entries {
		entries[i].Text = facts.Clean(entries[i].Text)
	}
	return entries
}

func cleanFinding(f panel.Finding) panel.Finding {
	f.Reason, f.Error = facts.Clean(f.Reason), facts.Clean(f.Error)
	f.Observations, f.Numbers = slices.Clone(f.Observations), slices.Clone(f.Numbers)
	for i := range f.Observations {
		o := &f.Observations[i]
		o.What, o.Inside, o.Host = facts.Clean(o.What), facts.Clean(o.Inside), facts.Clean(o.Host)
		o.Outcome = experiment.Outcome(facts.Clean(string(o.Outcome)))
	}
	for i := range f.Numbers {
		n := &f.Numbers[i]
		n.What, n.Unit = facts.Clean(n.What), facts.Clean(n.Unit)
	}
	return f
}

// cleanLines is a text of several lines, each cleaned.
func cleanLines(text string) []string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	for i, line := range lines {
		lines[i] = facts.Clean(line)
	}
	return lines
}
