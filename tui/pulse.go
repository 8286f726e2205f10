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
const (
	awakeTime = 4 * time.Millisecond // between two looks while screens come
	quietTime = 3 * awakeTime        // without a screen, until the looks are far apart
	restTime  = time.Second          // between two looks then
	sleepTime = 3 * time.Second      // without a screen, until there are no more looks
)

// pulse sets how often Bubble Tea looks: often after a screen was made, then
// seldom, then not at all. A screen that is handed over too late for the last
// quick look, as on a machine that does much else, is drawn with a slow one.
type pulse struct {
	mu    sync.Mutex
	look  *time.Ticker // nil before the program runs, and where it was not found
	awake bool
	last  time.Time
	quiet *time.Timer
}

// find takes hold of the ticker of a program that has begun to run. It has no
// name outside Bubble Tea. A version that has it no more is left as it is, and
// TestRests fails.
func (p *pulse) find(program *tea.Program) {
	f := reflect.ValueOf(program).Elem().FieldByName("ticker")
	if !f.IsValid() || f.Type() != reflect.TypeFor[*time.Ticker]() {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.look = (*time.Ticker)(f.UnsafePointer())
	p.quiet = time.AfterFunc(quietTime, p.rest)
}

// beat is called for every screen, right before it is handed over.
func (p *pulse) beat() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.look == nil {
		return
	}
	if !p.awake { // a ticker that is reset again and again would never tick
		p.look.Reset(awakeTime)
		p.awake = true
	}
	p.last = time.Now()
	p.quiet.Reset(quietTime)
}

func (p *pulse) rest() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.look == nil {
		return
	}
	switch since := time.Since(p.last); {
	case since >= sleepTime:
		p.look.Stop()
	case since >= quietTime: // not where a screen has come meanwhile
		p.awake = false
		p.look.Reset(restTime)
		p.quiet.Reset(sleepTime)
	}
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
