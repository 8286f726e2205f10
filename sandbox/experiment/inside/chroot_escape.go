package inside

// Place is a directory, as stat(2) tells it from all others.
type Place struct {
	Device uint64 `json:"device"`
	Inode  uint64 `json:"inode"`
}

// Walk is how far a walk out of a chroot came.
type Walk struct {
	Root    Place  `json:"root"` // what it called / before
	Jail    Place  `json:"jail"` // what it called / in the chroot
	Reached Place  `json:"reached"`
	Refused *Error `json:"refused,omitempty"` // chroot itself was refused
}
