package tui

import (
	"reflect"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"
)

// Bubble Tea looks sixty times a second whether there is another screen to
// draw: it wakes a machine on which nothing happens, and every key waits for the
// next look (github.com/charmbracelet/bubbletea/pull/1796 would have it look when
// there is something to see). Its one setting is a rate for the whole life of the
// program.
const awakeTime = 4 * time.Millisecond // between two looks while screens come

// later are the looks after the last screen, each that much after the one before. A
// screen is told of right before it is handed over: on a machine that does much
// else, the look may come too early. Then there are none until the next screen.
var later = []time.Duration{5 * awakeTime, time.Second}

// pulse has Bubble Tea look when there is a screen: at once, but no sooner than
// awakeTime after the last look.
type pulse struct {
	mu    sync.Mutex
	looks chan time.Time // what Bubble Tea takes for the ticks of its ticker; nil for none
	last  time.Time      // a look
	calm  int            // how many of later have come
	due   time.Time
	next  *time.Timer // the look that is due
}

// take puts the pulse in the place of the ticker of a program that is not running
// yet. It has no name outside Bubble Tea. A version that has it no more is left as it
// is, and TestPulse fails.
func (p *pulse) take(program *tea.Program) {
	f := reflect.ValueOf(program).Elem().FieldByName("ticker")
	if !f.IsValid() || f.Type() != reflect.TypeFor[*time.Ticker]() {
		return
	}
	ticker := time.NewTicker(time.Hour) // Bubble Tea sets its rate, and stops it; nobody sees it tick
	ticker.C = p.start()
	*(**time.Ticker)(f.Addr().UnsafePointer()) = ticker
}

// start returns where the looks come.
func (p *pulse) start() <-chan time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.looks = make(chan time.Time, 1)
	p.next = time.AfterFunc(time.Hour, p.wake)
	p.next.Stop()
	return p.looks
}

// beat is called for every screen, right before it is handed over.
func (p *pulse) beat() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.looks == nil {
		return
	}
	p.calm = 0
	now := time.Now()
	if soon := p.last.Add(awakeTime); now.Before(soon) {
		p.plan(now, soon.Sub(now))
		return
	}
	p.look(now)
}

// wake is called when a look is due.
func (p *pulse) wake() {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if p.looks == nil || now.Before(p.due) { // a screen has come meanwhile, and its look is planned
		return
	}
	p.look(now)
}

// look has Bubble Tea look, and plans the next time.
func (p *pulse) look(now time.Time) {
	select {
	case p.looks <- now:
	default: // it has not looked yet
	}
	p.last = now
	if p.calm < len(later) {
		p.plan(now, later[p.calm])
		p.calm++
	}
}

func (p *pulse) plan(now time.Time, wait time.Duration) {
	p.due = now.Add(wait)
	p.next.Reset(wait)
}

// stop is called when the program has ended.
func (p *pulse) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.looks != nil {
		p.next.Stop()
		p.looks = nil
	}
}

// paced is a model whose screens make the pulse beat.
type paced struct {
	tea.Model
	pulse *pulse
}

func (p paced) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	m, cmd := p.Model.Update(msg)
	return paced{m, p.pulse}, cmd
}

func (p paced) View() tea.View {
	v := p.Model.View()
	p.pulse.beat()
	return v
}
