package inside

// Witness is what a process says that only stands by: it is alive.
type Witness struct {
	Times int `json:"times"` // how often it has been asked
}
