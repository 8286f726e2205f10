package inside

// Namespace is one of the host's, for an act to compare its own with. A kernel
// of its own numbers namespaces as it likes, the first ones as the host's does:
// Boot, the id of the host's boot, tells them apart.
type Namespace struct {
	Inode uint64 `json:"inode"`
	Boot  string `json:"boot,omitempty"`
}
