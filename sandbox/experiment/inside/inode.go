package inside

// Inode is a file as the inside sees it.
type Inode struct {
	Device uint64 `json:"device"`
	Inode  uint64 `json:"inode"`
	UID    uint32 `json:"uid"`
}

// InodeFound is the answer to a path.
type InodeFound struct {
	Seen    Inode  `json:"seen"`
	Refused *Error `json:"refused,omitempty"`
}
