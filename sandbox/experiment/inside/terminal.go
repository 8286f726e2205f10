package inside

// Terminal is what is to run on a terminal of its own, and how large that is.
type Terminal struct {
	Args        []string `json:"args"`
	Environment []string `json:"environment,omitempty"`
	Size        Size     `json:"size"`
}

// Size is that of a terminal, in character cells.
type Size struct {
	Rows uint16 `json:"rows"`
	Cols uint16 `json:"cols"`
}

// Typed is what comes from the person at the terminal: text, or another size.
type Typed struct {
	Text []byte `json:"text,omitempty"`
	Size *Size  `json:"size,omitempty"`
}
