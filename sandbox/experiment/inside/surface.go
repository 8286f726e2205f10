package inside

// Surface is what somebody who has broken into a program finds to go on with.
type Surface struct {
	// Programs are the executable files in the directories of PATH, each as a
	// number made of its name and size.
	Programs []uint64 `json:"programs"`
	// SetID are programs with the set-user-id or set-group-id bit, Capable those
	// with capabilities of their own; Live are those of both kinds that would
	// still give somebody more rights here.
	SetID   []string `json:"set_id"`
	Capable []string `json:"capable"`
	Live    []string `json:"live"`

	Shells       []string `json:"shells"`
	Interpreters []string `json:"interpreters"`
	Network      []string `json:"network"`

	Entries  int  `json:"entries"`  // looked at
	Complete bool `json:"complete"` // false: there were more than may be looked at
}
