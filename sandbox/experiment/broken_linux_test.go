package experiment

import (
	"context"
	"slices"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/internal/onpurpose"
	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
)

// pretender claims to have layers that it lacks.
type pretender struct {
	Subject
	layers sandbox.LayerSet
}

func (p pretender) Describe() Description {
	d := p.Subject.Describe()
	d.Layers = p.layers
	return d
}

func (p pretender) Another(ctx context.Context, change func(*sandbox.Spec)) (Subject, error) {
	s, err := p.Subject.Another(ctx, change)
	if err != nil || s.Describe().Layers.Len() == 0 {
		return s, err
	}
	return pretender{s, p.layers}, nil
}

func is[T op.Operation](o op.Operation) bool {
	_, yes := o.(T)
	return yes
}

// breakages are the ways in which a container is raised badly: a layer is left
// out together with those that stand on it, or one operation is.
var breakages = []struct {
	name     string
	layers   []sandbox.Layer // what is not as it is said to be
	leaveOut func(op.Operation) bool
}{
	{"mount", []sandbox.Layer{sandbox.Mount, sandbox.Root, sandbox.Masks}, nil},
	{"root", []sandbox.Layer{sandbox.Root}, nil},
	{"uts", []sandbox.Layer{sandbox.UTS}, nil},
	{"ipc", []sandbox.Layer{sandbox.IPC}, nil},
	{"pid", []sandbox.Layer{sandbox.PID}, nil},
	{"net", []sandbox.Layer{sandbox.Net}, nil},
	{"user", []sandbox.Layer{sandbox.User}, nil},
	{"time", []sandbox.Layer{sandbox.Time}, nil},
	{"cgroup", []sandbox.Layer{sandbox.Cgroup}, nil},
	{"memory", []sandbox.Layer{sandbox.Memory}, nil},
	{"cpu", []sandbox.Layer{sandbox.CPU}, nil},
	{"pids", []sandbox.Layer{sandbox.PIDs}, nil},
	{"io", []sandbox.Layer{sandbox.IO}, nil},
	{"capabilities", []sandbox.Layer{sandbox.Capabilities}, is[op.LimitCapabilities]},
	{"no-new-privs", []sandbox.Layer{sandbox.NoNewPrivs}, is[op.NoNewPrivileges]},
	{"seccomp", []sandbox.Layer{sandbox.Seccomp}, is[op.Seccomp]},
	{"landlock", []sandbox.Layer{sandbox.Landlock}, is[op.Landlock]},
	{"masks", []sandbox.Layer{sandbox.Masks}, is[op.HidePaths]},
	{"joining the group", []sandbox.Layer{sandbox.Memory, sandbox.CPU, sandbox.PIDs, sandbox.IO, sandbox.Cgroup}, is[op.JoinCgroup]},
	{"setting the limits", []sandbox.Layer{sandbox.Memory, sandbox.CPU, sandbox.PIDs, sandbox.IO}, is[op.SetLimits]},
	{"leaving the old root", []sandbox.Layer{sandbox.Root, sandbox.PID, sandbox.Masks}, is[op.PivotRoot]},
}

// TestBrokenLayers raises containers badly, and sees that experiments notice:
// for each layer at least one becomes less isolated, and none that says that the
// layer does not matter to it.
func TestBrokenLayers(t *testing.T) {
	tidy(t)
	whole := sandbox.Spec{Partial: true}
	for _, rung := range sandbox.Ladder() {
		whole.Layers, whole.Root = whole.Layers.With(rung.Layers.List()...), rung.Root
	}
	sound := open(t, whole)
	raised := sound.Plan().Layers
	before := map[string]Result{}
	for _, b := range breakages {
		t.Run(b.name, func(t *testing.T) {
			if !raised.Has(b.layers[0]) || b.name == "user" && sound.Plan().Rootless {
				t.Skipf("needs root: a user's container has no %s, or cannot be without", b.layers[0])
			}
			outcomes(t, On(sound), b.layers, before)
			after := map[string]Result{}
			outcomes(t, badly(t, whole, raised, b.layers, b.leaveOut), b.layers, after)
			notices(t, b.layers, before, after)
		})
	}
}

// badly raises a container that is not what it is said to be.
func badly(t *testing.T, spec sandbox.Spec, claimed sandbox.LayerSet, layers []sandbox.Layer, leaveOut func(op.Operation) bool) Subject {
	t.Helper()
	left := 0
	if leaveOut == nil {
		spec.Layers = spec.Layers.Without(layers...)
		if !spec.Layers.Has(sandbox.Root) {
			spec.Root = sandbox.RootHost
		}
	} else {
		onpurpose.LeaveOut = func(o op.Operation) bool {
			if leaveOut(o) {
				left++
				return true
			}
			return false
		}
		t.Cleanup(func() { onpurpose.LeaveOut = nil })
	}
	s := open(t, spec)
	if leaveOut != nil && left == 0 {
		t.Fatal("there was no such operation to leave out")
	}
	if limits.Has(layers[0]) && leaveOut == nil {
		// An experiment on a limit asks for a small one of its own, which would
		// bring the layer back: the sandbox says what it is.
		return On(s)
	}
	return pretender{On(s), claimed}
}

var limits = sandbox.Set(sandbox.Memory, sandbox.CPU, sandbox.PIDs, sandbox.IO)

// outcomes adds the results of all quick experiments, and of those that say that
// one of the layers matters, to those that are there. What they cost is not
// asked: clocks are no proof of a layer.
func outcomes(t *testing.T, s Subject, layers []sandbox.Layer, there map[string]Result) {
	t.Helper()
	for _, row := range table {
		if _, known := there[row.ID]; known || row.Group == "cost" || !row.Quick() && !matters(row, layers) {
			continue
		}
		r, err := Run(t.Context(), row.ID, s, Options{Path: uniquePath(t)})
		if err != nil {
			t.Logf("%s: %v", row.ID, err)
			continue
		}
		there[row.ID] = r
	}
}

func matters(row Info, layers []sandbox.Layer) bool {
	return slices.ContainsFunc(layers, func(l sandbox.Layer) bool { return slices.Contains(row.Layers, l) })
}

// notices compares a sound container with a broken one.
func notices(t *testing.T, layers []sandbox.Layer, sound, broken map[string]Result) {
	t.Helper()
	var noticed []string
	for _, row := range table {
		was, is := sound[row.ID], broken[row.ID]
		switch {
		case is.Experiment == "":
		case less(was.Outcome, is.Outcome) && !matters(row, layers):
			t.Errorf("%s went from %s to %s (%s), and does not say that any of %v matters", row.ID, was.Outcome, is.Outcome, is.Reason, layers)
		case less(was.Outcome, is.Outcome):
			noticed = append(noticed, row.ID)
		case matters(row, layers):
			noticed = append(noticed, parts(was, is)...)
		}
	}
	t.Logf("noticed by %v", noticed)
	if len(noticed) == 0 {
		t.Error("no experiment noticed")
	}
}

// less tells whether there is less isolation now than there was.
func less(was, now Outcome) bool { return was != NotApplicable && rank[now] < rank[was] }

// parts are the observations with less isolation, where another layer keeps the
// answer as a whole what it was.
func parts(was, now Result) (out []string) {
	for _, o := range now.Observations {
		if before, seen := was.Observed(o.ID); seen && less(before.Outcome, o.Outcome) {
			out = append(out, now.Experiment+":"+o.ID)
		}
	}
	return out
}
