package inside

// Landlock asks what rules for files and ports there are.
type Landlock struct {
	// Write are directories in which a file without a name is made, Read a file
	// that is read.
	Write []string `json:"write"`
	Read  string   `json:"read"`
}

// Ruled is the answer.
type Ruled struct {
	Version int      `json:"version"` // of the interface; 0 without Landlock
	Domains int      `json:"domains"`
	Uncount *Error   `json:"uncount,omitempty"` // why they could not be counted
	Write   []*Error `json:"write"`             // for each directory
	Read    *Error   `json:"read,omitempty"`
	Bind    *Error   `json:"bind,omitempty"` // of a TCP socket to any port
}
