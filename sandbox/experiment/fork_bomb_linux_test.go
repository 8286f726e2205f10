package experiment

import (
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
)

func TestForkBomb(t *testing.T) {
	turnsWith(t, "fork-bomb", sandbox.PIDs, Open, Limited, func(t *testing.T, r Result) {
		if n := number(t, r, "children").Value; n <= 0 || n >= smallPIDs {
			t.Errorf("%v children under a limit of %d", n, smallPIDs)
		}
		for _, who := range []string{"inside", "host"} {
			if o, _ := r.Observed(who); o.Outcome != Limited {
				t.Errorf("%s: %+v", who, o)
			}
		}
	})
}

// TestForkBombAsksForEverything has it asked for more than its ceiling, and
// leaves without a word: the children go with it.
func TestForkBombAsksForEverything(t *testing.T) {
	tidy(t)
	s := On(open(t, sandbox.Spec{}))
	talk, err := Begin(t.Context(), s, "fork-bomb", inside.Multiply{Children: 1 << 40})
	if err != nil {
		t.Fatal(err)
	}
	defer talk.Close()
	var said inside.Multiplied
	if err := talk.Hear(t.Context(), &said); err != nil || said.Children > inside.ChildrenMost {
		t.Errorf("%+v, %v", said, err)
	}
	if err := talk.Process.Signal(9); err != nil {
		t.Error(err)
	}
}
