package inside

import "github.com/tentpole-labs/tentpole/sandbox/facts"

// FactsRead is what an act reads of itself, which is a command like any other.
type FactsRead struct {
	Facts   facts.Facts `json:"facts"`
	Refused *Error      `json:"refused,omitempty"`
}
