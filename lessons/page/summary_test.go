package page

import (
	"strings"
	"testing"

	"github.com/tentpole-labs/tentpole/lessons"
)

// TestSummaryHostile: whatever a learner or a lesson wrote stays text.
func TestSummaryHostile(t *testing.T) {
	const word = "<script>x</script>\"' \x1b[2J\u202e\u009b1m"
	l := &lessons.Lesson{ID: word, Title: word}
	var b strings.Builder
	err := Summary(&b, word, []lessons.Summary{{
		Lesson:      l,
		Predictions: []lessons.Predicted{{Ask: word, Said: word, Was: "else"}, {Said: "a", Was: "a"}, {Said: "b"}},
		Own:         []lessons.OwnWords{{Ask: word, Words: word}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	page := b.String()
	for _, bad := range []string{"<script", "\x1b", "\u202e", "\u009b"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
	for _, want := range []string{"&lt;script&gt;", "surprised once, in 3 predictions", "as you said", "not measured on this machine", policy} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}
