package inside

// OneHost is what the inside sees of the kernel that it runs on.
type OneHost struct {
	Release string `json:"release"`
	Version string `json:"version"` // with the time it was built
	Boot    string `json:"boot"`    // id; "" when it may not be read
	Unread  *Error `json:"unread,omitempty"`
	// Clock is the wall clock, in nanoseconds since 1970.
	Clock  int64 `json:"clock"`
	Parent int   `json:"parent"` // as the inside numbers it
}
