package play

import (
	"testing"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/sandbox/features"
)

// TestReadyFor: a lesson is played in full, in part or not at all, by what its
// steps require and raise.
func TestReadyFor(t *testing.T) {
	l := written(t, `## Reading

<!-- step {id: read, kind: read} -->

## Plain

<!-- step {id: plain, kind: run} -->

## Limited

<!-- step {id: limited, kind: run, requires: [memory, bridge]} -->

## Raised

<!-- step {id: raised, kind: run, layers: [pid]} -->
`)
	for _, c := range []struct {
		name   string
		no     []string
		want   Extent
		passed int
		lacks  int
	}{
		{"all there", nil, InFull, 0, 0},
		{"a feature that nobody asks for", []string{"io"}, InFull, 0, 0},
		{"what a step requires", []string{"memory", "bridge"}, InPart, 1, 2},
		{"what decides about a layer", []string{"pid"}, InPart, 1, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := ReadyFor([]*lessons.Lesson{l}, answersWithout(c.no...))[0]
			if r.Raised != 3 || r.Passed != c.passed || r.Extent() != c.want || len(r.Lacks) != c.lacks {
				t.Errorf("%d of %d passed, %s, lacks %v", r.Passed, r.Raised, r.Extent(), r.Lacks)
			}
		})
	}
	only := written(t, "## Limited\n\n<!-- step {id: limited, kind: run, requires: [memory]} -->\n")
	if r := ReadyFor([]*lessons.Lesson{only}, answersWithout("memory"))[0]; r.Extent() != NotAll {
		t.Errorf("%s", r.Extent())
	}
}

// answersWithout is a machine that has every feature but these.
func answersWithout(ids ...string) (out []features.Answer) {
	for _, f := range features.Table() {
		a := features.Answer{ID: f.ID, OK: true, Layers: f.Layers}
		for _, id := range ids {
			a.OK = a.OK && id != f.ID
		}
		out = append(out, a)
	}
	return out
}
