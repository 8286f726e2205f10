package sandbox

import (
	"regexp"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
	"github.com/tentpole-labs/tentpole/sandbox/network"
)

var manPage = regexp.MustCompile(`^[a-z][a-z_.-]*[a-z]*\([1-8]\)$`)

// TestEveryOperationIsExplained: whatever a plan may ask for can be looked up.
func TestEveryOperationIsExplained(t *testing.T) {
	all := op.Empty()
	for _, o := range []network.Operation{
		network.AddBridge{}, network.AddVeth{}, network.LinkUp{}, network.DeleteLink{}, network.AddAddress{}, network.AddRoute{},
		network.WriteSysctl{}, network.RestoreSysctl{}, network.AddTable{}, network.DeleteTable{}, network.AddChain{}, network.AddRule{},
	} {
		all = append(all, connection{o})
	}
	for _, o := range all {
		e, ok := Explain(o)
		if !ok {
			t.Errorf("%T is not explained", o)
			continue
		}
		if e.What == "" || !manPage.MatchString(e.Man) {
			t.Errorf("%T: %q, %q", o, e.What, e.Man)
		}
	}
}

// TestExplainArguments: an argument has a name and a value, and what there is
// nothing to say of is left out.
func TestExplainArguments(t *testing.T) {
	e, _ := Explain(op.Bind{Source: "/a", Target: "/b"})
	if len(e.Arguments) != 2 || e.Arguments[1] != (Argument{"at", "/b"}) {
		t.Errorf("%v", e.Arguments)
	}
	e, _ = Explain(op.Clone{Namespaces: []string{"user"}, UIDs: []op.IDMap{{Inside: 0, Outside: 1000, Count: 1}}})
	if len(e.Arguments) != 2 || e.Arguments[1] != (Argument{"user ids", "0 inside is 1000 outside"}) {
		t.Errorf("%v", e.Arguments)
	}
}
