package experiment

import (
	"regexp"
	"strings"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
)

var idForm = regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)

// TestTableIsComplete reads every row as a person does who wants to know what
// an experiment will do on their machine.
func TestTableIsComplete(t *testing.T) {
	seen := map[string]bool{}
	for _, row := range List() {
		t.Run(row.ID, func(t *testing.T) {
			if !idForm.MatchString(row.ID) || seen[row.ID] {
				t.Errorf("id %q must be words with dashes, and no other's", row.ID)
			}
			seen[row.ID] = true
			if !strings.HasSuffix(row.Question, "?") {
				t.Errorf("question %q is none", row.Question)
			}
			checkWords(t, row)
			checkLayers(t, row.Layers)
			if row.Seconds <= 0 || row.Seconds > 60 {
				t.Errorf("it takes %v seconds", row.Seconds)
			}
			if row.run == nil {
				t.Error("nothing to run")
			}
		})
	}
}

func checkWords(t *testing.T, row Info) {
	required := map[string]string{"inside": row.Inside, "host": row.Host, "rule": row.Rule}
	optional := map[string]string{"control": row.Control, "cleans up": row.CleansUp}
	for what, words := range required {
		if words == "" {
			t.Errorf("%s is empty", what)
		}
		optional[what] = words
	}
	for i, need := range row.Needs {
		if need == "" {
			t.Errorf("need %d is empty", i)
		}
	}
	if row.Needs == nil || row.Layers == nil {
		t.Error("needs and layers must be lists in JSON, even where they are empty")
	}
	for what, words := range optional {
		if words != strings.TrimSpace(words) || strings.HasSuffix(words, ".") || strings.Contains(words, "\n") {
			t.Errorf("%s %q must be one line without a full stop", what, words)
		}
	}
	if !namesOutcome(row.Rule) {
		t.Errorf("rule %q names no outcome", row.Rule)
	}
}

func namesOutcome(rule string) bool {
	for _, o := range Outcomes {
		if strings.Contains(rule, string(o)) {
			return true
		}
	}
	return false
}

func checkLayers(t *testing.T, layers []sandbox.Layer) {
	seen := map[sandbox.Layer]bool{}
	for _, l := range layers {
		if _, err := sandbox.ParseLayer(string(l)); err != nil || seen[l] {
			t.Errorf("layer %q is unknown or there twice", l)
		}
		seen[l] = true
	}
}
