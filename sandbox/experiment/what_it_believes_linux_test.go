package experiment

import (
	"math"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// TestWhatItBelieves: whatever is limited, /proc tells of the whole machine.
func TestWhatItBelieves(t *testing.T) {
	turnsWith(t, "what-it-believes", sandbox.Memory, Open, Open, func(t *testing.T, r Result) {
		for _, id := range []string{"meminfo", "sysinfo", "cpuinfo", "numcpu"} {
			if o, _ := r.Observed(id); o.Outcome != Open {
				t.Errorf("%+v", o)
			}
		}
	})
}

// TestBelieved: what one source says, against a machine of 8 CPUs.
func TestBelieved(t *testing.T) {
	unlimited := math.Inf(1)
	for _, c := range []struct {
		name               string
		least, told, limit float64
		want               Outcome
	}{
		{"no limit", 1, 8, unlimited, Open},
		{"knows nothing", 1, 8, 2, Open},
		{"knows", 1, 2, 2, Limited},
		{"rounds up", 1, 3, 2.5, Limited},
		{"rounds up to its least", 2, 2, 0.5, Limited},
		{"the limit is the machine", 1, 8, 8, NotApplicable},
		{"says nothing", 1, 0, 2, NotApplicable},
	} {
		t.Run(c.name, func(t *testing.T) {
			var trial Trial
			trial.believed(source{id: "x", of: sandbox.CPU, least: c.least}, c.told, 8, c.limit)
			if o := trial.Observations[0]; o.Outcome != c.want {
				t.Errorf("%+v, want %s", o, c.want)
			}
		})
	}
}
