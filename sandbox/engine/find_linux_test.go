package engine

import (
	"context"
	"errors"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

// TestFind: a container is found by its name and by its id, and the facts of its
// first process tell what the engine raised: no user, no time, no limits.
func TestFind(t *testing.T) {
	each(t, func(t *testing.T, e *Engine) {
		ctx := context.Background()
		s := opened(t, e, sandbox.Spec{}).(*subject)
		for _, word := range []string{s.container.name, s.container.id[:12]} {
			found, err := e.Find(ctx, word)
			if err != nil || found.ID != s.container.id || found.PID != s.first {
				t.Errorf("%s: %+v, %v", word, found, err)
			}
		}
		inside, err := facts.Read(ctx, s.first)
		if err != nil {
			t.Fatal(err)
		}
		host, err := facts.Self(ctx)
		if err != nil {
			t.Fatal(err)
		}
		raised, _ := sandbox.Raised(facts.Compare(host, inside))
		up := sandbox.Set(sandbox.Mount, sandbox.Root, sandbox.UTS, sandbox.IPC, sandbox.PID, sandbox.Net, sandbox.Capabilities, sandbox.Seccomp, sandbox.Masks)
		down := sandbox.Set(sandbox.User, sandbox.Time, sandbox.Memory, sandbox.CPU, sandbox.IO, sandbox.NoNewPrivs)
		if raised&up != up || raised&down != 0 {
			t.Errorf("%s raised %v", e.Title, raised)
		}
		var refused *RefusedError
		if _, err := e.Find(ctx, "nobody-is-called-so"); !errors.As(err, &refused) || refused.Status != 404 {
			t.Errorf("%v", err)
		}
	})
}
