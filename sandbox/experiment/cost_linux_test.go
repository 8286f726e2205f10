package experiment

import (
	"bytes"
	"context"
	"debug/elf"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/internal/sealed"
)

// raise opens a sandbox at a stage, less what this machine cannot raise.
func raiseStage(t *testing.T, stage string) *sandbox.Sandbox {
	t.Helper()
	rung, err := sandbox.ParseStage(stage)
	if err != nil {
		t.Fatal(err)
	}
	return open(t, sandbox.Spec{Layers: rung.Layers, Root: rung.Root, Partial: true})
}

func runCost(t *testing.T, id string, s Subject) Result {
	t.Helper()
	r, err := Run(context.Background(), id, s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestStart(t *testing.T) {
	for stage, might := range map[string][]Outcome{"process": {Open}, "container": {Open, Limited}} {
		t.Run(stage, func(t *testing.T) {
			s := raiseStage(t, stage)
			r := runCost(t, "start", On(s))
			if !slices.Contains(might, r.Outcome) {
				t.Errorf("%s: %s, want one of %s", r.Outcome, r.Reason, might)
			}
			ids := []string{"plain", "process", "container"}
			for _, l := range s.Plan().Layers.List() {
				if l != sandbox.User || !s.Plan().Rootless {
					ids = append(ids, "+"+string(l))
				}
			}
			if len(r.Numbers) != len(ids) {
				t.Errorf("%d numbers, want %v", len(r.Numbers), ids)
			}
			for _, id := range ids {
				if n, ok := r.Measured(id); !ok || n.Value <= 0 || n.Runs < 1 {
					t.Errorf("%s: %+v", id, n)
				}
			}
		})
	}
}

func TestJudgeStart(t *testing.T) {
	rungs := func(empty, whole float64) []*startRung {
		return []*startRung{{id: "plain", took: []float64{1}}, {id: "process", took: []float64{empty}},
			{id: "+net", layer: sandbox.Net, took: []float64{whole}}}
	}
	for want, r := range map[Outcome][]*startRung{Open: rungs(10, 11), Limited: rungs(10, 13)} {
		var trial Trial
		if err := trial.judgeStart(r); err != nil || trial.Outcome != want {
			t.Errorf("%s: %s, want %s: %v", trial.Outcome, trial.Reason, want, err)
		}
		if o, found := trial.Observed("dearest"); found != (want == Limited) || found && o.By != sandbox.Net {
			t.Errorf("dearest: %+v", o)
		}
	}
}

func TestFirstInstructions(t *testing.T) {
	for arch, first := range firstInstructions {
		f, err := elf.NewFile(bytes.NewReader(elfFile(first.machine, first.code)))
		if err != nil {
			t.Fatal(arch, err)
		}
		code := make([]byte, len(first.code))
		p := f.Progs[0]
		if _, err := p.ReadAt(code, int64(f.Entry-p.Vaddr)); err != nil || !bytes.Equal(code, first.code) {
			t.Errorf("%s: %x at the entry: %v", arch, code, err)
		}
	}
	first, known := firstInstructions[runtime.GOARCH]
	if !known {
		return
	}
	program, err := sealed.Copy(bytes.NewReader(elfFile(first.machine, first.code)))
	if err != nil {
		t.Fatal(err)
	}
	defer program.Close()
	c := exec.Command("/proc/self/fd/3")
	c.ExtraFiles = []*os.File{program}
	if out, err := c.Output(); err != nil || len(out) != 1 {
		t.Errorf("it wrote %q: %v", out, err)
	}
}

func TestDearest(t *testing.T) {
	rungs := []*startRung{
		{id: "plain", took: []float64{1}}, {id: "process", took: []float64{9}},
		{id: "+mount", layer: sandbox.Mount, took: []float64{9.5, 30}}, {id: "+net", layer: sandbox.Net, took: []float64{12, 11}},
		{id: "+user", layer: sandbox.User, took: []float64{11.5, 11.5}},
	}
	if r, step := dearest(rungs); r == nil || r.layer != sandbox.Net || step != 1.5 {
		t.Errorf("%+v, %v", r, step)
	}
	if r, _ := dearest(rungs[:2]); r != nil {
		t.Errorf("without layers: %+v", r)
	}
}

func TestOverhead(t *testing.T) {
	for _, stage := range []string{"process", "root", "container"} {
		t.Run(stage, func(t *testing.T) {
			r := runCost(t, "overhead", On(raiseStage(t, stage)))
			for _, w := range overheadWorks {
				o, _ := r.Observed(w.id)
				if o.Outcome == NotApplicable && o.Inside == "no, ENOTSUP" {
					continue // its file system cannot
				}
				for _, side := range []string{"-inside", "-host", "-ratio"} {
					if n, ok := r.Measured(w.id + side); !ok || n.Value <= 0 || n.Runs != overheadBursts {
						t.Errorf("%s: %+v; %+v", w.id+side, n, o)
					}
				}
				if o.Outcome == Limited && r.Outcome != Limited {
					t.Errorf("%s is slower, and the answer is %s: %s", w.id, r.Outcome, r.Reason)
				}
			}
			if left, _ := filepath.Glob("/tmp/tentpole-overhead-*"); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// TestOverheadRefused: what the inside may not do is an answer, not an error.
func TestOverheadRefused(t *testing.T) {
	s := open(t, sandbox.Spec{Calls: sandbox.CallRules{Deny: []string{"socket"}}})
	r := runCost(t, "overhead", On(s))
	if o, _ := r.Observed("loopback"); r.Outcome != Limited || o.Outcome != Limited || o.Inside != "no, EPERM" {
		t.Errorf("%s: %s: %+v", r.Outcome, r.Reason, o)
	}
	if _, measured := r.Measured("loopback-inside"); measured {
		t.Error("measured what was refused")
	}
}

func TestRace(t *testing.T) {
	for name, c := range map[string]struct {
		here, there []float64
		slower      bool
	}{
		"same":                    {[]float64{100, 101}, []float64{100, 99}, false},
		"within a fifth":          {[]float64{119, 140}, []float64{100, 100}, false},
		"slower":                  {[]float64{130, 125}, []float64{100, 101}, true},
		"disturbed now and then":  {[]float64{900, 102, 800}, []float64{100, 101, 99}, false},
		"faster is no difference": {[]float64{50}, []float64{100}, false},
	} {
		if r := (race{here: c.here, there: c.there}); r.slower() != c.slower {
			t.Errorf("%s: %.2f", name, r.ratio())
		}
	}
}

func TestDensity(t *testing.T) {
	for _, stage := range []string{"process", "time", "memory", "container"} {
		t.Run(stage, func(t *testing.T) {
			s := raiseStage(t, stage)
			r := runCost(t, "density", On(s))
			want := Open
			if s.Plan().Layers.Has(sandbox.Memory) {
				want = Limited
			}
			if r.Outcome != want {
				t.Errorf("%s: %s, want %s", r.Outcome, r.Reason, want)
			}
			for id, bounds := range map[string][2]float64{
				"sandboxes": {2, crowd}, "memory": {100 << 10, 64 << 20}, "command-memory": {50 << 10, 32 << 20},
				"init-memory": {50 << 10, 32 << 20}, "plain-memory": {100 << 10, 64 << 20},
				"starts": {0.1, 1e6}, "stops": {0.1, 1e6}, "idle-cpu": {0, 100},
			} {
				if n, ok := r.Measured(id); !ok || n.Value < bounds[0] || n.Value > bounds[1] {
					t.Errorf("%s: %+v", id, n)
				}
			}
		})
	}
}

func TestProcessorTime(t *testing.T) {
	used := func() time.Duration {
		d, err := cpuTime([]int{os.Getpid()})
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	before, x := used(), uint64(1)
	for used() == before {
		x ^= x << 13
	}
	runtime.KeepAlive(x)
	if _, err := cpuTime([]int{1 << 28}); err == nil {
		t.Error("the time of a process that there is not")
	}
}

// hasty gives up when the third subject is started.
type hasty struct {
	Subject
	started *int
	giveUp  context.CancelFunc
}

func (h hasty) Another(ctx context.Context, change func(*sandbox.Spec)) (Subject, error) {
	if *h.started++; *h.started == 3 {
		h.giveUp()
	}
	return h.Subject.Another(ctx, change)
}

func TestCostsCancelled(t *testing.T) {
	for _, row := range []Info{start, density} {
		t.Run(row.ID, func(t *testing.T) {
			s := raiseStage(t, "net")
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			if _, err := Run(ctx, row.ID, hasty{On(s), new(int), cancel}, Options{}); !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
			trees, err := filepath.Glob(filepath.Join(os.Getenv("XDG_STATE_HOME"), "tentpole/sandboxes/*@*"))
			if err != nil || len(trees) != 1 {
				t.Errorf("left behind: %v %v", trees, err)
			}
		})
	}
}
