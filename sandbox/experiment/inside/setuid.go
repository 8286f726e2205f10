package inside

// Raised is what a program that is executed becomes of whoever executes it.
type Raised struct {
	NoNewPrivs bool `json:"no_new_privs"`
	// Unknown is why it cannot be said whether the flag is set; then nothing
	// was tried.
	Unknown *Error `json:"unknown,omitempty"`
	// Where is the directory whose file system took the set-user-id file.
	Where string `json:"where,omitempty"`
	// Owner and Caller are the ids as the inside numbers them.
	Owner  int `json:"owner"`
	Caller int `json:"caller"`
	// SetUser is who the program of a set-user-id file was, Untried why there
	// was none.
	SetUser *Ids   `json:"set_user,omitempty"`
	Untried *Error `json:"untried,omitempty"`
	// Regained is what root got that had put its capabilities away; Unasked
	// why there is none to ask.
	Regained *Ids   `json:"regained,omitempty"`
	Unasked  *Error `json:"unasked,omitempty"`
}

// Ids are what a program finds itself to be.
type Ids struct {
	Real         int  `json:"real"`
	Effective    int  `json:"effective"`
	Capabilities int  `json:"capabilities"` // how many it may use
	NoNewPrivs   bool `json:"no_new_privs"`
}
