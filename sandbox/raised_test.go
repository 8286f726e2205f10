package sandbox

import (
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

// TestRaised: every layer has its row, and rows that could not be read are told
// apart.
func TestRaised(t *testing.T) {
	var b facts.Board
	for _, l := range Layers() {
		id, known := deciding[l.Name]
		if !known {
			t.Errorf("%s has no row", l.Name)
		}
		word := facts.Own
		if l.Name == Landlock {
			word = facts.Unknown
		}
		if l.Name == User {
			word = facts.Shared
		}
		b.Rows = append(b.Rows, facts.Row{ID: id, Word: word})
	}
	raised, unknown := Raised(b)
	if raised.Len() != len(Layers())-2 || raised.Has(User) || unknown != Set(Landlock) {
		t.Errorf("raised %v, unknown %v", raised, unknown)
	}
	for l, id := range deciding {
		if _, found := facts.Compare(facts.Facts{}, facts.Facts{}).Row(id); !found {
			t.Errorf("the row %s of %s is not on the board", id, l)
		}
	}
}
