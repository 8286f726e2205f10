package tui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/tui/panel"
)

// useTime is the time between two looks at what a sandbox uses.
const useTime = time.Second

// useKept is how many looks are kept: as many as the widest chart has columns.
const useKept = 120

// use is what a sandbox was seen to use, the newest last.
type use struct {
	seen  []sample
	under bool  // a look or a wait for one is under way
	err   error // of the last look
}

// sample is one look.
type sample struct {
	at  time.Time
	now cgroup.Statistics
}

// hasLive tells whether there is a pane for charts: one sandbox is shown, it
// runs, and it is no riddle.
func (m *Model) hasLive() bool {
	if m.screen != onSandbox || m.free == nil {
		return false
	}
	b := m.free.box()
	return b != nil && b.live != nil && !b.hidden
}

// sample looks at what the sandbox uses, as long as the charts are seen.
func (m *Model) sample() tea.Cmd {
	if !m.seesLive() || m.free.box().kind != "" || m.free.box().use.under {
		return nil
	}
	b := m.free.box()
	b.use.under = true
	now := m.opt.Now
	return func() tea.Msg {
		s, err := b.live.Statistics()
		return sampleMsg{about(b.tent.id), b, sample{now(), s}, err}
	}
}

func (m *Model) seesLive() bool {
	return m.hasLive() && m.page == nil && slices.ContainsFunc(m.places(), func(p place) bool { return p.pane == paneLive })
}

type sampleMsg struct {
	about
	box    *box
	sample sample
	err    error
}

func (s sampleMsg) update(*Model, *tent) tea.Cmd {
	u := &s.box.use
	if u.err = s.err; s.err != nil {
		return nil // it has no limit, and will not have one
	}
	u.add(s.sample)
	return tea.Tick(useTime, func(time.Time) tea.Msg { return againMsg{about(s.box.tent.id), s.box} })
}

// add keeps a look. Two of one moment are one: there is no stretch between them.
func (u *use) add(s sample) {
	if n := len(u.seen); n > 0 && !s.at.After(u.seen[n-1].at) {
		return
	}
	u.seen = append(u.seen, s)
	u.seen = u.seen[max(len(u.seen)-useKept, 0):]
}

// againMsg says that the charts may be looked at again.
type againMsg struct {
	about
	box *box
}

func (a againMsg) update(*Model, *tent) tea.Cmd {
	a.box.use.under = false // settle looks, if anybody does
	return nil
}

// liveLines draws the charts of the sandbox that is shown.
func (m *Model) liveLines(width, height int) []string {
	b, s := m.free.box(), m.styles
	switch {
	case b == nil:
		return nil
	case b.house != nil:
		return m.houseLines(b, width)
	}
	out := []string{s.Faint.Render(panel.Pad(strings.Join(nonEmpty(b.title(), b.state(), b.size(), "since "+b.since.Format("15:04:05")), " · "), width))}
	if b.kind != "" {
		return append(out, panel.Wrap(s.Faint.Render("What it uses is not counted here. x: the experiments measure it."), width)...)
	}
	if b.use.err != nil {
		return append(out, panel.Wrap(s.Faint.Render("Nothing is counted without a limit: memory, cpu, pids or io."), width)...)
	}
	return append(out, panel.Charts(s, b.use.charts(), width, height-1)...)
}

// measures are what is drawn.
var measures = []struct {
	name string
	of   func(before, now sample) (value, most float64, ok bool)
	say  func(value, most float64) string
	// happened is what the kernel did to hold the limit, and how often.
	happened string
	times    func(cgroup.Statistics) *uint64
}{
	{"memory", memoryUse, outOf(bytesWord), "killed", func(s cgroup.Statistics) *uint64 { return s.Memory.OOMKill }},
	{"cpu", cpuUse, percent, "", nil},
	{"throttled", throttleUse, percent, "", nil},
	{"pids", pidsUse, outOf(experiment.Figure), "refused", func(s cgroup.Statistics) *uint64 { return s.PIDs.Refused }},
}

// charts are what there is to draw: what this machine does not count is left
// out.
func (u use) charts() []panel.Chart {
	var out []panel.Chart
	for _, row := range measures {
		c := panel.Chart{Name: row.name}
		var last float64
		for i, now := range u.seen {
			if v, most, ok := row.of(u.seen[max(i-1, 0)], now); ok {
				c.Values, c.Most, last = append(c.Values, v), most, v
			}
		}
		if len(c.Values) == 0 {
			continue
		}
		c.Say = row.say(last, c.Most)
		if row.times != nil {
			if n := number(row.times(u.seen[len(u.seen)-1].now)); n > 0 {
				c.Say += fmt.Sprintf(", %d %s", n, row.happened)
			}
		}
		out = append(out, c)
	}
	return out
}

func number(n *uint64) uint64 {
	if n == nil {
		return 0
	}
	return *n
}

func memoryUse(_, now sample) (value, most float64, ok bool) {
	m := now.now.Memory
	return float64(number(m.Current)), float64(number(m.Max)), m.Current != nil
}

func pidsUse(_, now sample) (value, most float64, ok bool) {
	p := now.now.PIDs
	return float64(number(p.Current)), float64(number(p.Max)), p.Current != nil
}

// cpuUse is the processor time of a stretch, in hundredths of one CPU.
func cpuUse(before, now sample) (value, most float64, ok bool) {
	took := now.at.Sub(before.at).Seconds()
	a, b := before.now.CPU.Usage, now.now.CPU.Usage
	if a == nil || b == nil || *b < *a {
		return 0, 0, false
	}
	if took <= 0 {
		return 0, 100, true
	}
	return float64(*b-*a) / 1e6 / took * 100, 100, true
}

// throttleUse is how many of a stretch's periods used the quota up, in
// hundredths.
func throttleUse(before, now sample) (value, most float64, ok bool) {
	a, b := before.now.CPU, now.now.CPU
	if b.Throttled == nil || b.Periods == nil || number(b.Periods) < number(a.Periods) || number(b.Throttled) < number(a.Throttled) {
		return 0, 0, false
	}
	periods := float64(*b.Periods - number(a.Periods))
	if periods == 0 {
		return 0, 100, true
	}
	return float64(*b.Throttled-number(a.Throttled)) / periods * 100, 100, true
}

func percent(v, _ float64) string { return fmt.Sprintf("%.0f %%", v) }

func bytesWord(v float64) string { return experiment.Amount(v, "bytes") }

// outOf says a value, and the limit if there is one.
func outOf(word func(float64) string) func(value, most float64) string {
	return func(value, most float64) string {
		if most == 0 {
			return word(value)
		}
		return word(value) + " of " + word(most)
	}
}
