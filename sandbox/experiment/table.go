package experiment

import "slices"

// table is every experiment, in the order of the course. Each row is in the
// file named after it.
<<<<<<< HEAD
var table = slices.Concat(seeing, connecting, using, doing, keeping, costing)
=======
var table = slices.Concat(seeing, using, doing, breaking, keeping, costing)
>>>>>>> d60c12f949d547eec83d563f287e0e932c636611
