package inside

// FirstWrite names files, of which each gets one byte.
type FirstWrite struct {
	Files []string `json:"files"`
	Byte  byte     `json:"byte"`
}

// FirstWritten is how long opening a file to write, and writing, took.
type FirstWritten struct {
	Microseconds []float64 `json:"microseconds"`
	Refused      *Error    `json:"refused,omitempty"`
}
