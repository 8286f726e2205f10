package inside

// Overhead says what the bursts need.
type Overhead struct {
	// File is where a small file may be made, "" for nowhere, with this
	// content: whoever finds one left behind knows it by that.
	File    string `json:"file"`
	Content string `json:"content"`
}

// Burst asks for one kind of work, over and over for that long.
type Burst struct {
	Kind         string `json:"kind"`
	Milliseconds int    `json:"milliseconds"`
}

// LongestBurst bounds a burst, in milliseconds.
const LongestBurst = 100

// Pace is the answer: how long one piece of work took.
type Pace struct {
	Nanoseconds float64 `json:"nanoseconds"`
	Refused     *Error  `json:"refused,omitempty"`
}
