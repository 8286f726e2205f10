package inside

// Identify asks a process who it is, and to open files.
type Identify struct {
	Secrets []string `json:"secrets"` // paths
}

// Identity is who a process is, as it knows itself.
type Identity struct {
	UID   uint32 `json:"uid"`
	Owner uint32 `json:"owner"` // of the file that it holds open
	File  int    `json:"file"`  // the descriptor of that file
	// Secrets is how the kernel answered to the wish to read each of the files;
	// nil where one could be opened.
	Secrets []*Error `json:"secrets"`
}
