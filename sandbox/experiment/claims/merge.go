package claims

import (
	"fmt"
	"slices"

	"github.com/tentpole-labs/tentpole/sandbox/experiment"
)

// merge takes several results of one experiment together: the worst outcome,
// with its observations, and the numbers of all.
func (r *Ran) merge(results []experiment.Result) {
	var outcomes []experiment.Outcome
	for _, one := range results {
		outcomes = append(outcomes, one.Outcome)
	}
	r.Outcome = experiment.Worst(outcomes...)
	worst := results[slices.Index(outcomes, r.Outcome)]
	r.Reason, r.Observations, r.Numbers = worst.Reason, worst.Observations, slices.Clone(worst.Numbers)
	if len(slices.Compact(slices.Clone(outcomes))) > 1 {
		r.Reason += fmt.Sprintf(" (in %d runs it was %v)", len(results), outcomes)
	}
	if len(results) > 1 {
		for i, n := range r.Numbers {
			r.Numbers[i] = across(n, results)
		}
	}
}

// across is a number over several results: the median, within bounds that are
// drawn as those of a single result are.
func across(n experiment.Number, results []experiment.Result) experiment.Number {
	var values []float64
	runs := 0
	for _, r := range results {
		if m, ok := r.Measured(n.ID); ok {
			values = append(values, m.Value)
			runs += m.Runs
		}
	}
	slices.Sort(values)
	least, most := values[0], values[len(values)-1]
	n.Value, n.Runs = values[len(values)/2], runs
	if least == most && runs == len(values) { // counted, and always the same
		n.Least, n.Most = least, most
		return n
	}
	slack := max(most-least, n.Value/2)
	n.Least, n.Most = max(least-slack, 0), most+slack
	return n
}
