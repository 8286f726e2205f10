package inside

// Clocks is what the clocks show inside, in nanoseconds.
type Clocks struct {
	Boot int64 `json:"boot"` // since the machine booted
	Wall int64 `json:"wall"` // since 1970
	// Refused is why the machine's clock may not be set; nil when it may.
	Refused *Error `json:"refused,omitempty"`
}
