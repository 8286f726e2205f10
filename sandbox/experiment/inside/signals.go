package inside

// Send asks for signals. To the process outside it is signal 0, which kill(2)
// checks and does not send.
type Send struct {
	PID int `json:"pid"` // of the process outside, as the host numbers it
	// Shared is the host's pid namespace: in that very one PID 1
	// is the machine's, and gets signal 0 only.
	Shared Namespace `json:"shared"`
}

// Sent is the answer.
type Sent struct {
	Out    *Error `json:"out,omitempty"` // nil when the process outside was reached
	Shared bool   `json:"shared"`        // PID 1 is the machine's
	Asked  *Error `json:"asked,omitempty"`
	// Survived says that PID 1 is still there after SIGKILL.
	Survived bool `json:"survived"`
}
