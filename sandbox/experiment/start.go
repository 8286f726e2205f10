package experiment

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox"
)

var start = Info{
	ID:       "start",
	Question: "How long is the way to a command's first instruction, and which layer is the dearest?",
	Inside:   "runs a program whose first instructions write one byte",
	Host:     "takes the time from the request to that byte: a plain process, a sandbox without layers, and then one layer more each time, up to this sandbox",
	Rule:     "open when this sandbox starts as fast as one without layers, within a fifth; limited when its layers take their time",
	Control:  "the same program as a plain process, and in a sandbox without layers",
	CleansUp: "ends every sandbox that it has started",
	Layers:   []sandbox.Layer{sandbox.Mount, sandbox.Root, sandbox.PID, sandbox.Net, sandbox.User, sandbox.Memory, sandbox.Cgroup, sandbox.Seccomp, sandbox.Landlock, sandbox.Masks},
	Needs:    []string{},
	Seconds:  0.4,
	Alone:    true,
	run:      runStart,
}

// Rounds are as many as the time allows, so that a slow machine is measured
// less often, not for longer.
const (
	startRounds   = 7
	startLeast    = 5
	startTime     = 600 * time.Millisecond
	startPatience = 10 * time.Second
)

// Ids of numbers. Every layer has one besides, "+mount".
const (
	plainProcess = "plain"
	emptySandbox = "process"
	wholeSandbox = "container"
)

// startRung is one thing that is started again and again.
type startRung struct {
	id, what string
	layer    sandbox.Layer // what it has more than the one before
	start    func(context.Context) (milliseconds float64, err error)
	took     []float64
}

func runStart(ctx context.Context, t *Trial) error {
	program, err := firstProgram()
	if errors.Is(err, sandbox.ErrNotSupported) {
		return cannot("%v", err)
	}
	if err != nil {
		return err
	}
	t.atEnd(program.Close)
	s := starter{t, program}
	rungs := s.rungs()
	if err := climb(ctx, rungs); err != nil {
		return err
	}
	if err := decide(ctx, base(rungs), rungs[len(rungs)-1]); err != nil {
		return err
	}
	for _, r := range rungs {
		t.measure(r.id, r.what, "ms", r.took)
	}
	last := rungs[len(rungs)-1]
	if last.id != wholeSandbox {
		t.measure(wholeSandbox, "this sandbox as it is", "ms", last.took)
	}
	return t.judgeStart(rungs)
}

// climb starts each of them once a round: what disturbs the machine for a
// while disturbs all of them.
func climb(ctx context.Context, rungs []*startRung) error {
	begin := time.Now()
	for round := 0; round < startRounds && (round == 0 || time.Since(begin) < startTime); round++ {
		for _, r := range rungs {
			took, err := r.start(ctx)
			if err != nil {
				return err
			}
			r.took = append(r.took, took)
		}
	}
	return nil
}

// decide starts the two that the answer depends on until they have been started
// often enough for it. Where they are far apart, twice is enough: a machine takes
// seconds to boot.
func decide(ctx context.Context, base, whole *startRung) error {
	for len(whole.took) < startLeast && !farApart(base.took, whole.took) {
		for _, r := range slices.Compact([]*startRung{base, whole}) {
			took, err := r.start(ctx)
			if err != nil {
				return err
			}
			r.took = append(r.took, took)
		}
	}
	return nil
}

// clearly is how many times as long is more than any noise.
const clearly = 5

func farApart(base, whole []float64) bool {
	return min(len(base), len(whole)) > 1 && slices.Min(whole) > clearly*slices.Max(base)
}

// base is what the last of them is compared with.
func base(rungs []*startRung) *startRung {
	if rungs[1].id == emptySandbox {
		return rungs[1]
	}
	return rungs[0]
}

// starter starts what is timed.
type starter struct {
	*Trial
	program *os.File
}

// rungs are a plain process, a sandbox without layers, and the way up to the
// trial's own. The last has everything that the trial's own has; what is no
// layer, such as a bridge, comes with it.
func (s starter) rungs() []*startRung {
	list := []*startRung{{id: plainProcess, what: "a plain process, forked and executed", start: s.plain}}
	d := s.Result.Subject
	if d.Kind != "sandbox" {
		return append(list, &startRung{id: wholeSandbox, what: "another like this one", start: s.sandboxed(func(*sandbox.Spec) {})})
	}
	list = append(list, &startRung{id: emptySandbox, what: "a sandbox without layers: an init and its command", start: s.sandboxed(bareSandbox(0, d))})
	var set sandbox.LayerSet
	for _, l := range d.Layers.List() {
		if set = set.With(l); l == sandbox.User && d.Rootless {
			continue // it came with the first one
		}
		list = append(list, &startRung{id: "+" + string(l), what: "and " + l.Info().What, layer: l, start: s.sandboxed(bareSandbox(set, d))})
	}
	if last := list[len(list)-1]; last.layer != "" {
		last.start = s.sandboxed(func(*sandbox.Spec) {})
	}
	return list
}

// bareSandbox is a sandbox with these layers and nothing else of its own.
func bareSandbox(set sandbox.LayerSet, d Description) func(*sandbox.Spec) {
	return func(spec *sandbox.Spec) {
		only := sandbox.Spec{Layers: set}
		if set.Has(sandbox.Root) {
			only.Root, only.Source, only.Unpacked, only.Upper = d.Root, spec.Source, spec.Unpacked, spec.Upper
		}
		*spec = only
	}
}

// plain starts the program as any other.
func (s starter) plain(ctx context.Context) (float64, error) {
	return firstByte(ctx, func(out *os.File) (io.Closer, error) {
		p, err := Bare().Start(ctx, Command{Args: []string{"first"}, Program: s.program, Stdout: out})
		if err != nil {
			return nil, err
		}
		return untilEnd(ctx, p), nil
	})
}

// sandboxed starts it in a sandbox of its own.
func (s starter) sandboxed(change func(*sandbox.Spec)) func(context.Context) (float64, error) {
	return func(ctx context.Context) (float64, error) {
		return firstByte(ctx, func(out *os.File) (io.Closer, error) {
			box, err := s.Another(ctx, change)
			if errors.Is(err, sandbox.ErrNotSupported) {
				return nil, cannot("it takes another sandbox, which this machine cannot raise: %v", err)
			}
			if err != nil {
				return nil, err
			}
			if _, err := box.Start(ctx, Command{Args: []string{"first"}, Program: s.program, Stdout: out}); err != nil {
				return nil, errors.Join(err, box.Close())
			}
			return box, nil
		})
	}
}

type waited func() error

func (w waited) Close() error { return w() }

// untilEnd waits for a process to end by itself.
func untilEnd(ctx context.Context, p Process) io.Closer {
	return waited(func() error { _, err := p.Wait(ctx); return err })
}

// firstByte is the time from the request to the first byte that comes out of
// what was started, in milliseconds. The end is not in it.
func firstByte(ctx context.Context, start func(out *os.File) (io.Closer, error)) (milliseconds float64, err error) {
	r, w, err := os.Pipe()
	if err != nil {
		return 0, err
	}
	defer r.Close()
	stop := context.AfterFunc(ctx, func() { r.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	begin := time.Now()
	started, err := start(w)
	w.Close()
	if err != nil {
		return 0, err
	}
	r.SetReadDeadline(time.Now().Add(startPatience))
	_, err = r.Read(make([]byte, 1))
	took := time.Since(begin)
	if err != nil {
		err = &sandbox.Error{Op: "wait for", Target: "a command's first instruction", Err: err}
	}
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return float64(took) / float64(time.Millisecond), errors.Join(err, started.Close())
}

// judgeStart compares the last with the one without layers.
func (t *Trial) judgeStart(rungs []*startRung) error {
	plain, whole := rungs[0], rungs[len(rungs)-1]
	empty, called := base(rungs), "a plain process"
	host, times := inMilliseconds(plain.took)+" for a plain process", fmt.Sprintf("%.1f times a plain process", quickestRatio(whole.took, plain.took))
	if empty != plain {
		called = "a sandbox without layers"
		host += ", " + inMilliseconds(empty.took) + " without layers"
		times = fmt.Sprintf("%.1f times a sandbox without layers, ", quickestRatio(whole.took, empty.took)) + times
	}
	o := Open
	if quickestRatio(whole.took, empty.took) > sameSpeed {
		o = Limited
	}
	t.see(Observation{ID: "start", What: "to a command's first instruction", Outcome: o, Inside: inMilliseconds(whole.took), Host: host})
	if o == Open {
		return t.conclude(o, "it starts as fast as %s: %s; a plain process takes %s", called, inMilliseconds(whole.took), inMilliseconds(plain.took))
	}
	if r, step := dearest(rungs); r != nil {
		t.see(Observation{ID: "dearest", What: "the layer that adds most", Inside: fmt.Sprintf("%s, %.1f ms", r.layer, step), Host: "0 ms", Outcome: Limited, By: r.layer})
	}
	return t.conclude(o, "%s to the first instruction: %s", inMilliseconds(whole.took), times)
}

// dearest is the layer that adds most to the one before it, quickest run against
// quickestRatio run.
func dearest(rungs []*startRung) (found *startRung, step float64) {
	for i, r := range rungs[1:] {
		if more := slices.Min(r.took) - slices.Min(rungs[i].took); r.layer != "" && more > step {
			found, step = r, more
		}
	}
	return found, step
}

func inMilliseconds(took []float64) string { return fmt.Sprintf("%.1f ms", middleRun(took)) }
