package tui

import (
	"slices"

	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/claims"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/tui/panel"
)

// detail is a claim: the sentence, what the learner thinks, and what was found.
func (c *claimsSheet) detail(m *Model, width int) []string {
	claim, ok := c.at()
	if !ok {
		return nil
	}
	s := m.styles
	out := panel.Under(s.Title.Render(claim.ID)+"  ", s.Strong.Render(facts.Clean(claim.Claim)), width)
	out = append(out, panel.Wrap(s.Faint.Render(facts.Clean(claim.Article)), width)...)
	for _, part := range [][]string{c.opinion(m, claim.ID, width), c.trial(m, claim, width)} {
		if len(part) > 0 {
			out = append(append(out, ""), part...)
		}
	}
	return out
}

// opinion is what the learner can say, or has said.
func (c *claimsSheet) opinion(m *Model, id string, width int) []string {
	v, judged := c.judged[id]
	if _, found := c.found[id]; found {
		return nil // it is said beside the verdict
	}
	var texts []string
	taken := -1
	for i, j := range judgements[:len(judgements)-1] {
		texts = append(texts, j.words)
		if judged && j.verdict == v {
			taken = i
		}
	}
	out := append([]string{"What do you think?"}, panel.Choices(m.styles, texts, -1, taken, width)...)
	if v == skipped {
		out = append(out, "You have skipped this.")
	}
	return out
}

// trial is how the trial goes, or what came of it.
func (c *claimsSheet) trial(m *Model, claim claims.Claim, width int) []string {
	r, found := c.found[claim.ID]
	_, judged := c.judged[claim.ID]
	line := m.workLine(width)
	switch {
	case line != "" && c.onTrial(m, claim.ID):
		return panel.Wrap(line, width)
	case c.failed[claim.ID] != nil:
		return panel.Wrap(m.styles.Strong.Render("It could not be tried: ")+clean(c.failed[claim.ID]), width)
	case found:
		return c.evidence(m, r, width)
	case judged:
		return panel.Wrap("r puts it on trial here.", width)
	}
	return panel.Wrap("1, 2, 3, or s to skip: then it can be put on trial.", width)
}

// evidence is the verdict, what it is made of, and the learner's beside it.
func (c *claimsSheet) evidence(m *Model, r claims.Report, width int) []string {
	s, f := m.styles, r.Findings[0]
	out := panel.Wrap(s.Strong.Render("On this machine: "+wordsOf(f.Verdict)+"."), width)
	out = append(out, panel.Wrap(compared(c.judged[f.ID], f.Verdict), width)...)
	out = append(append(out, ""), panel.Wrap(facts.Clean(f.Evidence), width)...)
	if f.Ask != "" {
		out = append(append(out, ""), panel.Wrap("For you to judge: "+facts.Clean(f.Ask), width)...)
	}
	for _, ran := range r.Runs {
		out = append(append(out, ""), panel.Under(s.Strong.Render(panel.Shape(ran.Outcome))+" ", facts.Clean(ran.ID+" ("+string(ran.Outcome)+"): "+ran.Reason), width)...)
		out = append(out, c.used(f, ran.ID, m, width)...)
	}
	return out
}

// used are the numbers of a run that the verdict is made of.
func (c *claimsSheet) used(f claims.Finding, run string, m *Model, width int) []string {
	var numbers []experiment.Number
	for _, u := range f.Numbers {
		if u.Run == run && !slices.Contains(numbers, u.Number) {
			numbers = append(numbers, u.Number)
		}
	}
	return panel.Numbers(m.styles, cleanFinding(panel.Finding{Numbers: numbers}).Numbers, width)
}

// compared puts what the learner thought beside what was found.
func compared(said, here claims.Verdict) string {
	switch {
	case said == skipped:
		return "You have skipped this one."
	case !here.Decided():
		return "You said: " + wordsOf(said) + ". This machine has nothing to say on it."
	case said == here:
		return "You said the same."
	}
	return "You said: " + wordsOf(said) + "."
}
