package inside

// Interfaces is what the inside sees of networks.
type Interfaces struct {
	Namespace uint64 `json:"namespace"` // the inode of its network namespace
	Links     []Link `json:"links"`
	// Listed are the links below /sys/class/net: those of the network that
	// whoever mounted /sys was in.
	Listed  []Link `json:"listed"`
	Refused *Error `json:"refused,omitempty"` // to list the links
}
