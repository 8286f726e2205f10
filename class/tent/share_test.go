package tent

import "testing"

func TestShare(t *testing.T) {
	if got := Share(1); got.CPUs != DefaultLimits.CPUs || got.Memory > DefaultLimits.Memory || got.PIDs > DefaultLimits.PIDs || got.Memory == 0 || got.PIDs == 0 {
		t.Errorf("one learner has %+v", got)
	}
	few, many := Share(40), Share(4000)
	if many.Memory > few.Memory || many.PIDs > few.PIDs {
		t.Errorf("4000 learners have %+v each, 40 have %+v", many, few)
	}
	if total := memTotal([]byte("MemFree: 1 kB\nMemTotal:       24684032 kB\n")); total != 24684032<<10 {
		t.Errorf("the machine has %d bytes", total)
	}
}
