package experiment

import "github.com/tentpole-labs/tentpole/sandbox/experiment/inside"

// gotten is what somebody got who reached for a secret word of the host's.
type gotten struct {
	word    string
	refused *inside.Error
}

// wordOf completes an observation of whether the inside gets the word that a
// plain process gets.
func wordOf(o Observation, word string, control, said gotten) Observation {
	o.Outcome = Contained
	switch {
	case control.word != word && control.refused == nil:
		o.Inside, o.Outcome = "not tried: a plain process reads something else", NotApplicable
	case control.word != word:
		o.Inside, o.Outcome = "not tried: a plain process cannot either, "+answer(control.refused), NotApplicable
	case said.word == word:
		o.Inside, o.Outcome = "has read the word", Open
	case said.refused != nil:
		o.Inside = answer(said.refused)
	default:
		o.Inside = "reads something else"
	}
	return o
}
