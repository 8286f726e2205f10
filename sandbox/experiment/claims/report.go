package claims

import (
	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/features"
)

// Schema names the JSON of a Report.
const Schema = "tentpole/claims/v1"

// Report is the verdicts of one machine, in the order of the file. Its strings
// are fit for a terminal.
type Report struct {
	Schema       string           `json:"schema"`
	Machine      features.Machine `json:"machine"`
	Findings     []Finding        `json:"claims"`
	Runs         []Ran            `json:"runs"` // in the order of the claims
	Milliseconds float64          `json:"milliseconds"`
}

// Finding is a claim with its verdict.
type Finding struct {
	ID      string  `json:"id"`
	Article string  `json:"article"`
	Claim   string  `json:"claim"`
	Verdict Verdict `json:"verdict"`
	// Evidence says why, with what was found.
	Evidence string `json:"evidence"`
	// Ask is what the reader has to judge.
	Ask string `json:"ask,omitempty"`
	// Needs are what is missing for the claim, or a part of it, in words.
	Needs []string `json:"needs,omitempty"`
	Runs  []string `json:"runs"` // IDs of Report.Runs
	// Numbers are those that the verdict and its sentence are made of.
	Numbers []Used `json:"numbers"`
	// Error says that a rule of the claim could not be followed.
	Error string `json:"error,omitempty"`
}

// Used is a number of a run.
type Used struct {
	Run string `json:"run"`
	experiment.Number
}

// Ran is an experiment on a subject, run once for all claims that want it.
type Ran struct {
	ID           string                   `json:"id"`
	Experiment   string                   `json:"experiment"`
	Subject      string                   `json:"subject,omitempty"` // its kind, "" for a sandbox
	Layers       sandbox.LayerSet         `json:"layers"`            // asked for
	Times        int                      `json:"times"`
	Outcome      experiment.Outcome       `json:"outcome"` // of the worst, if they differ
	Reason       string                   `json:"reason"`
	Observations []experiment.Observation `json:"observations"`
	// Numbers are medians over the times, within bounds that hold all of them.
	Numbers []experiment.Number `json:"numbers"`
	Error   string              `json:"error,omitempty"`
}

func (r Ran) number(id string) (experiment.Number, bool) {
	return experiment.Result{Numbers: r.Numbers}.Measured(id)
}

func (r Ran) observed(id string) (experiment.Observation, bool) {
	return experiment.Result{Observations: r.Observations}.Observed(id)
}

// idsOf are what a rule can ask a run for.
type idsOf struct{ numbers, observations map[string]bool }

func (r Ran) ids() idsOf {
	out := idsOf{map[string]bool{}, map[string]bool{}}
	for _, n := range r.Numbers {
		out.numbers[n.ID] = true
	}
	for _, o := range r.Observations {
		out.observations[o.ID] = true
	}
	return out
}
