package inside

// Counted is how far a counter is that counts the milliseconds.
type Counted struct {
	Count int64 `json:"count"`
	// Gap is the longest it has had to wait for its next turn since it was
	// last asked, by its own clock, in µs.
	Gap int64 `json:"gap_us"`
}
