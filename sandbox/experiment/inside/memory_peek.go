package inside

// Peek asks to read a word from another process's memory.
type Peek struct {
	PID     int    `json:"pid"`
	Address uint64 `json:"address"`
	Length  int    `json:"length"`
	Own     string `json:"own"` // a word for the reader's own memory
}

// Peeked is what three ways of reading gave.
type Peeked struct {
	Ways    []PeekWay `json:"ways"`
	Address uint64    `json:"address"` // of its own word
}

// PeekWay is one way of reading.
type PeekWay struct {
	ID      string `json:"id"`
	Read    string `json:"read,omitempty"`
	Refused *Error `json:"refused,omitempty"`
}
