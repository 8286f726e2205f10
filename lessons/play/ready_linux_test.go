package play

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/sandbox"
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
	other := written(t, "## Elsewhere\n\n<!-- step {id: elsewhere, kind: run, experiment: kernel, with: {subject: vm}} -->\n")
	if r := ReadyFor([]*lessons.Lesson{other}, append(answersWithout(), features.Answer{ID: "vm"}))[0]; r.Extent() != NotAll || len(r.Lacks) != 1 {
		t.Errorf("without the subject of its step: %s, lacks %v", r.Extent(), r.Lacks)
	}
	only := written(t, "## Limited\n\n<!-- step {id: limited, kind: run, requires: [memory]} -->\n")
	if r := ReadyFor([]*lessons.Lesson{only}, answersWithout("memory"))[0]; r.Extent() != NotAll {
		t.Errorf("%s", r.Extent())
	}
}

// TestAskSubjects asks for a subject that steps need, and for no other, and gets
// the reason and the remedy apart.
func TestAskSubjects(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	l := written(t, "## Elsewhere\n\n<!-- step {id: elsewhere, kind: run, requires: [\"oci:crun\", memory]} -->\n")
	answers := AskSubjects(context.Background(), []*lessons.Lesson{l})
	if len(answers) != 1 || answers[0].ID != "oci:crun" {
		t.Fatalf("%+v", answers)
	}
	if a := answers[0]; a.OK || !strings.Contains(a.Error, "not installed") || strings.Contains(a.Error, a.Remedy) || a.Remedy == "" || !errors.Is(a.Err, sandbox.ErrNotSupported) {
		t.Errorf("%+v", a)
	}
	if none := AskSubjects(context.Background(), nil); none != nil {
		t.Errorf("%+v", none)
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
