package lessons

import "time"

// ClaimRecord is what a learner thinks of a published claim, said before there
// was any evidence. What a machine found is not kept: it is found anew.
type ClaimRecord struct {
	Said string    `json:"said"` // a verdict, by its word
	When time.Time `json:"when"`
}

// Judge keeps what a learner thinks of a claim, in place of what was said
// before. What is kept already and was said later stays: two that are written
// at once may come in any order.
func (p *Progress) Judge(claim string, r ClaimRecord) {
	if p.Claims[claim].When.After(r.When) {
		return
	}
	if p.Claims == nil {
		p.Claims = map[string]ClaimRecord{}
	}
	p.Claims[claim] = r
}

// mergeClaims adds what another file has.
func (p *Progress) mergeClaims(other *Progress) {
	for id, theirs := range other.Claims {
		p.Judge(id, theirs)
	}
}
