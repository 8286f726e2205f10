package tui

import (
	"context"
	"errors"
	"fmt"

	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/claims"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/tui/panel"
)

// claimsSheet puts published sentences on trial. The learner judges first: only
// then is there any evidence to be seen.
type claimsSheet struct {
	set     claims.Set
	err     error
	cursor  int
	judged  map[string]claims.Verdict // what the learner thinks; skipped for none
	found   map[string]claims.Report
	failed  map[string]error
	running string // the claim on trial
}

// skipped stands for a learner's judgement that was not given.
const skipped claims.Verdict = "skipped"

// openClaims shows the claims. They are read when they are opened first.
func (m *Model) openClaims() tea.Cmd {
	if c := m.sheets.claims; c != nil && len(c.set.Claims) > 0 {
		m.openSheet(c)
		m.seeCursor()
		return nil
	}
	c := &claimsSheet{judged: map[string]claims.Verdict{}, found: map[string]claims.Report{}, failed: map[string]error{}}
	c.recall(m.home.progress)
	m.sheets.claims = c
	m.openSheet(c)
	read := m.opt.Lab.Claims
	return m.job(func() tea.Msg {
		set, err := read()
		return claimsReadMsg{c, set, err}
	})
}

type claimsReadMsg struct {
	by  *claimsSheet
	set claims.Set
	err error
}

func (r claimsReadMsg) of() sheet { return r.by }

func (r claimsReadMsg) update(*Model) tea.Cmd {
	r.by.set, r.by.err = r.set, r.err
	return nil
}

func (*claimsSheet) name() string { return "claims on trial" }

// status compares what the learner thought with what was found: a count, and
// never a mark.
func (c *claimsSheet) status(*Model) string {
	if len(c.set.Claims) == 0 {
		return ""
	}
	line := fmt.Sprintf("%d of %d", c.cursor+1, len(c.set.Claims))
	if agreed, of := c.agreed(); of > 0 {
		line = fmt.Sprintf("you agreed with the machine on %d of %d · ", agreed, of) + line
	}
	return line
}

// agreed counts the claims that both have judged, and of these the ones that
// both judged alike.
func (c *claimsSheet) agreed() (agreed, of int) {
	for id, r := range c.found {
		said, here := c.judged[id], r.Findings[0].Verdict
		if said == skipped || !here.Decided() {
			continue
		}
		of++
		if said == here {
			agreed++
		}
	}
	return agreed, of
}

func (c *claimsSheet) move(_ *Model, n int) {
	c.cursor = max(min(c.cursor+n, len(c.set.Claims)-1), 0)
}

// at is the claim of the cursor.
func (c *claimsSheet) at() (claims.Claim, bool) {
	if c.cursor >= len(c.set.Claims) {
		return claims.Claim{}, false
	}
	return c.set.Claims[c.cursor], true
}

// judgements are what a learner can say, with their keys.
var judgements = []struct {
	key     string
	verdict claims.Verdict
	words   string
	// The footer names the three that judge as one.
	shown, does string
	foot        foot
}{
	{"1", claims.Holds, "holds", "1 2 3", "judge", left},
	{"2", claims.InPart, "holds in part", "2", "holds in part", unseen},
	{"3", claims.DoesNotHold, "does not hold", "3", "does not hold", unseen},
	{"s", skipped, "skip", "s", "skip", left},
}

// wordsOf is a verdict in the words that the learner judges by.
func wordsOf(v claims.Verdict) string {
	for _, j := range judgements {
		if j.verdict == v {
			return j.words
		}
	}
	if v == claims.Undecided {
		return "undecided"
	}
	return "cannot be tested"
}

func (c *claimsSheet) keys() []binding {
	out := []binding{
		{keys: []string{"r"}, show: "r", does: "run", where: inSheet, foot: left, do: c.try, on: c.mayTry, help: "put the claim on trial, once you have said what you think"},
		{keys: []string{"n"}, show: "n", does: "next", where: inSheet, foot: left, do: c.next, help: "the next claim"},
		readKey(),
	}
	for _, j := range judgements {
		out = append(out, binding{keys: []string{j.key}, show: j.shown, does: j.does, where: inSheet, foot: j.foot, listed: true, spare: 1, do: c.judge(j.verdict), on: c.unjudged, help: "say of the claim: " + j.words})
	}
	return out
}

// unjudged tells whether the learner has still to judge: what was said before
// the evidence stays.
func (c *claimsSheet) unjudged(m *Model) bool {
	claim, ok := c.at()
	_, shown := c.found[claim.ID]
	return ok && !shown && !c.onTrial(m, claim.ID)
}

// onTrial tells whether the claim is being tried.
func (c *claimsSheet) onTrial(m *Model, id string) bool { return m.work != nil && c.running == id }

func (c *claimsSheet) mayTry(m *Model) bool {
	claim, ok := c.at()
	_, judged := c.judged[claim.ID]
	return ok && judged && m.work == nil
}

func (c *claimsSheet) judge(v claims.Verdict) func(*Model) tea.Cmd {
	return func(m *Model) tea.Cmd {
		claim, _ := c.at()
		c.judged[claim.ID] = v
		if v == skipped || m.opt.Store == nil {
			return nil
		}
		store, said := m.opt.Store, lessons.ClaimRecord{Said: string(v), When: m.opt.Now()}
		return m.job(func() tea.Msg {
			return savedMsg{store.Update(func(p *lessons.Progress) error { p.Judge(claim.ID, said); return nil })}
		})
	}
}

// recall takes in what the learner has said before.
func (c *claimsSheet) recall(p lessons.Progress) {
	for _, j := range judgements {
		for id, r := range p.Claims {
			if r.Said == string(j.verdict) {
				c.judged[id] = j.verdict
			}
		}
	}
}

func (c *claimsSheet) next(m *Model) tea.Cmd {
	focus := m.focus
	m.focus = paneMain
	m.sheetMove(1)
	m.focus = focus
	return nil
}

// try runs the experiments of the claim, and shows what they come to.
func (c *claimsSheet) try(m *Model) tea.Cmd {
	claim, _ := c.at()
	c.running = claim.ID
	delete(c.failed, claim.ID)
	if !m.wide() {
		m.focus = paneDetail
	}
	m.scrolls[paneDetail] = 0
	type tried struct {
		report claims.Report
		err    error
	}
	run := m.opt.Lab.Try
	return undertake(m, c, duty[claims.Progress, tried]{
		do: func(ctx context.Context, tell func(claims.Progress)) tried {
			r, err := run(ctx, claims.Set{Claims: []claims.Claim{claim}}, claims.Options{Progress: tell})
			if err == nil && len(r.Findings) != 1 {
				err = errors.New("there is no verdict")
			}
			return tried{r, err}
		},
		heard: func(w *work, news []claims.Progress) {
			p := news[len(news)-1]
			w.done, w.total, w.phase = p.Done, p.Total, p.Run
		},
		ended: func(m *Model, t tried) tea.Cmd {
			switch {
			case errors.Is(t.err, context.Canceled):
				m.notice = "Cancelled. Nothing was kept of it."
			case t.err != nil:
				c.failed[claim.ID] = t.err
			default:
				c.found[claim.ID] = t.report
			}
			return nil
		},
	})
}

func (c *claimsSheet) lines(m *Model, width int) ([]string, int) {
	top := panel.Wrap("What has been published about containers. Say what you think; then have this machine try it.", width)
	switch {
	case c.err != nil:
		top = append(top, panel.Wrap(m.styles.Strong.Render("The claims could not be read: ")+clean(c.err), width)...)
	case len(c.set.Claims) == 0:
		top = append(top, "Reading …")
	}
	var items []panel.Item
	for i, claim := range c.set.Claims {
		item := panel.Item{Label: claim.ID, Detail: facts.Clean(claim.Claim)}
		if said := c.said(claim.ID); said != "" {
			item.Detail = said + " · " + item.Detail
		}
		if i == 0 || c.set.Claims[i-1].Article != claim.Article {
			item.Head = facts.Clean(claim.Article)
		}
		items = append(items, item)
	}
	return panel.List(m.styles, top, items, c.cursor, width)
}

// said is what is known of a claim in a few words.
func (c *claimsSheet) said(id string) string {
	r, found := c.found[id]
	v, judged := c.judged[id]
	switch {
	case found:
		return r.Findings[0].Verdict.Words()
	case judged && v != skipped:
		return "you: " + wordsOf(v)
	case judged:
		return "skipped"
	}
	return ""
}
