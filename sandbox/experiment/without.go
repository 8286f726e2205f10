package experiment

import (
	"context"
	"slices"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// without starts a subject like the trial's but for some layers, and what was
// asked of them: what is refused there as well was not refused by them. Layers
// that those implied stay.
func (t *Trial) without(ctx context.Context, layers ...sandbox.Layer) (Subject, error) {
	return t.another(ctx, func(spec *sandbox.Spec) {
		spec.Layers = t.Result.Subject.Layers.Without(layers...)
		if slices.Contains(layers, sandbox.Seccomp) {
			spec.Calls = sandbox.CallRules{}
		}
		if slices.Contains(layers, sandbox.Landlock) {
			spec.Access = sandbox.Access{}
		}
	})
}
