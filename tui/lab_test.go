package tui

import (
	"context"
	"errors"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/claims"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/matrix"
	"github.com/tentpole-labs/tentpole/sandbox/features"
)

// fakeLab is a lab without a kernel: what it finds is always the same.
type fakeLab struct {
	hold chan struct{} // when set, what is run waits for it
	// cells is how many cells of a matrix are filled before it waits.
	cells int
	say   string // what comes out of every sandbox, clean or not
	fails error  // what everything ends with
}

func (l *fakeLab) lab(t testing.TB) Lab {
	set, err := claims.Parse("claims.yaml", []byte(fakeClaims))
	if err != nil {
		t.Fatal(err)
	}
	return Lab{
		Experiments: fakeCatalogue, Experiment: l.experiment, Matrix: l.matrix, Try: l.try, Check: l.check,
		Claims: func() (claims.Set, error) { return set, l.fails },
		Keep:   func(matrix.Matrix) (string, error) { return "/home/you/tentpole-matrix.html", l.fails },
	}
}

// wait waits for hold.
func (l *fakeLab) wait(ctx context.Context) error {
	if l.hold == nil {
		return l.fails
	}
	select {
	case <-l.hold:
		return l.fails
	case <-ctx.Done():
		return ctx.Err()
	}
}

var fakeCatalogue = []experiment.Info{
	{ID: "file", Group: "see", Question: "Where does the host find a file that was made inside?", Inside: "makes a file and writes a word into it",
		Host: "searches everywhere for a file of that name", Rule: "open when it is at the same path, one-way when only the host finds it",
		Control: "a plain process makes the file first", CleansUp: "the file", Layers: []sandbox.Layer{sandbox.Mount, sandbox.Root}, Needs: []string{"a place to write"}, Seconds: 0.2},
	{ID: "hostname", Group: "see", Question: "Does a name given inside become the machine's?", Inside: "gives its machine a new name",
		Host: "reads its own name before and after", Rule: "contained when the host's stays as it was", Layers: []sandbox.Layer{sandbox.UTS}, Seconds: 0.05},
	{ID: "port", Group: "connect", Question: "Is a back door on port 31337 inside reached from outside?", Inside: "listens", Host: "calls",
		Rule: "open when the host gets an answer", Layers: []sandbox.Layer{sandbox.Net}, Seconds: 0.1},
	{ID: "memory-limit", Group: "use", Question: "What stops a process that takes ever more memory?", Inside: "takes memory", Host: "counts kills",
		Rule: "limited when it is stopped", Layers: []sandbox.Layer{sandbox.Memory}, Seconds: 2, Alone: true},
}

// answer is open until one of the layers is there that the experiment turns
// with.
func answer(info experiment.Info, set sandbox.LayerSet) experiment.Outcome {
	for _, l := range info.Layers {
		switch {
		case !set.Has(l):
		case l == sandbox.Memory:
			return experiment.Limited
		case l == sandbox.Root:
			return experiment.OneWay
		case l != sandbox.Mount:
			return experiment.Contained
		}
	}
	return experiment.Open
}

func (l *fakeLab) observed(o experiment.Outcome) []experiment.Observation {
	return []experiment.Observation{{ID: "found", What: "the file" + l.say, Inside: "/tmp/mydummytestfile.txt, inode 652834" + l.say, Host: "no such file at that path" + l.say, Outcome: o, By: sandbox.Root}}
}

func (l *fakeLab) counted() []experiment.Number {
	return []experiment.Number{{ID: "entries", What: "entries searched" + l.say, Value: 438013, Least: 438013, Most: 438013, Runs: 1}}
}

func (l *fakeLab) experiment(ctx context.Context, id string, spec sandbox.Spec, o experiment.Options) (experiment.Result, error) {
	o.Progress(experiment.Progress{Phase: "searching the host" + l.say, Entries: 212000})
	if err := l.wait(ctx); err != nil {
		return experiment.Result{}, err
	}
	out := experiment.Contained
	for _, info := range fakeCatalogue {
		if info.ID == id {
			out = answer(info, spec.Layers)
		}
	}
	return experiment.Result{
		Experiment: id, Outcome: out, Reason: "the host finds the very same file at the same path" + l.say, Observations: l.observed(out), Numbers: l.counted(),
		Subject: experiment.Description{Layers: spec.Layers, Root: spec.Root}, EntriesSearched: 438013, Milliseconds: 181,
	}, nil
}

// matrix fills the cells one after the other.
func (l *fakeLab) matrix(ctx context.Context, o matrix.Options) (matrix.Matrix, error) {
	var m matrix.Matrix
	for _, rung := range sandbox.Ladder() {
		m.Stages = append(m.Stages, matrix.Stage{Name: rung.Name, Layers: rung.Layers, Missing: []sandbox.Missing{{Layer: sandbox.IO, Because: "nobody has given it" + l.say}}})
	}
	done, total := 0, len(fakeCatalogue)*len(m.Stages)
	for _, info := range fakeCatalogue {
		if o.Quick && !info.Quick() || len(o.Experiments) > 0 && o.Experiments[0] != info.ID {
			total -= len(m.Stages)
		}
	}
	for _, info := range fakeCatalogue {
		if o.Quick && !info.Quick() || len(o.Experiments) > 0 && o.Experiments[0] != info.ID {
			continue
		}
		row := matrix.Row{Experiment: info.ID}
		for _, rung := range sandbox.Ladder() {
			o.Progress(matrix.Progress{Done: done, Total: total, Experiment: info.ID, Stage: rung.Name})
			if done == l.cells {
				if err := l.wait(ctx); err != nil {
					m.Rows = append(m.Rows, row)
					return m, err
				}
			}
			out := answer(info, rung.Layers)
			cell := matrix.Cell{Stage: rung.Name, Outcome: out, Reason: "so it was measured" + l.say, Observations: l.observed(out), Numbers: l.counted(), Milliseconds: 12}
			if rung.Name == "io" {
				cell = matrix.Cell{Stage: rung.Name, Error: "it had not ended after 30s" + l.say}
			}
			row.Cells = append(row.Cells, cell)
			done++
			o.Progress(matrix.Progress{Done: done, Total: total, Experiment: info.ID, Stage: rung.Name, Cell: &cell})
		}
		m.Rows = append(m.Rows, row)
	}
	m.Complete, m.Milliseconds = true, 25400
	return m, nil
}

const fakeClaims = `
format: 1
articles:
  - title: Containers are this
    claims:
      - id: C1
        claim: A container is a process, with more kernel structures around it.
        runs: [{experiment: processes}]
        rules: [{verdict: holds, say: yes}]
      - id: C2
        claim: The memory of processes outside cannot be read.
        runs: [{experiment: memory-peek}]
        rules: [{verdict: in-part, say: yes}]
  - title: Containers are that
    claims:
      - id: C3
        claim: A virtual machine takes longer to start.
        ask: Does that matter to you?
        needs: [two-machines]
`

func (l *fakeLab) try(ctx context.Context, set claims.Set, o claims.Options) (claims.Report, error) {
	o.Progress(claims.Progress{Done: 0, Total: 2, Run: "file@container" + l.say})
	if err := l.wait(ctx); err != nil {
		return claims.Report{}, err
	}
	c := set.Claims[0]
	n := l.counted()[0]
	f := claims.Finding{ID: c.ID, Claim: c.Claim, Ask: c.Ask, Verdict: claims.InPart, Evidence: "A canary was read 3 of 3 ways without layers, 0 of 3 in a container." + l.say,
		Numbers: []claims.Used{{Run: "file@container", Number: n}}}
	if len(c.Experiments()) == 0 {
		f.Verdict = claims.CannotBeTested
	}
	return claims.Report{Findings: []claims.Finding{f}, Runs: []claims.Ran{{ID: "file@container", Outcome: experiment.OneWay, Reason: "only the host finds it" + l.say}}}, nil
}

func (l *fakeLab) check(ctx context.Context) (Ability, error) {
	if err := l.wait(ctx); err != nil {
		return Ability{}, err
	}
	return Ability{
		Machine: features.Machine{Kernel: "6.18.0", Distribution: "Debian GNU/Linux 12", Cgroups: "v2", User: "you"},
		Answers: []features.Answer{
			{ID: "process", Group: features.Start, What: "start and end a plain process", OK: true, Layers: []string{"mount", "uts"}, Microseconds: 3100},
			{ID: "uts", Group: features.See, What: "a host name", OK: true, Detail: "tent" + l.say, Layers: []string{"uts"}, Microseconds: 410},
			{ID: "memory", Group: features.Use, What: "limit memory", Layers: []string{"memory"}, Cost: "nothing stops who takes it all", Microseconds: 99,
				Error: "make a cgroup: permission denied" + l.say, Because: "the controllers are not handed on", Err: errors.New("no"),
				Remedy: "have systemd hand the controllers on, then log in again:\n  sudo mkdir -p /etc/systemd/system/user@.service.d\n  sudo systemctl daemon-reload\nor run sudo tentpole"},
			{ID: "bridge", Group: features.Network, What: "a bridge between sandboxes", Unknown: true, Error: "no memory", Microseconds: 12, Err: errors.New("no"), Remedy: "free some space"},
		},
	}, nil
}
