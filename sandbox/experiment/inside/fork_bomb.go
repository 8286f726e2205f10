package inside

// Multiply asks for children.
type Multiply struct {
	Children int `json:"children"` // ChildrenMost at the most
}

// ChildrenMost is the ceiling, whatever is asked for.
const ChildrenMost = 200

// Multiplied is how many there are, and why there are no more.
type Multiplied struct {
	Children int    `json:"children"`
	Refused  *Error `json:"refused,omitempty"`
}
