package experiment

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
)

var overhead = Info{
	ID:       "overhead",
	Question: "Is the same work slower inside, and which layer makes it so?",
	Inside:   "does arithmetic, the cheapest system call, a round trip through a pipe, a small file, a round trip over loopback TCP",
	Host:     "does the same in a plain process, turn by turn with the inside; what is slower is done once more without the layer that may be why",
	Rule:     "open when all of it is as fast as in the plain process, within a fifth; limited when something is slower",
	Control:  "a plain process sets the speed; what it cannot do is left out",
	CleansUp: "each small file is removed at once",
	Layers:   []sandbox.Layer{sandbox.Root, sandbox.Net, sandbox.CPU, sandbox.Seccomp, sandbox.Landlock},
	Needs:    []string{},
	Seconds:  0.4,
	Alone:    true,
	run:      runOverhead,
}

const (
	overheadBursts = 7
	burstLength    = 5 // milliseconds
)

// overheadWork is one kind of work. Suspects are the layers that may slow it down.
type overheadWork struct {
	id, what string
	suspects []sandbox.Layer
}

var overheadWorks = []overheadWork{
	{"cpu", "a thousand steps of arithmetic", []sandbox.Layer{sandbox.CPU}},
	{"syscall", "a system call, getppid", []sandbox.Layer{sandbox.Seccomp}},
	{"pipe", "a byte through a pipe and back", []sandbox.Layer{sandbox.Seccomp, sandbox.CPU}},
	{"file", "a small file in /tmp: made, written, named, removed", []sandbox.Layer{sandbox.Root, sandbox.Landlock, sandbox.Seccomp}},
	{"loopback", "a byte over TCP on 127.0.0.1 and back", []sandbox.Layer{sandbox.Seccomp, sandbox.Net}},
}

func runOverhead(ctx context.Context, t *Trial) error {
	host, err := t.control(ctx)
	if err != nil {
		return err
	}
	there, err := t.hire(ctx, host)
	if err != nil {
		return err
	}
	here, err := t.hire(ctx, t.Subject)
	if err != nil {
		return err
	}
	var slow, same []string
	for _, w := range overheadWorks {
		r := race{overheadWork: w}
		if err := r.run(ctx, here, there); err != nil {
			return err
		}
		if o, yes := r.untried(); yes {
			t.see(o)
			continue
		}
		if err := t.judgeRace(ctx, &r, there); err != nil {
			return err
		}
		if r.slower() {
			slow = append(slow, r.String())
		} else {
			same = append(same, w.id)
		}
	}
	switch {
	case len(slow) == 0 && len(same) == 0:
		return cannot("not even a plain process could do any of it")
	case len(slow) == 0:
		return t.conclude(Open, "the host's own speed: %s", strings.Join(same, ", "))
	case len(same) == 0:
		return t.conclude(Limited, "slower than a plain process: %s", strings.Join(slow, ", "))
	}
	return t.conclude(Limited, "slower than a plain process: %s; the host's own speed: %s", strings.Join(slow, ", "), strings.Join(same, ", "))
}

// hire begins the act that works on a subject.
func (t *Trial) hire(ctx context.Context, s Subject) (*Talk, error) {
	given := inside.Overhead{File: "/tmp/tentpole-overhead-" + randomContent()[len("tentpole was here "):][:12], Content: randomContent() + "\n"}
	if err := announce(ctx, s, given); err != nil {
		if ctx.Err() != nil {
			return nil, err
		}
		given.File = "" // it has no place for one
	}
	return t.talkIn(ctx, s, "overhead", given)
}

// announce has the file known to the janitor, by making it once.
func announce(ctx context.Context, s Subject, given inside.Overhead) error {
	made, err := s.Create(ctx, given.File, strings.TrimSuffix(given.Content, "\n"))
	if err != nil {
		return err
	}
	return made.Remove(context.WithoutCancel(ctx))
}

// race is one kind of work, done in turn on two sides.
type race struct {
	overheadWork
	here, there      []float64 // nanoseconds a piece
	refused, outside *inside.Error
	by               sandbox.Layer
}

// run has both sides work in turn; who begins changes.
func (r *race) run(ctx context.Context, here, there *Talk) error {
	for i := range overheadBursts {
		sides := []func() error{
			func() error { return pace(ctx, here, r.id, &r.here, &r.refused) },
			func() error { return pace(ctx, there, r.id, &r.there, &r.outside) },
		}
		for k := range sides {
			if err := sides[(i+k)%len(sides)](); err != nil {
				return err
			}
		}
		if r.refused != nil || r.outside != nil {
			return nil
		}
	}
	return nil
}

// pace asks for one burst.
func pace(ctx context.Context, worker *Talk, kind string, took *[]float64, refused **inside.Error) error {
	var p inside.Pace
	if err := worker.Say(inside.Burst{Kind: kind, Milliseconds: burstLength}); err != nil {
		return err
	}
	if err := worker.Hear(ctx, &p); err != nil {
		return err
	}
	switch {
	case p.Refused != nil:
		*refused = p.Refused
	case !(p.Nanoseconds > 0) || math.IsInf(p.Nanoseconds, 0):
		return fmt.Errorf("the act says that %s took %v ns", kind, p.Nanoseconds)
	default:
		*took = append(*took, p.Nanoseconds)
	}
	return nil
}

// ratio is how many times as long it takes inside.
func (r *race) ratio() float64 { return quickestRatio(r.here, r.there) }

func (r *race) slower() bool { return r.refused != nil || r.ratio() > sameSpeed }

func (r *race) String() string {
	text := fmt.Sprintf("%s %.1f times", r.id, r.ratio())
	if r.refused != nil {
		text = r.id + " (refused)"
	}
	if r.by != "" {
		text += " by " + string(r.by)
	}
	return text
}

// untried is what to note where nothing can be compared: not even the host can,
// or what lies inside has no such files. An overlay of Linux 6.1 has none
// without a name.
func (r *race) untried() (o Observation, yes bool) {
	o = Observation{ID: r.id, What: r.what, Outcome: NotApplicable}
	switch {
	case r.outside != nil:
		o.Host = answer(r.outside)
	case r.refused != nil && r.refused.Name == "ENOTSUP":
		o.Inside, o.Host = answer(r.refused), quickestTime(r.there)
	default:
		return o, false
	}
	return o, true
}

// judgeRace notes how it went, and looks for the layer that makes the
// difference.
func (t *Trial) judgeRace(ctx context.Context, r *race, there *Talk) (err error) {
	if r.refused != nil {
		t.see(Observation{ID: r.id, What: r.what, Inside: answer(r.refused), Host: quickestTime(r.there), Outcome: Limited})
		return nil
	}
	t.measure(r.id+"-inside", r.what, "ns", r.here)
	t.measure(r.id+"-host", r.what+", in a plain process", "ns", r.there)
	t.measure(r.id+"-ratio", "how many times as long inside", "", runRatios(r.here, r.there))
	last := len(t.Numbers) - 1
	t.measure(r.id+"-best", "how many times as long inside, quickest against quickest", "", []float64{r.ratio()})
	if t.Numbers[last].ID == "file-ratio" {
		// What a file system keeps of files that are gone moves it by factors from
		// one moment to the next.
		t.Numbers[last].Least, t.Numbers[last].Most = t.Numbers[last].Least/3, t.Numbers[last].Most*3
	}
	o := Open
	if r.slower() {
		o = Limited
		if err = t.blame(ctx, r, there); err != nil {
			return err
		}
	}
	t.see(Observation{ID: r.id, What: r.what, Inside: quickestTime(r.here), Host: quickestTime(r.there), Outcome: o, By: r.by})
	return nil
}

// blame does the same without each layer that is suspected: the one without
// which at least half of the difference is gone makes it.
func (t *Trial) blame(ctx context.Context, r *race, there *Talk) error {
	for _, suspect := range r.suspects {
		if !t.has(suspect) {
			continue
		}
		other, err := t.another(ctx, lacking(suspect))
		var impossible *CannotError
		if errors.As(err, &impossible) {
			continue
		}
		if err != nil {
			return err
		}
		here, err := t.hire(ctx, other)
		if err != nil {
			return err
		}
		again := race{overheadWork: r.overheadWork}
		if err := again.run(ctx, here, there); err != nil {
			return err
		}
		if again.refused == nil && again.outside == nil && again.ratio()-1 < (r.ratio()-1)/2 {
			r.by = suspect
			return nil
		}
	}
	return nil
}

// lacking takes a layer away, and what would imply it.
func lacking(l sandbox.Layer) func(*sandbox.Spec) {
	return func(spec *sandbox.Spec) {
		spec.Layers = spec.Layers.Without(l)
		switch l {
		case sandbox.Root:
			spec.Root, spec.Source, spec.Unpacked, spec.ReadOnly = sandbox.RootHost, "", "", false
		case sandbox.Net:
			spec.Network, spec.Join = "", nil
		case sandbox.CPU:
			spec.Limits.CPUs, spec.Limits.Weight = 0, 0
		case sandbox.Seccomp:
			spec.Calls = sandbox.CallRules{}
		case sandbox.Landlock:
			spec.Access = sandbox.Access{}
		}
	}
}

func quickestTime(took []float64) string {
	if len(took) == 0 {
		return "no answer"
	}
	ns := slices.Min(took)
	if ns < 1000 {
		return fmt.Sprintf("%.0f ns", ns)
	}
	return fmt.Sprintf("%.1f µs", ns/1000)
}
