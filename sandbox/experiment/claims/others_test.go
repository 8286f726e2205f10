package claims

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/subject"
)

// campsite raises subjects of the test's own, and keeps a diary.
type campsite struct {
	diary []string
	lacks string // the kind that is not there
	fails string // the experiment that fails
}

type pitched struct {
	experiment.Subject
	name string
	by   *campsite
}

func (p pitched) Close() error {
	if p.name != "" {
		p.by.diary = append(p.by.diary, "end "+p.name)
	}
	return nil
}

func (c *campsite) open(name string) func(context.Context, sandbox.Spec) (experiment.Subject, error) {
	return func(context.Context, sandbox.Spec) (experiment.Subject, error) {
		if name != "" {
			c.diary = append(c.diary, "raise "+name)
		}
		return pitched{name: name, by: c}, nil
	}
}

func (c *campsite) find(name string) (subject.Kind, error) {
	return subject.Kind{Name: name, Open: c.open(name), Probe: func(context.Context) error {
		if name == c.lacks {
			return fmt.Errorf("install it\x1b[2J: %w", sandbox.ErrNotSupported)
		}
		return nil
	}}, nil
}

func (c *campsite) run(_ context.Context, id string, on experiment.Subject, _ experiment.Options) (experiment.Result, error) {
	name := on.(pitched).name
	if name != "" {
		c.diary = append(c.diary, id+" on "+name)
	}
	if id == c.fails {
		return experiment.Result{}, errors.New("broke")
	}
	return experiment.Result{Outcome: experiment.Open, Reason: id + " on " + name}, nil
}

func (c *campsite) try(ctx context.Context, t *testing.T, source string, progress func(Progress)) (Report, error) {
	t.Helper()
	return Run(ctx, parse(t, source), Options{Open: c.open(""), Find: c.find, run: c.run, Progress: progress,
		Missing: func(sandbox.Spec) ([]sandbox.Missing, error) { return nil, nil }})
}

// onOthers is a claim with runs on two kinds, which another claim shares.
var onOthers = one(`        runs:
          - {experiment: file, as: house, on: vm, optional: true}
          - {experiment: file}
          - {experiment: kernel, as: docker, on: docker, optional: true}
          - {experiment: kernel, as: other, on: vm, optional: true}
        rules: [{verdict: holds, say: '{house.tried ? house.reason : "none"}.'}]
      - id: X2
        claim: Else.
        runs:
          - {experiment: file, as: house, on: vm}
        rules: [{verdict: holds, say: 'And {house.reason}.'}]
`)

// TestRaisedOnce: a kind is raised once for all claims, after those before it are
// gone, and is gone in the end. The report is in the order of the claims.
func TestRaisedOnce(t *testing.T) {
	var c campsite
	r, err := c.try(context.Background(), t, onOthers, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"raise vm", "file on vm", "kernel on vm", "end vm", "raise docker", "kernel on docker", "end docker"}
	if !slices.Equal(c.diary, want) {
		t.Errorf("%q, want %q", c.diary, want)
	}
	var ids []string
	for _, ran := range r.Runs {
		ids = append(ids, ran.ID)
	}
	if got := strings.Join(ids, " "); got != "file@vm file@container kernel@docker kernel@vm" || r.Runs[0].Subject != "vm" || r.Runs[1].Subject != "" {
		t.Errorf("%s: %+v", got, r.Runs)
	}
	if got := r.Findings[0].Evidence; got != "File on vm." {
		t.Error(got)
	}
}

// TestNotThere: what could not be tried is told, with the remedy.
func TestNotThere(t *testing.T) {
	c := campsite{lacks: "vm"}
	r, err := c.try(context.Background(), t, onOthers, nil)
	if err != nil {
		t.Fatal(err)
	}
	const why = `install it\x1b[2J: not supported on this machine`
	if f := r.Findings[0]; f.Verdict != Holds || f.Evidence != "None. Not tried here: file@vm ("+why+"); kernel@vm ("+why+")." {
		t.Errorf("%+v", f)
	}
	if f := r.Findings[1]; f.Verdict != CannotBeTested || f.Evidence != "file@vm: "+why {
		t.Errorf("%+v", f)
	}
}

// TestBrokenThere: a subject on which an experiment failed is not trusted with the
// next one.
func TestBrokenThere(t *testing.T) {
	c := campsite{fails: "file"}
	if _, err := c.try(context.Background(), t, onOthers, nil); err != nil {
		t.Fatal(err)
	}
	want := []string{"raise vm", "file on vm", "end vm", "raise vm", "kernel on vm", "end vm", "raise docker", "kernel on docker", "end docker"}
	if !slices.Equal(c.diary, want) {
		t.Errorf("%q, want %q", c.diary, want)
	}
}

// TestInterruptedThere leaves nothing that was raised.
func TestInterruptedThere(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	var c campsite
	_, err := c.try(ctx, t, onOthers, func(p Progress) {
		if p.Run == "kernel@vm" {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || c.diary[len(c.diary)-1] != "end vm" || slices.Contains(c.diary, "raise docker") {
		t.Errorf("%v: %q", err, c.diary)
	}
}

func TestWhatIsWrongWithARunElsewhere(t *testing.T) {
	for rest, want := range map[string]string{
		"{experiment: file, on: house}":               `"house" is no other subject`,
		"{experiment: file, on: sandbox}":             `"sandbox" is no other subject`,
		"{experiment: file, on: vm, stage: mount}":    `"mount" is for a sandbox, and vm is none`,
		"{experiment: file, on: docker, memory: 64M}": `"64M" is for a sandbox, and docker is none`,
	} {
		_, err := Parse("c.yaml", []byte(one("        runs:\n          - "+rest+"\n        needs: [history]\n")))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", rest, err, want)
		}
	}
}
