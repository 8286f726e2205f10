package play

import (
	"regexp"
	"slices"
	"testing"

	"github.com/tentpole-labs/tentpole/content"
	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/claims"
)

// typedRun is an experiment that a lesson has the learner start by hand.
var typedRun = regexp.MustCompile(`tentpole experiment run ([a-z-]+)`)

// experimentsOf are those that the steps of a lesson run.
func experimentsOf(l *lessons.Lesson) (ids []string) {
	for i := range l.Steps {
		s := &l.Steps[i]
		if s.Run != nil && s.Run.Experiment != "" {
			ids = append(ids, s.Run.Experiment)
		}
		for _, v := range []lessons.Variant{lessons.User, lessons.Root} {
			for _, block := range s.Commands(v) {
				for _, m := range typedRun.FindAllStringSubmatch(block.Text, -1) {
					ids = append(ids, m[1])
				}
			}
		}
	}
	return ids
}

// verdicts is the lesson that goes through all claims, so that it covers none.
const verdicts = "on-trial"

func embedded(t *testing.T) *lessons.Course {
	t.Helper()
	course, err := lessons.LoadAll(content.FS, Known())
	if err != nil {
		t.Fatal(err)
	}
	return course
}

// TestClaimsAreMet: each claim is met in a lesson, and once more in the one that
// goes through all of them.
func TestClaimsAreMet(t *testing.T) {
	set, err := claims.Parse("claims.yaml", content.Claims())
	if err != nil {
		t.Fatal(err)
	}
	var known []string
	for _, c := range set.Claims {
		known = append(known, c.ID)
	}
	met := map[string][]string{}
	for _, l := range embedded(t).Lessons {
		for _, id := range l.Claims {
			if !slices.Contains(known, id) {
				t.Errorf("%s: there is no claim %s", l.ID, id)
			}
			met[id] = append(met[id], l.ID)
		}
	}
	for _, c := range set.Claims {
		if in := met[c.ID]; len(in) < 2 || !slices.Contains(in, verdicts) {
			t.Errorf("the claim %s is met in %q, not in a lesson and in %s: %s", c.ID, in, verdicts, c.Claim)
		}
	}
}

// TestExperimentsAreRun: each experiment is run in a lesson.
func TestExperimentsAreRun(t *testing.T) {
	var ran []string
	for _, l := range embedded(t).Lessons {
		ran = append(ran, experimentsOf(l)...)
	}
	for _, e := range experiment.List() {
		if !slices.Contains(ran, e.ID) {
			t.Errorf("no lesson runs the experiment %s", e.ID)
		}
	}
}

// TestLayersAreIntroduced: each layer is introduced by one lesson.
func TestLayersAreIntroduced(t *testing.T) {
	by := map[string][]string{}
	for _, l := range embedded(t).Lessons {
		for _, layer := range l.Introduces {
			by[layer] = append(by[layer], l.ID)
		}
	}
	for _, layer := range sandbox.Layers() {
		if in := by[string(layer.Name)]; len(in) != 1 {
			t.Errorf("the layer %s is introduced by %q, not by one lesson", layer.Name, in)
		}
	}
}
