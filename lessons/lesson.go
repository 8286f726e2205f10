package lessons

import "fmt"

// Format is the version of the lesson format that this package reads.
const Format = 1

// Lesson is one lesson as loaded. It is never changed after Load.
type Lesson struct {
	File           string   // name in the file system it was loaded from
	ID             string   // the file's name without .md; stable, kept in progress
	Title          string   // as shown in lists and headers
	Part           int      // part of the course, from 0
	Order          int      // place within the part, from 1
	Summary        string   // one sentence
	Objectives     []string // what a learner can do afterwards
	Misconceptions []string // what learners wrongly believe before
	Minutes        int      // stated length; see Length for the counted one
	After          []string // ids of lessons to take first
	Claims         []string // ids of claims it bears on, such as F5
	Sources        []string // titles of articles
	Tags           []string // words to find it by
	Authors        []string
	Language       string   // as in BCP 47; en when empty
	Requires       []string // what must be there besides a Linux, in words: for a list
	Layers         []string // layers every step starts from
	Introduces     []string // layers that the course explains here first
	Root           string   // root file system every step starts from
	Notes          string   // speaker notes for the whole lesson, Markdown
	Steps          []Step

	frontLine int // where warnings about the whole lesson point
	heading   heading
}

// Kind is the main thing a step asks of the learner.
type Kind string

// The kinds of step.
const (
	KindRead    Kind = "read"    // text only
	KindPredict Kind = "predict" // a prediction, then a look at the board
	KindRun     Kind = "run"     // an experiment, usually with a prediction before
	KindTask    Kind = "task"    // done by hand inside, checked against facts
	KindQuiz    Kind = "quiz"    // one question
	KindOrder   Kind = "order"   // lines to be put into the order that works
	KindExplain Kind = "explain" // something to say in words of one's own
)

// Debrief says which of the three closing sections a read step is.
type Debrief string

// The three ways to close a lesson, in their order.
const (
	Saw      Debrief = "saw"      // what you saw
	Mistakes Debrief = "mistakes" // common mistakes
	Same     Debrief = "same"     // the same with unshare and Docker
)

// Outcome is how an experiment ended. The engine uses the same words.
type Outcome string

// The outcomes.
const (
	Open         Outcome = "open"      // nothing stands between
	OneWay       Outcome = "one-way"   // inside cannot see out, the host sees in
	Contained    Outcome = "contained" // neither sees the other
	Limited      Outcome = "limited"   // there, up to a limit
	NotAvailable Outcome = "n/a"       // not on this machine
)

// Timed is expected of an experiment whose outcome hangs on how long things
// take: it may be any but [NotAvailable].
const Timed Outcome = "timed"

// Variant is the kind of learner a text is for.
type Variant string

// The variants.
const (
	User Variant = "user" // an ordinary user
	Root Variant = "root" // uid 0 on the host
)

// Step is one step of a lesson: a heading and everything below it.
type Step struct {
	ID      string // stable, kept in progress
	Title   string
	Kind    Kind
	Debrief Debrief     // empty on most steps
	Run     *Run        // the sandbox of the step; nil when it needs none
	Predict *Prediction // nil when nothing is predicted
	Task    *Task       // set on task steps
	Quiz    *Quiz       // set on quiz steps
	Order   *Order      // set on order steps
	Explain *Explain    // set on explain steps
	Notes   string      // speaker notes, Markdown
	Hash    string      // changes when the step's content does
	Line    int         // of the heading

	body, after, without, solution text
	hints                          []text
}

// Body returns the Markdown shown first, for one kind of learner.
func (s *Step) Body(v Variant) string { return s.body.For(v) }

// Parts returns the body in the pieces in which it is shown: one, unless the
// author has put pauses into it.
func (s *Step) Parts(v Variant) []string { return s.body.parts(v) }

// After returns the Markdown shown once the step's main thing is done; it may
// give the answer away. Often empty.
func (s *Step) After(v Variant) string { return s.after.For(v) }

// Without returns the Markdown that is read in place of After where the machine
// lacks what the step requires. Often empty.
func (s *Step) Without(v Variant) string { return s.without.For(v) }

// Hints returns the hints as Markdown, the gentlest first.
func (s *Step) Hints(v Variant) []string {
	out := make([]string, len(s.hints))
	for i, h := range s.hints {
		out[i] = h.For(v)
	}
	return out
}

// Solution returns the solution as Markdown, empty when there is none.
func (s *Step) Solution(v Variant) string { return s.solution.For(v) }

// Run is the sandbox of a step and the experiment to do in it.
type Run struct {
	Layers     []string            // all layers, those of the lesson first
	Added      []string            // the ones new in this step
	Removed    []string            // the ones that this step takes away
	Root       string              // host, overlay, tiny; empty leaves it to the engine
	Limits     map[string]string   // of memory, cpus, pids, io, as the command line takes them
	Settings   map[string][]string // what else it has, named like the flags of the command line
	Volumes    []Mounted
	Requires   []string          // features and subjects without which the step is passed by
	Subject    string            // what the experiment runs on; empty is a sandbox
	Keep       bool              // go on in the sandbox, or the subject, of the step before
	Experiment string            // name in the catalogue; empty only starts the sandbox
	With       map[string]string // arguments of the experiment
	Observe    []string          // ids of the board rows that matter here
	ExpectLine int               // where the outcome is stated in the file

	expect map[Variant]Outcome
	holds  map[Variant][]*Condition
}

// Expected returns the outcome that the prose states, empty when it states
// none. It is checked by machine and never shown in place of a measurement.
func (r *Run) Expected(v Variant) Outcome { return r.expect[v] }

// Holds returns what the prose states besides: conditions that are checked by
// machine, as the outcome is.
func (r *Run) Holds(v Variant) []*Condition { return r.holds[v] }

// Label returns "Part 1 · 2 · Mounts" for logs and plain lists.
func (l *Lesson) Label() string {
	return fmt.Sprintf("Part %d · %d · %s", l.Part, l.Order, l.Title)
}

// Step returns the step with that id, or nil.
func (l *Lesson) Step(id string) *Step {
	for i := range l.Steps {
		if l.Steps[i].ID == id {
			return &l.Steps[i]
		}
	}
	return nil
}
