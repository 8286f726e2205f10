package engine

import (
	"context"
	"os"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/engine/enginetest"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
)

func TestMain(m *testing.M) { os.Exit(enginetest.Main(m)) }

// engines are those that are tested, and what they need.
var engines = []struct {
	*Engine
	program, variable string
}{{Docker, "dockerd", "DOCKER_HOST"}, {Podman, "podman", ""}}

// each runs a test with every engine.
func each(t *testing.T, test func(t *testing.T, e *Engine)) {
	for _, e := range engines {
		t.Run(e.Name, func(t *testing.T) {
			enginetest.Engines(t, e.program, e.variable)
			test(t, e.Engine)
		})
	}
}

// opened opens a subject and closes it with the test.
func opened(t *testing.T, e *Engine, spec sandbox.Spec) experiment.Subject {
	t.Helper()
	s, err := e.Open(context.Background(), spec)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}
