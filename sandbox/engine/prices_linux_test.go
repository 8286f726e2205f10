package engine

import (
	"context"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
)

// TestPrices: one more container has its price in every measure, and leaves
// nothing.
func TestPrices(t *testing.T) {
	each(t, func(t *testing.T, e *Engine) {
		s := opened(t, e, sandbox.Spec{})
		list, err := experiment.Prices(context.Background(), func(ctx context.Context) (experiment.Subject, error) {
			return s.Another(ctx, func(*sandbox.Spec) {})
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range list {
			t.Logf("%s %v %s", p.Measure, p.Value, p.Reason)
			if p.Measure != "idle-cpu" && p.Measure != "file" && (p.Reason != "" || p.Value <= 0) {
				t.Errorf("%+v", p)
			}
		}
		if n := len(asked(t, e, containers)); n != 1 {
			t.Errorf("%d containers, want 1", n)
		}
	})
}
