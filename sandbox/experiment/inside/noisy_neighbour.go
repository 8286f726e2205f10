package inside

// Jobs asks for the same small job over and over.
type Jobs struct {
	Count int `json:"count"` // JobsMost at the most
}

// JobsMost is how many jobs are done at the most, each of about a millisecond.
const JobsMost = 200

// Took is how long each of them took, in µs.
type Took struct {
	Micros []float64 `json:"us"`
}
