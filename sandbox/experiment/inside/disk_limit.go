package inside

// Write asks to write to the open file that is the act's standard error.
type Write struct {
	Bytes int `json:"bytes"` // WriteMost at the most
	// Direct goes past the page cache; open(2), O_DIRECT.
	Direct bool `json:"direct"`
}

// WriteMost is the writer's ceiling, in bytes.
const WriteMost = 8 << 20

// Wrote is what came of it.
type Wrote struct {
	Bytes   int    `json:"bytes"`
	Micros  int64  `json:"us"`
	Refused *Error `json:"refused,omitempty"`
	// Foreign says that standard error was no regular file: nothing was
	// written.
	Foreign bool `json:"foreign,omitempty"`
}
