package tui

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/tui/panel"
)

// work is what the sheet on the screen has under way, one thing at a time. It
// runs in a command, and what it tells comes back in messages. Leaving the sheet
// cancels it; closing the model waits until it has cleaned up.
type work struct {
	by          sheet
	since       time.Time
	cancel      context.CancelFunc
	phase       string // what it is at, in words
	done, total int    // how far it is; a total of 0 cannot be counted

	mu    sync.Mutex
	begun bool
	ended bool
	gone  chan struct{}
}

// duty is what a work does. do runs in a command; heard and ended are what
// becomes of what it tells, in Update.
type duty[N, E any] struct {
	do    func(ctx context.Context, tell func(N)) E
	heard func(w *work, news []N)
	ended func(m *Model, e E) tea.Cmd
}

// undertake begins a work of a sheet, unless it has one.
func undertake[N, E any](m *Model, by sheet, d duty[N, E]) tea.Cmd {
	if m.work != nil && m.work.by == by {
		return nil
	}
	m.dropWork()
	ctx, cancel := context.WithCancel(m.ctx)
	w := &work{by: by, since: m.opt.Now(), cancel: cancel, gone: make(chan struct{})}
	m.tents++
	id, open := m.tents, m.open
	m.work = w
	open.add(id, w.end)
	box := newMailbox[N]()
	do := m.job(func() tea.Msg {
		if !w.begin() {
			return nil
		}
		defer func() { cancel(); close(w.gone); open.close(id) }()
		e := d.do(ctx, box.put)
		return workMsg{w, func(m *Model) tea.Cmd {
			m.work = nil
			return d.ended(m, e)
		}}
	})
	return tea.Batch(do, listen(ctx, w, box, d.heard), turnOver(w))
}

// begin tells whether it may begin: it may have been ended before.
func (w *work) begin() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.begun = !w.ended
	return w.begun
}

// end ends it and waits until it is gone.
func (w *work) end() error {
	w.cancel()
	w.mu.Lock()
	w.ended = true
	begun := w.begun
	w.mu.Unlock()
	if begun {
		<-w.gone
	}
	return nil
}

// workMsg is a message about a work; one about another than that on the screen
// is dropped.
type workMsg struct {
	w  *work
	do func(*Model) tea.Cmd
}

func (msg workMsg) of() sheet { return msg.w.by }

func (msg workMsg) update(m *Model) tea.Cmd {
	if m.work != msg.w {
		return nil
	}
	return msg.do(m)
}

// listen waits for news, and takes as many as there are.
func listen[N any](ctx context.Context, w *work, box *mailbox[N], heard func(*work, []N)) tea.Cmd {
	return func() tea.Msg {
		news := box.take(ctx)
		if news == nil {
			return nil
		}
		return workMsg{w, func(*Model) tea.Cmd {
			heard(w, news)
			return listen(ctx, w, box, heard)
		}}
	}
}

// turnOver has the spinner turn and the seconds count.
func turnOver(w *work) tea.Cmd {
	return tea.Tick(spinTime, func(time.Time) tea.Msg {
		return workMsg{w, func(*Model) tea.Cmd { return turnOver(w) }}
	})
}

// mailbox holds what was told and not yet taken.
type mailbox[N any] struct {
	mu    sync.Mutex
	news  []N
	ready chan struct{}
}

func newMailbox[N any]() *mailbox[N] { return &mailbox[N]{ready: make(chan struct{}, 1)} }

// put never blocks.
func (b *mailbox[N]) put(n N) {
	b.mu.Lock()
	b.news = append(b.news, n)
	b.mu.Unlock()
	select {
	case b.ready <- struct{}{}:
	default:
	}
}

// take waits until there is something, and returns nil when ctx ends before.
func (b *mailbox[N]) take(ctx context.Context) []N {
	for {
		select {
		case <-b.ready:
		case <-ctx.Done():
			return nil
		}
		if news := b.empty(); len(news) > 0 { // or they went with those before
			return news
		}
	}
}

func (b *mailbox[N]) empty() []N {
	b.mu.Lock()
	defer b.mu.Unlock()
	news := b.news
	b.news = nil
	return news
}

// leftWork ends what is under way for a sheet that is not shown any more.
func (m *Model) leftWork() {
	if m.work != nil && (m.screen != onSheet || m.sheet != m.work.by) {
		m.dropWork()
	}
}

// dropWork cancels what is under way and hears no more of it.
func (m *Model) dropWork() {
	if m.work != nil {
		m.work.cancel()
		m.work = nil
	}
}

// cancelWork cancels what is under way, and waits for its end.
func (m *Model) cancelWork() tea.Cmd {
	m.work.cancel()
	m.work.phase = "ending, and cleaning up"
	return nil
}

// longTime is how long something takes before the screen counts the seconds.
const longTime = 2 * time.Second

// workLine says how far the work is, once it takes long enough to be noticed.
func (m *Model) workLine(width int) string {
	w := m.work
	if w == nil {
		return ""
	}
	took := m.opt.Now().Sub(w.since)
	if took < patience {
		return ""
	}
	phase, cancel := facts.Clean(w.phase), "esc cancels"
	parts := []string{phase, cancel}
	if w.total > 0 { // the phase comes last: it is the longest
		parts = []string{panel.Bar(w.done, w.total, width/2), cancel, phase}
	}
	if took >= longTime {
		parts = slices.Insert(parts, 1, took.Truncate(time.Second).String())
	}
	return m.spinner(took) + strings.Join(parts, " · ")
}
