package experiment

import (
	"reflect"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

// Schema names the JSON of a Result.
const Schema = "tentpole/experiment/v2"

// Result is what an experiment found. Its strings are fit for a terminal.
type Result struct {
	Schema       string        `json:"schema"`
	Experiment   string        `json:"experiment"`
	Subject      Description   `json:"subject"`
	Outcome      Outcome       `json:"outcome"`
	Reason       string        `json:"reason"` // the outcome in a sentence
	Observations []Observation `json:"observations"`
	Numbers      []Number      `json:"numbers"`
	// Places are where the host finds the file that was made inside, and
	// Namesakes files of the same name that are another.
	Places          []Place        `json:"places"`
	Namesakes       []Namesake     `json:"namesakes,omitempty"`
	EntriesSearched int64          `json:"entries_searched,omitempty"`
	Unreadable      int64          `json:"unreadable_directories,omitempty"`
	Transcript      []sandbox.Done `json:"transcript"`
	Milliseconds    float64        `json:"milliseconds"`
}

// Description says what the experiment ran on.
type Description struct {
	// Kind is a name in the table of package subject.
	Kind string `json:"kind"`
	// Layers are those that the kind raises as well, where it is known.
	Layers   sandbox.LayerSet `json:"layers"`
	Root     sandbox.RootKind `json:"root"`
	Rootless bool             `json:"rootless"`
}

// Observation is one thing seen from both sides.
type Observation struct {
	// ID is a word that stays the same in every run, for claims and lessons.
	ID      string  `json:"id"`
	What    string  `json:"what"`
	Inside  string  `json:"inside"`
	Host    string  `json:"host"`
	Outcome Outcome `json:"outcome"`
	// By is the layer that made the difference, where that is known.
	By sandbox.Layer `json:"by,omitempty"`
}

// Number is something that was measured or counted.
type Number struct {
	ID    string  `json:"id"`
	What  string  `json:"what"`
	Value float64 `json:"value"` // the median, when there were several runs
	Unit  string  `json:"unit"`  // "ms", "bytes", "" for a count
	// Least and Most are the bounds within which other runs are expected: what
	// was seen over several runs, widened by what the machine's noise does.
	// They equal Value for what is counted.
	Least float64 `json:"least"`
	Most  float64 `json:"most"`
	Runs  int     `json:"runs"`
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

// Observed returns the observation of that id.
func (r Result) Observed(id string) (Observation, bool) {
	for _, o := range r.Observations {
		if o.ID == id {
			return o, true
		}
	}
	return Observation{}, false
}

// Measured returns the number of that id.
func (r Result) Measured(id string) (Number, bool) {
	for _, n := range r.Numbers {
		if n.ID == id {
			return n, true
		}
	}
	return Number{}, false
}

// wordLimit bounds one string of a result, in bytes.
const wordLimit = 4096

// clean filters and bounds every string that the experiment wrote: what came
// out of a sandbox is hostile.
func (r *Result) clean() {
	r.Reason = word(r.Reason)
	for _, list := range []any{r.Observations, r.Numbers, r.Places, r.Namesakes} {
		rows := reflect.ValueOf(list)
		for i := range rows.Len() {
			cleanRow(rows.Index(i))
		}
	}
}

func cleanRow(row reflect.Value) {
	for i := range row.NumField() {
		if f := row.Field(i); f.Kind() == reflect.String {
			f.SetString(word(f.String()))
		}
	}
}

func word(s string) string {
	if len(s) > wordLimit {
		s = s[:wordLimit] + "…"
	}
	return facts.Clean(s)
}
