package inside

// Serve asks for a server of one page.
type Serve struct {
	// Ports are tried in turn when one is taken; 0 is any that is free.
	Ports []uint16 `json:"ports"`
	// Shared is the host's network namespace: with that very one
	// the server listens on 127.0.0.1 only, elsewhere on all addresses.
	Shared Namespace `json:"shared"`
	Page   string    `json:"page"`
}

// Serving is the answer.
type Serving struct {
	Shared  bool   `json:"shared"`
	Port    uint16 `json:"port"`
	Refused *Error `json:"refused,omitempty"`
}

// Fetch asks for a page from each of the addresses.
type Fetch struct {
	Addresses []string `json:"addresses"`
	Page      string   `json:"page"` // as it should be
}

// Fetched tells for each address whether the page came, and what came instead.
type Fetched struct {
	Reached []bool   `json:"reached"`
	Errors  []*Error `json:"errors"`
}
