package inside

// Cgroups is what a process sees of the cgroups.
type Cgroups struct {
	Namespace uint64       `json:"namespace"` // the inode of its cgroup namespace
	Self      string       `json:"self"`      // /proc/self/cgroup
	Trees     []CgroupTree `json:"trees"`
}

// CgroupTree is a mounted cgroup file system.
type CgroupTree struct {
	At   string `json:"at"`
	Root Place  `json:"root"` // the cgroup it shows at its top
	// Refused is why its processes may not be moved; nil when the file can be
	// opened to write.
	Refused *Error `json:"refused,omitempty"`
}
