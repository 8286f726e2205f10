package experiment

import "slices"

// table is every experiment, in the order of the course. Each row is in the
// file named after it.
var table = slices.Concat(seeing, connecting, using, doing, breaking, keeping, costing)
