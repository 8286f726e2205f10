package experiment

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// TestInterrupted ends experiments at random moments: nothing of them stays.
func TestInterrupted(t *testing.T) {
	tidy(t)
	rungs := sandbox.Ladder()
	runs, cut := 50, 0
	for i := range runs {
		row := table[rand.IntN(len(table))]
		rung := rungs[rand.IntN(len(rungs))]
		s := open(t, sandbox.Spec{Partial: true, Layers: rung.Layers, Root: rung.Root})
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(rand.Float64()*min(row.Seconds, 1)*float64(time.Second)))
		_, err := Run(ctx, row.ID, On(s), Options{Path: uniquePath(t)})
		cancel()
		switch {
		case errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled):
			cut++
		case err != nil:
			t.Errorf("%d: %s at %s: %v", i, row.ID, rung.Name, err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	t.Logf("%d of %d were interrupted", cut, runs)
	if cut == 0 {
		t.Error("none was interrupted")
	}
}
