package experiment

import (
	"slices"
	"strings"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/seccomp"
)

func TestSyscalls(t *testing.T) {
	for _, tt := range []struct {
		name   string
		layers []sandbox.Layer
		want   Outcome
	}{
		{"a plain process", nil, Open},
		{"fewer capabilities", []sandbox.Layer{sandbox.Capabilities, sandbox.NoNewPrivs}, Open},
		{"a filter", []sandbox.Layer{sandbox.Seccomp}, Limited},
	} {
		t.Run(tt.name, func(t *testing.T) {
			wantOutcome(t, trialAt(t, "syscalls", tt.layers...), tt.want, "refused", tt.want)
		})
	}
	t.Run("a container without the filter", func(t *testing.T) {
		wantOutcome(t, trialAtContainer(t, "syscalls", sandbox.Seccomp), Open, "refused", Open)
	})
	t.Run("a container", func(t *testing.T) {
		r := trialAtContainer(t, "syscalls")
		wantOutcome(t, r, Limited, "refused", Limited)
		wantCounts(t, r)
	})
}

// wantCounts compares what was tried with what the rules say: a call that the
// rules refuse was refused, or is one of those that are not tried.
func wantCounts(t *testing.T, r Result) {
	t.Helper()
	n := func(id string) int { return int(measured(t, r, id)) }
	if n("refused") > n("rules-refuse")+n("rules-depend") {
		t.Errorf("%d refused, by rules on %d", n("refused"), n("rules-refuse"))
	}
	if least := n("rules-refuse") - len(untried); n("refused")+n("refused-anyway") < least {
		t.Errorf("%d refused and %d refused anyway, want %d at least", n("refused"), n("refused-anyway"), least)
	}
	if n("left")+n("refused") != n("tried") || n("tried")+len(untried) < n("calls") {
		t.Errorf("of %d calls %d tried, %d left, %d refused", n("calls"), n("tried"), n("left"), n("refused"))
	}
}

// TestRefusedCalls: a filter with one rule is noticed by the one call.
func TestRefusedCalls(t *testing.T) {
	spec := sandbox.Spec{Layers: sandbox.Set(sandbox.Seccomp), Calls: sandbox.CallRules{Profile: "all", Deny: []string{"getpriority", "mkdirat"}}}
	r := trialOf(t, "syscalls", spec)
	o, _ := r.Observed("refused")
	if got := strings.Fields(o.Inside); len(got) != 3 || !slices.Contains(got, "getpriority") || !slices.Contains(got, "mkdirat") {
		t.Errorf("refused: %q", o.Inside)
	}
	if left, tried := measured(t, r, "left"), measured(t, r, "tried"); left != tried-2 {
		t.Errorf("%v of %v are left", left, tried)
	}
}

// TestCallNames: a name that no architecture has would be tried with unfit
// arguments, or be tried at all.
func TestCallNames(t *testing.T) {
	known := append(seccomp.Names(seccomp.AMD64), seccomp.Names(seccomp.ARM64)...)
	for name := range fitted {
		if !slices.Contains(known, name) {
			t.Errorf("there is no call %s to fit", name)
		}
	}
	for name := range untried {
		if !slices.Contains(known, name) {
			t.Errorf("there is no call %s to leave out", name)
		}
	}
}
