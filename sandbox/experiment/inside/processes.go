package inside

// FindProcess asks whether a process of that name can be seen.
type FindProcess struct {
	Name string `json:"name"`
}

// Processes is the answer.
type Processes struct {
	PID     int    `json:"pid"`     // its own number, as it knows it
	Visible int    `json:"visible"` // processes that /proc lists
	Found   int    `json:"found"`   // the number of the one asked for, 0 when it is not listed
	Refused *Error `json:"refused,omitempty"`
}
