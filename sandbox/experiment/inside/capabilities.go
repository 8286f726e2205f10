package inside

// Try is something that wants a capability, and what the kernel answered.
type Try struct {
	ID         string `json:"id"`
	Capability string `json:"capability"`
	What       string `json:"what"`
	// Refused is the refusal; Untold an answer that is about something else, so
	// that nothing is known.
	Refused *Error `json:"refused,omitempty"`
	Untold  *Error `json:"untold,omitempty"`
}

// Allowed tells whether the kernel would have done it.
func (t Try) Allowed() bool { return t.Refused == nil && t.Untold == nil }
