package inside

// Create asks for a file with one line of content.
type Create struct {
	Path    string `json:"path"`
	Content string `json:"content"`
}

// Created is the file as the process that made it sees it.
type Created struct {
	Device  uint64 `json:"device"`
	Inode   uint64 `json:"inode"`
	UID     uint32 `json:"uid"`
	GID     uint32 `json:"gid"`
	Refused *Error `json:"refused,omitempty"`
}
