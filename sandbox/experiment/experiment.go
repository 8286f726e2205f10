// Package experiment holds the experiments: something done inside and looked
// for outside, ending in observations and an outcome.
//
// An experiment knows its subject only by the small interface Subject, so
// that the same question can be put to a sandbox of tentpole's own and to
// whatever else runs programs apart from the host. Every number in a Result
// was read from the kernel while it ran. Nothing outside an experiment's own
// files is changed, and those are removed before Run returns.
package experiment

import (
	"context"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

// Outcome is the answer in one word.
type Outcome string

const (
	// Open: nothing stands between inside and host.
	Open Outcome = "open"
	// OneWay: the inside cannot see out, the host sees in.
	OneWay Outcome = "one-way"
	// Contained: neither sees the other.
	Contained Outcome = "contained"
	// Limited: the inside gets a share.
	Limited Outcome = "limited"
	// NotApplicable: it could not be tried; Result.Reason says why.
	NotApplicable Outcome = "n/a"
)

// Outcomes are all of them, in the order of growing isolation.
var Outcomes = []Outcome{Open, OneWay, Contained, Limited, NotApplicable}

// Schema names the JSON of a Result.
const Schema = "tentpole/experiment/v1"

// Result is what an experiment found.
type Result struct {
	Schema       string        `json:"schema"`
	Experiment   string        `json:"experiment"`
	Subject      Description   `json:"subject"`
	Outcome      Outcome       `json:"outcome"`
	Reason       string        `json:"reason"`
	Observations []Observation `json:"observations"`
	Places       []Place       `json:"places"`
	// Namesakes are files of the same name that are not the one made inside.
	Namesakes       []Namesake     `json:"namesakes,omitempty"`
	EntriesSearched int64          `json:"entries_searched"`
	Unreadable      int64          `json:"unreadable_directories"`
	Transcript      []sandbox.Done `json:"transcript"`
	Milliseconds    float64        `json:"milliseconds"`
}

// Description says what the experiment ran on.
type Description struct {
	Kind     string           `json:"kind"` // "sandbox"
	Layers   sandbox.LayerSet `json:"layers"`
	Root     sandbox.RootKind `json:"root"`
	Rootless bool             `json:"rootless"`
}

// Observation is one thing seen from both sides.
type Observation struct {
	What    string  `json:"what"`
	Inside  string  `json:"inside"`
	Host    string  `json:"host"`
	Outcome Outcome `json:"outcome"`
}

// Place is where the host sees the file.
type Place struct {
	Path   string `json:"path"`
	Device uint64 `json:"device"`
	Inode  uint64 `json:"inode"`
	UID    uint32 `json:"uid"` // owner, as the host numbers it
	How    string `json:"how"` // same, upper, bind, proc-root
	Why    string `json:"why"` // the same in a sentence
}

// Namesake is another file of the same name.
type Namesake struct {
	Path   string `json:"path"`
	Device uint64 `json:"device"`
	Inode  uint64 `json:"inode"`
	UID    uint32 `json:"uid"`
}

// Canary is a file that a process inside has made.
type Canary interface {
	// Made tells what that process sees of its file.
	Made() sandbox.Identity
	// PID is the host's number of the process, which stays until Remove.
	PID() int
	// Remove removes the file if it is still the same one.
	Remove(context.Context) error
}

// Subject is what an experiment runs on.
type Subject interface {
	Describe() Description
	// Create has a process inside make a file with one line of content.
	Create(ctx context.Context, path, content string) (Canary, error)
	// Caught returns where on the host a write inside to path lands when an
	// upper directory catches it, else "".
	Caught(path string) string
	// Facts reads the facts of a process inside; pid is the host's.
	Facts(ctx context.Context, pid int) (facts.Facts, error)
	Transcript() []sandbox.Done
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

// Info is one row of the table of experiments.
type Info struct {
	ID       string   `json:"id"`
	Question string   `json:"question"`
	Inside   string   `json:"inside"` // what it does inside
	Host     string   `json:"host"`   // what it looks for on the host
	Layers   []string `json:"layers"` // the layers that change its answer
	Needs    []string `json:"needs"`  // what the machine must be able to do
	Seconds  float64  `json:"seconds"`
	run      func(context.Context, Subject, Options, *Result) error
}

var table = []Info{{
	ID:       "file",
	Question: "Where does the host find a file that was made inside?",
	Inside:   "creates a file with random content",
	Host:     "searches every local file system for its name, and the sandbox's own view through /proc/PID/root",
	Layers:   []string{"mount", "root", "user"},
	Needs:    []string{},
	Seconds:  1,
	run:      file,
}}

// List returns the table of experiments.
func List() []Info { return append([]Info(nil), table...) }

// Run runs one experiment on a subject. An experiment that came to no answer
// gives an error; one that cannot be tried here gives the outcome n/a with
// the reason. The result is complete as far as it got in both cases.
func Run(ctx context.Context, id string, s Subject, o Options) (Result, error) {
	var known []string
	for _, row := range table {
		if row.ID != id {
			known = append(known, row.ID)
			continue
		}
		begin := time.Now()
		r := Result{Schema: Schema, Experiment: id, Subject: s.Describe(), Outcome: NotApplicable,
			Observations: []Observation{}, Places: []Place{}, Transcript: s.Transcript()}
		err := row.run(ctx, s, o, &r)
		r.Milliseconds = float64(time.Since(begin).Microseconds()) / 1000
		return r, err
	}
	return Result{}, &sandbox.UsageError{What: "experiment", Word: id, Known: known}
}

func (o Options) tell(p Progress) {
	if o.Progress != nil {
		o.Progress(p)
	}
}
