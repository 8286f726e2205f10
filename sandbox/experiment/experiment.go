// Package experiment holds the experiments: something done inside and looked
// for outside, ending in observations and an outcome.
//
// An experiment knows its subject only by the small interface Subject, so
// that the same question can be put to a sandbox of tentpole's own and to
// whatever else runs programs apart from the host. What it does inside is in
// package inside. Every number in a Result was read from the kernel while it
// ran. Nothing outside an experiment's own files and processes is changed, and
// those are removed before Run returns.
//
// Where "contained" could be an accident (a program that is not installed, a
// file that this kernel does not have), the experiment does the same in a plain
// process first, as a positive control; what does not work there is n/a.
//
// Each experiment is a file named after it, with its row, its rule and its
// code; what it does inside is in the file of the same name in package inside.
package experiment

import (
	"context"
	"errors"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// Info is one row of the table of experiments.
type Info struct {
	ID       string `json:"id"`
	Group    string `json:"group"` // the ID of its group
	Question string `json:"question"`
	Inside   string `json:"inside"` // what it does inside
	Host     string `json:"host"`   // what it looks for on the host
	// Rule says what the outcome depends on.
	Rule string `json:"rule"`
	// Control says what is tried in a plain process first, "" when there is
	// nothing that could be contained by accident.
	Control string `json:"control,omitempty"`
	// CleansUp says what it makes and removes again.
	CleansUp string `json:"cleans_up,omitempty"`
	// Layers are those that change its answer.
	Layers []sandbox.Layer `json:"layers"`
	// Needs is what must be there for it to be tried, in words.
	Needs []string `json:"needs"`
	// Seconds is how long it takes, about.
	Seconds float64 `json:"seconds"`
	// Alone says that it measures, and that others beside it would show.
	Alone bool `json:"alone,omitempty"`

	run func(context.Context, *Trial) error
}

// QuickSeconds is how long an experiment takes at most to be a quick one.
const QuickSeconds = 0.25

// Quick tells whether it belongs to those that are run for a first look.
func (i Info) Quick() bool { return i.Seconds <= QuickSeconds }

// List returns the table of experiments.
func List() []Info { return append([]Info(nil), table...) }

// Find returns the experiment of that name, or a usage error.
func Find(id string) (Info, error) {
	var known []string
	for _, row := range table {
		if row.ID == id {
			return row, nil
		}
		known = append(known, row.ID)
	}
	return Info{}, &sandbox.UsageError{What: "experiment", Word: id, Known: known}
}

// Progress is how far a running experiment is.
type Progress struct {
	Phase   string // what it does now, in words
	Entries int64  // directory entries searched so far
}

// Options change how an experiment runs.
type Options struct {
	// Path is the file's path inside, for the file experiment.
	Path string
	// Progress, when set, is called now and then, from one goroutine at a
	// time. It must not block.
	Progress func(Progress)
}

func (o Options) tell(p Progress) {
	if o.Progress != nil {
		o.Progress(p)
	}
}

// Run runs one experiment on a subject. An experiment that came to no answer
// gives an error; one that cannot be tried here gives the outcome n/a with
// the reason. The result is complete as far as it got in both cases.
func Run(ctx context.Context, id string, s Subject, o Options) (Result, error) {
	row, err := Find(id)
	if err != nil {
		return Result{}, err
	}
	begin := time.Now()
	t := &Trial{Subject: s, Options: o, Result: Result{Schema: Schema, Experiment: id, Subject: s.Describe(), Outcome: NotApplicable,
		Observations: []Observation{}, Numbers: []Number{}, Places: []Place{}, Transcript: s.Transcript()}}
	err = row.run(ctx, t)
	err = errors.Join(err, t.close())
	var cannot *CannotError
	if errors.As(err, &cannot) {
		t.Outcome, t.Reason, err = NotApplicable, cannot.Reason, nil
	}
	t.Milliseconds = float64(time.Since(begin).Microseconds()) / 1000
	t.clean()
	return t.Result, err
}
