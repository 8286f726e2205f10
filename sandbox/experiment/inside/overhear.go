package inside

// Overhear asks for a packet socket on an interface.
type Overhear struct {
	Interface string `json:"interface"`
	// Words are looked for in every frame; nothing else of it is kept.
	Words []string `json:"words"`
}

// Ear is the answer.
type Ear struct {
	Refused *Error `json:"refused,omitempty"`
}

// Turn is what to do next: say words, each after the last one is on the wire,
// and then listen.
type Turn struct {
	Calls []Call `json:"calls"`
	// Expect is waited for, at most so many milliseconds.
	Expect       string `json:"expect"`
	Milliseconds int    `json:"milliseconds"`
}

// Call is a word to say in a datagram. Without an address the act says it to
// itself, on the loopback.
type Call struct {
	To   string `json:"to,omitempty"`
	Word string `json:"word"`
}

// Heard are the words that have come by so far.
type Heard struct {
	Words []string `json:"words"`
}
