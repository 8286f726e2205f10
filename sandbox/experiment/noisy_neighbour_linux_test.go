package experiment

import (
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
)

func TestNoisyNeighbour(t *testing.T) {
	turnsWith(t, "noisy-neighbour", sandbox.CPU, Open, Limited, func(t *testing.T, r Result) {
		for _, id := range []string{"alone", "noisy", "limited"} {
			p50, p99 := number(t, r, id+"-p50"), number(t, r, id+"-p99")
			if p50.Value <= 0 || p99.Value < p50.Value || p99.Least > p99.Value || p99.Most < p99.Value || p99.Runs < leastRounds {
				t.Errorf("%s: %+v, %+v", id, p50, p99)
			}
		}
	})
}
