package tui

import (
	"reflect"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"
)

// Bubble Tea looks sixty times a second whether there is another screen to
// draw, and so wakes a machine on which nothing happens
// (github.com/charmbracelet/bubbletea/pull/1796 would have it wait). Its one
// setting is a rate for the whole life of the program: a low one would keep
// every key waiting.
const awakeTime = 4 * time.Millisecond // between two looks while screens come

// calms are how the looks grow fewer: once no screen has come for as long, so much
// is between two of them, and 0 is none any more. A screen that is handed over too
// late for the quick looks, as on a machine that does much else, is drawn with one
// of the next. So is the screen of a program that has just been given its terminal
// back: what looked before may stop the ticker only then.
var calms = []struct{ after, between time.Duration }{
	{3 * awakeTime, 5 * awakeTime},
	{16 * awakeTime, time.Second},
	{3 * time.Second, 0},
}

// pulse sets how often Bubble Tea looks: often after a screen was made, then
// seldom, then not at all.
type pulse struct {
	mu    sync.Mutex
	look  *time.Ticker // nil before the program runs, and where it was not found
	calm  int          // how many of calms have come; none while screens do
	last  time.Time
	quiet *time.Timer // until the next of them
}

// find takes hold of the ticker of a program that has begun to run. It has no
// name outside Bubble Tea. A version that has it no more is left as it is, and
// TestRests fails.
func (p *pulse) find(program *tea.Program) {
	f := reflect.ValueOf(program).Elem().FieldByName("ticker")
	if !f.IsValid() || f.Type() != reflect.TypeFor[*time.Ticker]() {
		return
	}
	p.take((*time.Ticker)(f.UnsafePointer()))
}

func (p *pulse) take(look *time.Ticker) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.look = look
	p.quiet = time.AfterFunc(calms[0].after, p.rest)
}

// beat is called for every screen, right before it is handed over.
func (p *pulse) beat() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.look == nil {
		return
	}
	if p.calm > 0 { // a ticker that is reset again and again would never tick
		p.look.Reset(awakeTime)
		p.calm = 0
	}
	p.last = time.Now()
	p.quiet.Reset(calms[0].after)
}

func (p *pulse) rest() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.look == nil || p.calm == len(calms) {
		return
	}
	now := calms[p.calm]
	if since := time.Since(p.last); since < now.after { // a screen has come meanwhile
		p.quiet.Reset(now.after - since)
		return
	}
	p.calm++
	if now.between == 0 {
		p.look.Stop()
		return
	}
	p.look.Reset(now.between)
	p.quiet.Reset(calms[p.calm].after - now.after)
}

// stop is called when the program has ended.
func (p *pulse) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.look != nil {
		p.quiet.Stop()
		p.look.Stop()
		p.look = nil
	}
}

// paced is a model whose screens make the pulse beat. begin is called once the
// program runs.
type paced struct {
	tea.Model
	pulse *pulse
	begin func()
}

func (p paced) Init() tea.Cmd {
	p.begin()
	return p.Model.Init()
}

func (p paced) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	m, cmd := p.Model.Update(msg)
	return paced{m, p.pulse, p.begin}, cmd
}

func (p paced) View() tea.View {
	v := p.Model.View()
	p.pulse.beat()
	return v
}
