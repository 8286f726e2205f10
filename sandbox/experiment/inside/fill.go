package inside

// Drain asks for a server that throws away whatever comes.
type Drain struct {
	// Address to listen on: an IP address, whose port is any that is free.
	Address string `json:"address"`
}

// Draining is the answer.
type Draining struct {
	Port    uint16 `json:"port"`
	Refused *Error `json:"refused,omitempty"`
}

// Pour asks for a connection to be filled, run by run.
type Pour struct {
	Address string `json:"address"`
}

// Run is one of them. It ends by time, or when so much has been sent.
type Run struct {
	Milliseconds int   `json:"milliseconds"`
	Bytes        int64 `json:"bytes"`
}

// Poured is what went through; the first one says only whether it may connect.
type Poured struct {
	Bytes        int64  `json:"bytes"`
	Microseconds int64  `json:"microseconds"`
	Refused      *Error `json:"refused,omitempty"`
}
