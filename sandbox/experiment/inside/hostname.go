package inside

// Rename asks for another host name.
type Rename struct {
	Name string `json:"name"`
	// Shared is the host's uts namespace: with that very one
	// nothing is changed.
	Shared Namespace `json:"shared"`
}

// Hostname is the answer.
type Hostname struct {
	Shared  bool   `json:"shared"`
	Now     string `json:"now"`
	Refused *Error `json:"refused,omitempty"`
}
