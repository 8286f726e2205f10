package sandbox

// Swept says what the janitor did.
type Swept struct {
	Trees    []string   `json:"trees"`    // directories in the state directory
	Cgroups  []string   `json:"cgroups"`  // cgroup directories
	Canaries []string   `json:"canaries"` // files that experiments had made
	Network  []string   `json:"network"`  // links, tables and settings of the host's
	Left     []Leftover `json:"left"`     // tried again by the next janitor
}

// Leftover is something of a dead owner's that could not be removed in time.
type Leftover struct {
	What string `json:"what"` // "directory", "cgroup" or "network"
	Item string `json:"item"`
	Why  string `json:"why"`
}
