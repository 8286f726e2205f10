package inside

// Mount asks for a mount of that name.
type Mount struct {
	Name string `json:"name"`
	// Shared is the host's mount namespace: in that very one
	// nothing is mounted.
	Shared Namespace `json:"shared"`
}

// Mounted is the answer.
type Mounted struct {
	Shared  bool   `json:"shared"`
	At      string `json:"at"`
	Tied    string `json:"tied,omitempty"` // how the place is tied to other mount tables
	Refused *Error `json:"refused,omitempty"`
}
