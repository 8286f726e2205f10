package experiment

import (
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// TestWays: the table is complete, and every way is another.
func TestWays(t *testing.T) {
	seen := map[string]bool{}
	for _, w := range ways {
		if w.ID == "" || w.Name == "" || w.Source == "" || w.Tried == "" || w.Harmless == "" || w.Closes == nil {
			t.Errorf("%+v: something is missing", w)
		}
		if seen[w.ID] {
			t.Errorf("%s stands there twice", w.ID)
		}
		seen[w.ID] = true
		for _, l := range w.Closes {
			if _, err := sandbox.ParseLayer(string(l)); err != nil {
				t.Errorf("%s: %v", w.ID, err)
			}
		}
	}
	if len(seen) < 30 {
		t.Errorf("%d ways out, want at least 30", len(seen))
	}
}
