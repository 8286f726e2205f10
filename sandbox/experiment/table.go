package experiment

import "slices"

// Group is a part of the course that experiments belong to.
type Group struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

// groups are in the order of the course. Each row is in the file named after
// its experiment.
var groups = []struct {
	Group
	rows []Info
}{
	{Group{"see", "What it can see"}, seeing},
	{Group{"connect", "Whom it can reach"}, connecting},
	{Group{"use", "What it can use"}, using},
	{Group{"do", "What it may do"}, slices.Concat(doing, breaking)},
	{Group{"keep", "What it keeps"}, keeping},
	{Group{"cost", "What it costs"}, costing},
}

// Groups returns the groups in the order of the course.
func Groups() []Group {
	var all []Group
	for _, g := range groups {
		all = append(all, g.Group)
	}
	return all
}

// table is every experiment, group by group.
var table = func() (all []Info) {
	for _, g := range groups {
		for _, row := range slices.Clone(g.rows) {
			row.Group = g.ID
			all = append(all, row)
		}
	}
	return all
}()
