package inside

// Volume names the directories that a volume is shown at, one of them to read
// only, the mark that the host has put there, and a file to make.
type Volume struct {
	Writable string `json:"writable"`
	ReadOnly string `json:"read_only"`
	Mark     string `json:"mark"`
	File     string `json:"file"`
	Content  string `json:"content"`
}

// Volumed is the answer.
type Volumed struct {
	Unread   *Error `json:"unread,omitempty"` // the mark is not there: nothing was tried
	Made     Inode  `json:"made"`
	Unmade   *Error `json:"unmade,omitempty"`
	ReadOnly *Error `json:"read_only,omitempty"` // nil: it could be written
}
