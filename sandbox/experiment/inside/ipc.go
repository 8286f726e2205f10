package inside

// Offered is what a process on the host leaves for whoever finds it. All of it
// goes with that process.
type Offered struct {
	Segment int    `json:"segment"` // id of a System V shared memory segment
	Socket  string `json:"socket"`  // name of an abstract socket
	Word    string `json:"word"`    // what is in both
	// Shared is the host's ipc namespace: in that very one no
	// queue is made, since it would outlive its maker.
	Shared Namespace `json:"shared"`
	Queue  string    `json:"queue"` // the name for a POSIX queue
	Key    int       `json:"key"`   // the key for System V ones
}

// Met is what was found of that from inside.
type Met struct {
	Shared  bool     `json:"shared"`
	Segment IPCRead  `json:"segment"`
	Socket  IPCRead  `json:"socket"`
	Made    []IPCOwn `json:"made,omitempty"` // in an ipc namespace of its own
	Memory  Place    `json:"memory"`         // /dev/shm
	NoShm   *Error   `json:"no_shm,omitempty"`
}

// IPCRead is a try to read the word.
type IPCRead struct {
	Word    string `json:"word,omitempty"`
	Refused *Error `json:"refused,omitempty"`
}

// IPCOwn is something made inside, for the host to look for.
type IPCOwn struct {
	Kind    string `json:"kind"` // message-queue, semaphore, posix-queue
	Refused *Error `json:"refused,omitempty"`
}
