package inside

// Beliefs is how large a process takes its machine to be, by where it looks.
// What could not be read is 0.
type Beliefs struct {
	Affinity   int   `json:"affinity"`   // sched_getaffinity(2)
	Online     int   `json:"online"`     // /sys/devices/system/cpu/online, which sysconf(3) reads
	CPUInfo    int   `json:"cpuinfo"`    // processors in /proc/cpuinfo
	NumCPU     int   `json:"num_cpu"`    // Go's runtime.NumCPU
	GOMAXPROCS int   `json:"gomaxprocs"` // Go's runtime.GOMAXPROCS(0)
	MemTotal   int64 `json:"mem_total"`  // of /proc/meminfo, in bytes
	TotalRAM   int64 `json:"total_ram"`  // of sysinfo(2), in bytes
}
