package inside

// SystemCall is one system call with its arguments.
type SystemCall struct {
	Number uint32    `json:"number"`
	Args   [6]uint64 `json:"args"`
}

// Syscalls asks for calls to be tried, and for some to be timed.
type Syscalls struct {
	Try  []SystemCall `json:"try"`
	Time []SystemCall `json:"time"`
	// Runs is how often each is timed, Micros for how long a time.
	Runs   int `json:"runs"`
	Micros int `json:"micros"`
}

// Answers are the errno of each call that was tried, 0 for none, and what each
// call cost that was timed, in nanoseconds, run by run.
type Answers struct {
	Errno []uint16    `json:"errno"`
	Cost  [][]float64 `json:"cost"`
}
