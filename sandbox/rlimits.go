package sandbox

// Rlimits are the most that each process of a sandbox may have; getrlimit(2).
type Rlimits struct {
	Files   uint64 // open files
	Locked  uint64 // bytes that are held in memory
	Queues  uint64 // bytes in POSIX message queues
	Signals uint64 // signals that wait
	Core    uint64 // bytes of a core file
}
