package experiment

import "slices"

// sameSpeed is up to which ratio two speeds are the same: a machine is not
// quieter than that.
const sameSpeed = 1.2

// middleRun is the one in the middle: what disturbs a machine now and then moves
// a mean, and not this.
func middleRun(runs []float64) float64 {
	if len(runs) == 0 {
		return 0
	}
	return slices.Sorted(slices.Values(runs))[len(runs)/2]
}

// quickestRatio is how many times as long the first take as the second, the quickest
// run against the quickest: a busy machine makes many runs slower than they are,
// and nothing makes one quicker.
func quickestRatio(of, to []float64) float64 {
	if len(of) == 0 || len(to) == 0 || slices.Min(to) <= 0 {
		return 0
	}
	return slices.Min(of) / slices.Min(to)
}

// runRatios are how many times the second each of the first is, run by run. What
// slows the machine down for a while is in both.
func runRatios(of, to []float64) []float64 {
	var out []float64
	for i := range min(len(of), len(to)) {
		if to[i] > 0 {
			out = append(out, of[i]/to[i])
		}
	}
	return out
}
