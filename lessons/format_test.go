package lessons

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

// The example in FORMAT.md is a lesson, and every word of the format is
// described there.
func TestFormatDocument(t *testing.T) {
	raw, err := os.ReadFile("FORMAT.md")
	if err != nil {
		t.Fatal(err)
	}
	doc := string(raw)
	_, example, _ := strings.Cut(doc, "````md\n")
	example, _, found := strings.Cut(example, "````\n")
	if !found {
		t.Fatal("no example in FORMAT.md")
	}
	if _, err := Load(fstest.MapFS{"mounts.md": {Data: []byte(example)}}, "mounts.md", known); err != nil {
		t.Error(err)
	}
	var words []string
	for _, list := range factNames {
		words = append(words, list...)
	}
	for _, d := range directives {
		words = append(words, d.name)
	}
	words = append(words, sandboxKeys...)
	words = append(words, conditionFunctions...)
	words = append(words, asStrings(kinds)...)
	words = append(words, asStrings(debriefs)...)
	words = append(words, asStrings(expected)...)
	for _, w := range words {
		if !regexp.MustCompile(`\b` + regexp.QuoteMeta(w) + `\b`).MatchString(doc) {
			t.Errorf("FORMAT.md does not mention %q", w)
		}
	}
}
