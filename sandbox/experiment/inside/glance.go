package inside

// Look asks what can be seen of files and directories.
type Look struct {
	Paths []string `json:"paths"`
	// Limit is how much of each is told, in bytes.
	Limit int `json:"limit"`
}

// View is the answer.
type View struct {
	Seen []Seen `json:"seen"`
	// Values are what the kernel says without any file.
	Values map[string]string `json:"values"`
}

// Seen is one path.
type Seen struct {
	Path string `json:"path"`
	// Text is the beginning of a file, or the names in a directory, a line each.
	Text string `json:"text,omitempty"`
	// Unread is why it cannot be read, Unwritten why it could not be written.
	Unread    *Error `json:"unread,omitempty"`
	Unwritten *Error `json:"unwritten,omitempty"`
	// ReadOnly says that the mount it is on is, whoever asks.
	ReadOnly bool `json:"read_only,omitempty"`
}
