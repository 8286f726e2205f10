package lessons

import (
	"testing"

	"pgregory.net/rapid"
)

func TestNearest(t *testing.T) {
	words := []string{"mount", "mounts", "uts", "pid", "hostname", "no-new-privs"}
	for word, want := range map[string]string{
		"muont": "mount", "mountz": "mount", "pdi": "pid", "PID": "pid", "hostnam": "hostname",
		"no_new_privs": "no-new-privs", "x": "", "cgroup": "", "": "", "network": "",
	} {
		if got := nearest(word, words); got != want {
			t.Errorf("nearest(%q) = %q, want %q", word, got, want)
		}
	}
}

// Edit distance is a distance: nothing to itself, the same both ways, and no
// longer than rewriting the word.
func TestEditDistanceLaws(t *testing.T) {
	word := rapid.StringMatching(`[a-e]{0,8}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := word.Draw(t, "a"), word.Draw(t, "b")
		d := editDistance(a, b)
		if (d == 0) != (a == b) || d != editDistance(b, a) || d > max(len(a), len(b)) || d < max(len(a)-len(b), len(b)-len(a)) {
			t.Errorf("editDistance(%q, %q) = %d", a, b, d)
		}
	})
}
