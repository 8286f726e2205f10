package seccomp

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestJSON: a policy is plain data.
func TestJSON(t *testing.T) {
	want := must(t)(Docker(on(AMD64)))
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got Policy
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if start := `{"default":{"do":"errno","errno":1},"newest":"removexattrat","rules":[{"names":["accept",`; !strings.HasPrefix(string(text), start) {
		t.Errorf("JSON begins with %.100s, want %s", text, start)
	}
}
