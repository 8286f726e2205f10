package experiment

import (
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
)

func TestSetuid(t *testing.T) {
	for _, tt := range []struct {
		name     string
		layers   []sandbox.Layer
		want     Outcome
		flag     Outcome
		regained Outcome
	}{
		{"a plain process", nil, asWho(Open, NotApplicable), Open, asWho(Open, NotApplicable)},
		{"a root of its own", []sandbox.Layer{sandbox.Mount, sandbox.Root}, Open, Open, Open},
		{"the flag", []sandbox.Layer{sandbox.Mount, sandbox.Root, sandbox.NoNewPrivs}, Contained, Contained, Contained},
		{"the flag and fewer capabilities", []sandbox.Layer{sandbox.Capabilities, sandbox.NoNewPrivs}, Contained, Contained, Contained},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := trialAt(t, "setuid", tt.layers...)
			wantOutcome(t, r, tt.want, "flag", tt.flag)
			wantOutcome(t, r, tt.want, "root-regains", tt.regained)
		})
	}
	t.Run("a container", func(t *testing.T) {
		wantOutcome(t, trialAtContainer(t, "setuid"), Contained, "root-regains", Contained)
	})
	t.Run("a container without the flag", func(t *testing.T) {
		wantOutcome(t, trialAtContainer(t, "setuid", sandbox.NoNewPrivs), Open, "root-regains", Open)
	})
}

// TestSetUserFile needs three ids that are mapped.
func TestSetUserFile(t *testing.T) {
	if !asRoot() {
		t.Skip("needs root: a file of another user's, which an ordinary user's map of one id has not")
	}
	for want, layers := range map[Outcome][]sandbox.Layer{
		Open:      {sandbox.Mount, sandbox.User},
		Contained: {sandbox.Mount, sandbox.User, sandbox.NoNewPrivs},
	} {
		wantOutcome(t, trialAt(t, "setuid", layers...), want, "set-user-id", want)
	}
}

// TestNothingToRegain: with no capability kept neither way proves anything.
func TestNothingToRegain(t *testing.T) {
	r := trialOf(t, "setuid", sandbox.Spec{Layers: sandbox.Set(sandbox.Capabilities, sandbox.NoNewPrivs), Capabilities: []string{}})
	wantOutcome(t, r, NotApplicable, "root-regains", NotApplicable)
}

// TestFlagNotTold: a filter that refuses the question is no error.
func TestFlagNotTold(t *testing.T) {
	spec := sandbox.Spec{Layers: sandbox.Set(sandbox.Seccomp), Calls: sandbox.CallRules{Profile: "all", Deny: []string{"prctl"}}}
	wantOutcome(t, trialOf(t, "setuid", spec), NotApplicable, "", "")
}
