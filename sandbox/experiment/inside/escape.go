package inside

// Escape asks for ways out to be tried.
type Escape struct {
	Ways   []string `json:"ways"`
	Canary Canary   `json:"canary"`
	// Control says that this is the plain process that everything is tried in
	// first.
	Control bool `json:"control,omitempty"`
}

// Tried is what became of one way out.
type Tried struct {
	Way     string `json:"way"`
	Reached bool   `json:"reached"`
	// Proof is what was read, for ways that read.
	Proof  string `json:"proof,omitempty"`
	Answer *Error `json:"answer,omitempty"`
}

// Tries are the answer, in the order in which they were asked for.
type Tries struct {
	All []Tried `json:"all"`
}

// Plant asks for a canary. The inside is never told its word: who knows it has
// read it.
type Plant struct {
	Word string `json:"word"`
	Mark string `json:"mark"`
	Path string `json:"path"` // of the canary's file
}

// Canary is a plain process on the host that ways out try to reach, with what it
// holds. It is tentpole's own, and all of it ends with the process.
type Canary struct {
	PID int `json:"pid"`
	// Mark names what is the canary's. In its memory the mark stands at Marked,
	// the word at Memory, and Scratch is there to be written to.
	Mark    string `json:"mark"`
	Marked  uint64 `json:"marked"`
	Memory  uint64 `json:"memory"`
	Scratch uint64 `json:"scratch"`
	// Descriptor is an open file of its own with the word in it.
	Descriptor int `json:"descriptor"`
	// File is on the host's disk, with the word in it.
	File Node `json:"file"`
	// Handle is how the kernel names File without a path.
	Handle     []byte `json:"handle"`
	HandleType int32  `json:"handle_type"`
	// Whoever connects to Socket, an abstract one, or to Port gets the word.
	Socket string `json:"socket"`
	Port   int    `json:"port"`
	// Key and Segment hold the word: a key of its user's, System V memory.
	Key     int `json:"key"`
	Segment int `json:"segment"`
	// Terminal is a pseudo terminal of its own.
	Terminal Node `json:"terminal"`
	// Root is the host's root directory, Disk the device below it, if any, and
	// DiskType its file system.
	Root     Node   `json:"root"`
	Disk     Node   `json:"disk"`
	DiskType string `json:"disk_type"`
	// Protocols are those that the kernel has loaded, by their names in
	// /proc/net/protocols.
	Protocols []string `json:"protocols"`
	// Namespaces are the inodes of its namespaces, Peers its mounts' peer groups.
	Namespaces map[string]uint64 `json:"namespaces"`
	Peers      []string          `json:"peers"`
}

// WordLength is how long a canary's word is.
const WordLength = 32

// Node is a file by its path and by what it is.
type Node struct {
	Path   string `json:"path"`
	Device uint64 `json:"device"`
	Inode  uint64 `json:"inode"`
}
