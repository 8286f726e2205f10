package inside

// Eat asks for memory, and later to touch all of it.
type Eat struct {
	Bytes int64 `json:"bytes"` // EatMost at the most
}

// EatMost is the eater's ceiling, whatever it is asked for, in bytes.
const EatMost = 96 << 20

// Eaten is how far it is. The first tells how the asking went.
type Eaten struct {
	Asked   int64  `json:"asked"`
	Touched int64  `json:"touched"`
	Refused *Error `json:"refused,omitempty"`
}
