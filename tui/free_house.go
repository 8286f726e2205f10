package tui

import (
	"context"
	"errors"
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/lessons/play"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/tui/panel"
	"github.com/tentpole-labs/tentpole/tui/styles"
	"github.com/tentpole-labs/tentpole/tui/terminal"
)

// house is what a box has that is a machine: a console, and a kernel of its own,
// which can die while the host's goes on.
type house struct {
	play.House
	fallen    bool // it has ended, and not by K
	host, own facts.Kernel
	again     facts.Kernel // the host's, read after the fall
	err       error        // of reading them
	words     string       // its last ones
}

// moveIn takes up what a machine has besides. It does nothing for any other box.
func (m *Model) moveIn(b *box) tea.Cmd {
	h, ok := b.live.(play.House)
	if !ok {
		return nil
	}
	b.house = &house{House: h}
	t := b.tent
	cols, rows := m.shellSize(paneConsole)
	stream := h.Console()
	t.shells[paneConsole] = &shell{
		terminal: terminal.New(stream, cols, rows, terminal.Options{Panics: m.panics, Frames: t.frames}), stream: stream, cols: cols, rows: rows,
	}
	return tea.Batch(t.listen(), m.readKernels(b))
}

// readKernels reads who the kernels are.
func (m *Model) readKernels(b *box) tea.Cmd {
	h := b.house
	return m.job(func() tea.Msg {
		host, own, err := h.Kernels()
		return kernelsMsg{about(b.tent.id), h, host, own, err, h.LastWords()}
	})
}

type kernelsMsg struct {
	about
	house     *house
	host, own facts.Kernel
	err       error
	words     string
}

func (k kernelsMsg) update(m *Model, _ *tent) tea.Cmd {
	h := k.house
	h.own, h.err, h.words = k.own, k.err, facts.Clean(k.words)
	if h.fallen {
		h.again = k.host
		if h.again == h.host {
			m.notice = "The house is down. The campground stands."
		}
		return nil
	}
	h.host = k.host
	return nil
}

// hasHouse tells whether the shown box is a machine that runs.
func hasHouse(m *Model) bool {
	b := m.free.box()
	return b != nil && b.house != nil && !b.house.fallen
}

// idleHouse tells whether something can be done with it.
func idleHouse(m *Model) bool { return hasHouse(m) && m.free.box().tent.busy == nil }

// ground is the pane for what is below a box: what the kernel was asked, or the
// console of a kernel of its own.
func (m *Model) ground() pane {
	if m.screen == onSandbox {
		if b := m.free.box(); b != nil && b.house != nil {
			return paneConsole
		}
	}
	return paneKernel
}

// freePanic has the kernel of a machine die, when the learner says yes. Only the
// machine's init understands it, and acts only if its boot is not the host's.
func (m *Model) freePanic() tea.Cmd {
	b := m.free.box()
	return m.askWhether("Have the kernel of "+b.letter+" panic? All in it ends; this machine goes on.", func(m *Model) tea.Cmd {
		if b != m.free.box() || !hasHouse(m) {
			return nil
		}
		m.focus = paneConsole
		return m.undertake(b.tent, play.Freely.ID, func(u undertaking) tea.Msg {
			return panickedMsg{about(b.tent.id), u.ended(b.house.Panic(u.ctx))}
		})
	})
}

type panickedMsg struct {
	about
	err error
}

func (p panickedMsg) update(m *Model, t *tent) tea.Cmd {
	t.busy = nil
	m.trouble("no panic", p.err)
	return nil
}

// fall keeps a machine on the screen that has ended by itself: its last words
// are on its console.
func (m *Model) fall(b *box) tea.Cmd {
	b.house.fallen, b.tent.live = true, false
	gone := m.dropShell(b.tent, paneInside)
	m.notice = "The house is down."
	return tea.Batch(gone, m.readKernels(b))
}

// lastWords stand below the console: what came after them has taken their place.
func (m *Model) lastWords() string {
	if b := m.free.box(); b != nil && b.house != nil {
		return m.styles.Strong.Render(b.house.words)
	}
	return ""
}

// houseLines say whose kernel is whose, and after a fall who is left.
func (m *Model) houseLines(b *box, width int) []string {
	s, h := m.styles, b.house
	out := []string{s.Faint.Render(panel.Pad(b.state()+" · booted in "+seconds(h.Booted())+" · since "+b.since.Format("15:04:05"), width))}
	if h.err != nil {
		return append(out, panel.Wrap(s.Strong.Render("not known: ")+clean(h.err), width)...)
	}
	row := func(style func(string) string, who string, k facts.Kernel) string {
		return style(panel.Pad(fmt.Sprintf("%-6s Linux %-20s  boot %s", who, facts.Clean(k.Release), facts.Clean(k.Boot)), width))
	}
	out = append(out, row(s.Host.Render, "host", h.host), row(s.Inside.Render, "house", h.own))
	return append(out, panel.Wrap(h.stands(s), width)...)
}

// stands says how things are.
func (h *house) stands(s styles.Styles) string {
	switch {
	case !h.fallen:
		return s.Faint.Render("Two kernels, one on the other. P: a panic of the house's. T: a tent in it.")
	case h.again == facts.Kernel{}:
		return s.Strong.Render("The house is down.")
	case h.again != h.host:
		return s.Strong.Render("The house is down, and the host's boot is another: " + facts.Clean(h.again.Boot))
	}
	return s.Strong.Render("The house is down. The campground stands: read again, the host's boot is the same.")
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }

// openTent raises a sandbox in the machine, and shows how that stands to the
// machine's init. The page is there at once; leaving it ends the work.
func (m *Model) openTent() tea.Cmd {
	b := m.free.box()
	p := m.openPage("a tent in the house", func(_ styles.Styles, width int) []string { return m.raisingLines(b, width) })
	p.keys = []binding{{keys: []string{"esc", "q"}, show: "esc", does: "cancel", where: inPage, foot: left, do: func(m *Model) tea.Cmd {
		b.tent.busy.cancel()
		return m.closePage()
	}}}
	return m.undertake(b.tent, play.Freely.ID, func(u undertaking) tea.Msg {
		u.busy.tell(play.Progress{Phase: "raising a tent in " + b.letter})
		board, err := b.house.Tent(u.ctx)
		return raisedInMsg{about(b.tent.id), b, p, board, u.ended(err)}
	})
}

// raisingLines say what is being done, and how long it takes so far.
func (m *Model) raisingLines(b *box, width int) []string {
	out := panel.Wrap("tentpole itself, started in "+b.letter+", raises a sandbox with all layers there, reads it, and ends it.", width)
	if b.tent.busy == nil {
		return out
	}
	return append(append(out, ""), panel.Wrap(m.waiting(b.tent.busy), width)...)
}

// raisedInMsg is the end of a sandbox that was raised in a machine.
type raisedInMsg struct {
	about
	box   *box
	page  *page
	board facts.Board
	err   error
}

func (r raisedInMsg) update(m *Model, t *tent) tea.Cmd {
	t.busy = nil
	if errors.Is(r.err, context.Canceled) {
		m.notice = "Cancelled. The tent in " + r.box.letter + " has ended."
	}
	return r.orphan(m)
}

// orphan says it on the page, whatever has become of the machine.
func (r raisedInMsg) orphan(m *Model) tea.Cmd {
	lines := paragraphs(r.err)
	if r.err == nil {
		lines = r.lines
	}
	pageMsg{page: r.page, lines: lines}.update(m)
	return nil
}

func (r raisedInMsg) lines(s styles.Styles, width int) []string {
	head := panel.Wrap("tentpole itself, started in "+r.box.letter+", has raised a sandbox there, read it, and ended it. On the left the init of the house, on the right the tent: one kernel, the house's.", width)
	return append(append(head, ""), panel.Board{Rows: r.board.Rows, Sides: [2]string{"init", "tent"}}.Lines(s, width)...)
}
