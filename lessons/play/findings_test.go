package play

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox/experiment"
)

// few are shown as they are; many are put together, and none of those that
// could be tried goes uncounted.
func TestFindings(t *testing.T) {
	r := experiment.Result{Experiment: "escape", Outcome: experiment.Open}
	for i := range 3 {
		r.Observations = append(r.Observations, experiment.Observation{ID: fmt.Sprint("a", i), What: fmt.Sprint("way ", i), Inside: "out", Host: "works", Outcome: experiment.Open})
	}
	if got, want := strings.Join(Findings(r), "\n"), "way 0 – inside: out; host: works.\nway 1 – inside: out; host: works.\nway 2 – inside: out; host: works.\nOutcome: open."; got != want {
		t.Errorf("three:\n%s\nwant:\n%s", got, want)
	}
	for i := range 12 {
		r.Observations = append(r.Observations,
			experiment.Observation{ID: fmt.Sprint("b", i), What: fmt.Sprint("door ", i), Inside: fmt.Sprint("closed: ", i), Host: "works", Outcome: experiment.Contained},
			experiment.Observation{ID: fmt.Sprint("c", i), What: fmt.Sprint("gate ", i), Inside: "not tried", Outcome: experiment.NotApplicable})
	}
	r.Observations = append(r.Observations, experiment.Observation{ID: "l", What: "memory", Inside: "64\x1b[2J MiB", Host: "-", Outcome: experiment.Limited})
	want := `inside: out; host: works, 3: way 0; way 1; way 2.
contained, 12: door 0; door 1; door 2; door 3; door 4; door 5; door 6; door 7; door 8; door 9; and 2 more.
memory – inside: 64\x1b[2J MiB.
n/a here: 12 of 28.
One by one: tentpole experiment run escape, with the layers of this step.
Outcome: open.`
	if got := strings.Join(Findings(r), "\n"); got != want {
		t.Errorf("many:\n%s\nwant:\n%s", got, want)
	}
}

// TestSeen: what an error is called has its words behind it, once; a long list is
// cut between two words; a side that saw nothing is not named.
func TestSeen(t *testing.T) {
	list := strings.TrimSpace(strings.Repeat("mount ", 60))
	for _, c := range []struct {
		o    experiment.Observation
		want string
	}{
		{experiment.Observation{What: "ptrace", Inside: "no, ESRCH; again ESRCH", Host: "-"}, "ptrace – inside: no, ESRCH (no such process); again ESRCH."},
		{experiment.Observation{What: "may it be read?", Host: "yes"}, "may it be read? host: yes."},
		{experiment.Observation{What: "shells", Inside: "0: ", Host: "ELF EXIT"}, "shells – inside: 0; host: ELF EXIT."},
		{experiment.Observation{What: "calls", Inside: list}, "calls – inside: " + list[:26*6-1] + " …"},
		{experiment.Observation{What: "nobody"}, "nobody – nothing."},
	} {
		if got := eachObserved([]experiment.Observation{c.o})[0]; got != c.want {
			t.Errorf("got  %q\nwant %q", got, c.want)
		}
	}
	r := experiment.Result{Experiment: "syscalls", Observations: []experiment.Observation{{What: "calls", Inside: list}}}
	if got := observed(r); len(got) != 2 || !strings.HasPrefix(got[1], "All of it: tentpole experiment run syscalls") {
		t.Errorf("%q", got)
	}
}
