package experiment

import (
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
)

func TestMemoryLimit(t *testing.T) {
	turnsWith(t, "memory-limit", sandbox.Memory, Open, Limited, func(t *testing.T, r Result) {
		if got := number(t, r, "granted").Value; got <= 0 || got > appetite/2 {
			t.Errorf("%.0f bytes were in memory before any was touched", got)
		}
		if got := number(t, r, "touched").Value; got <= 0 || got > smallMemory {
			t.Errorf("it touched %.0f bytes under a limit of %d", got, smallMemory)
		}
		if kills := number(t, r, "oom-kills").Value; kills != 1 {
			t.Errorf("%v were killed", kills)
		}
	})
}

// TestEaterAsksForEverything has the eater asked for more than its ceiling.
func TestEaterAsksForEverything(t *testing.T) {
	s := On(open(t, sandbox.Spec{}))
	talk, err := Begin(t.Context(), s, "memory-limit", inside.Eat{Bytes: 1 << 60})
	if err != nil {
		t.Fatal(err)
	}
	defer talk.Close()
	var said inside.Eaten
	if err := talk.Hear(t.Context(), &said); err != nil || said.Asked > inside.EatMost {
		t.Errorf("%+v, %v", said, err)
	}
}
