package tui

import (
	"errors"
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/lessons/play"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/preset"
)

// box is a sandbox that was started here, and what is known of it.
type box struct {
	tent   *tent
	letter string
	kind   string // of subject; empty for a sandbox of tentpole's own
	setup  preset.Setup
	house  *house       // nil but for a machine
	live   play.Sandbox // nil while it is starting
	since  time.Time
	frozen bool
	typed  bool // its command was typed in its shell
	hidden bool // its layers are a riddle
	use    use
	tried  map[string]experiment.Result
	trying string // the experiment that is under way
}

// letters name sandboxes; there are never more than that.
const letters = "ABCDEFGH"

func (f *free) boxOf(t *tent) *box {
	for _, b := range f.boxes {
		if b.tent == t {
			return b
		}
	}
	return nil
}

// box is the one that is shown, or nil.
func (f *free) box() *box { return f.boxOf(f.tent) }

// letter is the first that no sandbox has.
func (f *free) letter() string {
	taken := ""
	for _, b := range f.boxes {
		taken += b.letter
	}
	for _, l := range letters {
		if !strings.ContainsRune(taken, l) {
			return string(l)
		}
	}
	return ""
}

// freeStart starts what the table says.
func (m *Model) freeStart() tea.Cmd { return m.raise(m.free.setup, false) }

// raise starts a sandbox beside those that run.
func (m *Model) raise(setup preset.Setup, hidden bool) tea.Cmd {
	b := &box{setup: setup, hidden: hidden, tried: map[string]experiment.Result{}}
	return m.begin(b, func(t *tent, u undertaking) (play.Measured, error) {
		return t.player.Raise(u.ctx, setup.Spec, u.busy.tell)
	})
}

// begin starts a box beside those that run.
func (m *Model) begin(b *box, start func(*tent, undertaking) (play.Measured, error)) tea.Cmd {
	f := m.free
	if b.letter = f.letter(); b.letter == "" {
		m.notice = fmt.Sprintf("%d sandboxes run already: K ends one.", len(f.boxes))
		return nil
	}
	t := f.blank
	b.tent = t
	f.boxes, f.blank, f.err = append(f.boxes, b), m.newTent(play.NewPlayer(m.opt.Engine)), nil
	m.look(t)
	return m.undertake(t, play.Freely.ID, func(u undertaking) tea.Msg {
		got, err := start(t, u)
		return measuredMsg{about(t.id), play.Freely, got, u.ended(err)}
	})
}

// look shows another sandbox, or the next.
func (m *Model) look(t *tent) {
	if m.free.tent == t {
		return
	}
	m.free.tent = t
	clear(m.scrolls)
	m.focusOnPane()
}

// focusOnPane moves the focus to the main pane when the pane it was at is gone.
func (m *Model) focusOnPane() {
	for _, p := range m.panes() {
		if p == m.focus {
			return
		}
	}
	m.focus, m.zoom = paneMain, false
}

// lookOn shows the sandbox after or before the one that is shown; the last is
// the one to be started.
func (m *Model) lookOn(n int) tea.Cmd {
	f := m.free
	at := len(f.boxes)
	for i, b := range f.boxes {
		if b.tent == f.tent {
			at = i
		}
	}
	all := len(f.boxes) + 1
	at = (at + n + all) % all
	if at == len(f.boxes) {
		m.look(f.blank)
		return nil
	}
	m.look(f.boxes[at].tent)
	return nil
}

// drop takes a sandbox off the screen and ends what is left of it.
func (m *Model) drop(b *box) tea.Cmd {
	f := m.free
	for i := range f.boxes {
		if f.boxes[i] == b {
			f.boxes = append(f.boxes[:i:i], f.boxes[i+1:]...)
			break
		}
	}
	shells := m.dropShells(b.tent)
	if f.tent == b.tent {
		f.tent = f.blank
		if n := len(f.boxes); n > 0 && f.err == nil {
			f.tent = f.boxes[n-1].tent
		}
		m.focusOnPane()
	}
	if r, ok := f.side.(*riddle); ok && r.box == b {
		f.side = nil
	}
	return tea.Batch(shells, m.end(b), m.forget(b))
}

// end closes a sandbox and says when that has happened.
func (m *Model) end(b *box) tea.Cmd {
	f, id, host := m.free, b.tent.id, b.tent.host
	return m.job(func() tea.Msg {
		return struckMsg{toFree{f}, b, errors.Join(m.open.close(host), m.open.close(id))}
	})
}

type struckMsg struct {
	toFree
	box *box
	err error
}

func (e struckMsg) update(m *Model) tea.Cmd {
	if m.notice == "" && e.free.err == nil && e.box.live != nil {
		m.notice = e.box.letter + " and everything in it has ended."
	}
	m.trouble(e.box.letter+" did not end cleanly", e.err)
	return nil
}

// freeStop ends the sandbox that is shown.
func (m *Model) freeStop() tea.Cmd {
	b := m.free.box()
	if b == nil {
		return nil
	}
	return m.askWhether("End "+b.letter+" and everything in it?", func(m *Model) tea.Cmd {
		if m.screen != onSandbox || m.free.boxOf(b.tent) == nil {
			return nil
		}
		return m.drop(b)
	})
}

// awaitEnd waits until a sandbox has gone, whoever ended it.
func (b *box) awaitEnd() tea.Cmd {
	return func() tea.Msg {
		<-b.live.Done()
		return goneMsg{about(b.tent.id), b}
	}
}

type goneMsg struct {
	about
	box *box
}

func (g goneMsg) update(m *Model, _ *tent) tea.Cmd {
	if g.box.house != nil {
		return m.fall(g.box)
	}
	cmd := m.drop(g.box)
	m.notice = g.box.letter + " has ended."
	return cmd
}

// runs tells whether it was started and has not fallen.
func (b *box) runs() bool { return b.live != nil && (b.house == nil || !b.house.fallen) }

// state says in a word how a sandbox is.
func (b *box) state() string {
	return strings.Join(nonEmpty(b.kind, b.does()), " ")
}

// stateAndSize says both.
func (b *box) stateAndSize() string { return strings.Join(nonEmpty(b.state(), b.size()), ", ") }

// title is the name of a sandbox; another subject is called by its kind.
func (b *box) title() string {
	if b.kind != "" {
		return ""
	}
	return b.tent.plan.Name
}

// does says what it is at.
func (b *box) does() string {
	switch {
	case b.house != nil && b.house.fallen:
		return "down"
	case b.live == nil:
		return "starting"
	case b.trying != "":
		return "trying " + b.trying
	case b.frozen:
		return "frozen"
	}
	return "running"
}

// size says how many layers it has; of a riddle it does not.
func (b *box) size() string {
	switch n := b.tent.layers().Len(); {
	case b.house != nil:
		return "own kernel"
	case b.hidden:
		return "? layers"
	case b.tent.plan == nil:
		return ""
	case n == 1:
		return "1 layer"
	default:
		return fmt.Sprintf("%d layers", n)
	}
}
