package features

import "slices"

// Answer is what a probe found.
type Answer struct {
	ID    string `json:"id"`
	Group Group  `json:"group"`
	What  string `json:"what"`
	OK    bool   `json:"ok"`
	// Unknown tells that the probe came to no end: neither yes nor no.
	Unknown bool `json:"unknown,omitempty"`
	// Detail is what there is to say besides yes or no.
	Detail string `json:"detail,omitempty"`
	// Layers cannot be raised without it, Cost is what else is lost.
	Layers       []string `json:"layers,omitempty"`
	Cost         string   `json:"cost,omitempty"`
	Microseconds int64    `json:"microseconds"`
	// Error is what was tried and what the kernel answered, Because why, as far
	// as the machine tells, Remedy what a person can do.
	Error   string `json:"error,omitempty"`
	Because string `json:"because,omitempty"`
	Remedy  string `json:"remedy,omitempty"`
	// Err is nil, a *NotSupportedError, or any other error with Unknown.
	Err error `json:"-"`
}

// Verdict is the answer in a word.
func (a Answer) Verdict() string {
	switch {
	case a.OK:
		return "yes"
	case a.Unknown:
		return "unknown"
	}
	return "no"
}

// Failed returns the first answer that keeps this machine from the plain
// ladder (a process, its namespaces and its root, one by one and together), as
// an error, or nil. Limits and restrictions are not of it, remarks neither.
func Failed(answers []Answer) error {
	for _, a := range answers {
		if !a.OK && (a.ID == together || slices.ContainsFunc(a.Layers, func(l string) bool { return slices.Contains(namespaces, l) })) {
			return a.Err
		}
	}
	return nil
}

// Layers tells of each layer whether it can be raised here: the first answer
// that stands in its way, or else the last that it depends on. A layer that
// none of the answers is about is not in the map.
func Layers(answers []Answer) map[string]Answer {
	decided := map[string]Answer{}
	for _, a := range answers {
		for _, l := range a.Layers {
			if before, asked := decided[l]; !asked || before.OK {
				decided[l] = a
			}
		}
	}
	return decided
}
