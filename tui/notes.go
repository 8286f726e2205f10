package tui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/tui/markdown"
	"github.com/tentpole-labs/tentpole/tui/panel"
	"github.com/tentpole-labs/tentpole/tui/present"
	"github.com/tentpole-labs/tentpole/tui/styles"
)

// Notes is the speaker's screen: the notes to the step that is on the wall,
// what comes next, and the clock. Keys turn the pages of the wall. Make it with
// NewNotes.
type Notes struct {
	ctx    context.Context
	opt    NotesOptions
	styles styles.Styles
	width  int
	height int

	talk   *present.Notes // nil while there is none
	state  present.State
	lines  []string // of the notes, for a width
	scroll int
	says   string // in place of the notes: why there are none
	busy   int
}

// NotesOptions say how the notes are shown.
type NotesOptions struct {
	Socket string
	Theme  styles.Theme
	ASCII  bool
	Now    func() time.Time
}

// NewNotes makes the model. ctx ends the connection.
func NewNotes(ctx context.Context, o NotesOptions) *Notes {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Notes{ctx: ctx, opt: o, styles: styles.New(o.Theme, o.ASCII), says: "Looking for a talk …"}
}

// Init implements tea.Model.
func (n *Notes) Init() tea.Cmd {
	cmds := []tea.Cmd{n.connect(), second()}
	if n.opt.Theme == "" || n.opt.Theme == styles.HighContrast {
		cmds = append(cmds, tea.RequestBackgroundColor)
	}
	return tea.Batch(cmds...)
}

// Idle tells whether the notes are those of the state that was heard last.
func (n *Notes) Idle() bool { return n.busy == 0 }

type (
	connectedMsg struct{ talk *present.Notes }
	heardMsg     struct{ state present.State }
	notesMsg     struct {
		state present.State
		width int
		lines []string
	}
	overMsg  struct{ say string }
	retryMsg struct{}
)

func (n *Notes) connect() tea.Cmd {
	ctx, socket := n.ctx, n.opt.Socket
	return func() tea.Msg {
		talk, err := present.Dial(socket)
		if err != nil {
			return overMsg{"No lesson is being presented. Begin one in another terminal: tentpole present LESSON"}
		}
		context.AfterFunc(ctx, func() { talk.Close() })
		return connectedMsg{talk}
	}
}

func (n *Notes) hear() tea.Cmd {
	talk := n.talk
	return func() tea.Msg {
		s, err := talk.Hear()
		switch {
		case errors.Is(err, io.EOF):
			return overMsg{"The talk is over. These notes wait for the next one."}
		case err != nil:
			return overMsg{facts.Clean(err.Error())}
		}
		return heardMsg{s}
	}
}

// Update implements tea.Model.
func (n *Notes) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		n.width, n.height = msg.Width, msg.Height
		return n, n.render()
	case tea.BackgroundColorMsg:
		n.styles = styles.New(styles.ForBackground(n.opt.Theme, msg.Color), n.opt.ASCII)
		return n, n.render()
	case tea.KeyPressMsg:
		return n, n.key(msg.String())
	case connectedMsg:
		n.talk, n.says = msg.talk, ""
		return n, n.hear()
	case heardMsg:
		if msg.state.Number != n.state.Number || msg.state.Lesson != n.state.Lesson {
			n.scroll = 0
		}
		n.state = msg.state
		return n, tea.Batch(n.render(), n.hear())
	case notesMsg:
		n.busy--
		if msg.state == n.state && msg.width == n.textWidth() {
			n.lines = msg.lines
		}
	case overMsg:
		n.talk, n.says = nil, msg.say
		return n, tea.Tick(time.Second, func(time.Time) tea.Msg { return retryMsg{} })
	case retryMsg:
		return n, n.connect()
	case secondMsg:
		return n, second()
	}
	return n, nil
}

// key turns the wall's page, or scrolls the notes.
func (n *Notes) key(name string) tea.Cmd {
	switch name {
	case "q", "ctrl+c":
		return tea.Quit
	case "up", "k":
		n.scroll = max(n.scroll-1, 0)
		return nil
	case "down", "j":
		n.scroll = max(min(n.scroll+1, len(n.lines)-n.room()), 0)
		return nil
	}
	talk := n.talk
	if talk == nil || !slices.Contains(present.Keys, name) {
		return nil
	}
	return func() tea.Msg {
		if err := talk.Press(name); err != nil {
			return overMsg{"The wall does not answer."}
		}
		return nil
	}
}

func (n *Notes) textWidth() int {
	width, _ := panel.Box{Width: n.width, Height: n.height}.Inner()
	return min(width, measure)
}

// room is how many lines of notes are seen.
func (n *Notes) room() int { return max(n.height-6, 0) }

// render draws the notes, in a command.
func (n *Notes) render() tea.Cmd {
	state, style, width := n.state, n.styles, n.textWidth()
	if width < 1 {
		return nil
	}
	n.busy++
	return func() tea.Msg {
		text := state.Notes
		if text == "" {
			text = "No notes to this step."
		}
		return notesMsg{state, width, markdown.Lines(style, text, width)}
	}
}

// View implements tea.Model.
func (n *Notes) View() tea.View {
	v := tea.NewView(n.text())
	v.AltScreen = true
	v.WindowTitle = "tentpole: notes"
	return v
}

func (n *Notes) text() string {
	if n.width < 1 || n.height < 1 {
		return ""
	}
	s := n.styles
	out := []string{n.header()}
	box := panel.Box{Title: s.Title.Render(n.title()), Lines: n.lines, Scroll: n.scroll, Width: n.width, Height: n.height - 3, Focus: true}
	if n.says != "" {
		inner, _ := box.Inner()
		box.Lines, box.Scroll = panel.Wrap(n.says, inner), 0
	}
	out = append(out, box.Draw(s)...)
	next := " " + s.Faint.Render("next: the end")
	if n.state.Next != "" {
		next = " " + s.Faint.Render("next: ") + facts.Clean(n.state.Next)
	}
	does := facts.Clean(n.state.Does)
	foot := " " + s.Key.Render("enter") + " " + does + "  " + s.Key.Render("n") + " next  " + s.Key.Render("b") + " back  " +
		s.Key.Render("up down") + " scroll the notes"
	out = append(out, next, panel.Ends(foot, s.Key.Render("q")+" leave ", n.width))
	text := strings.Join(panel.Fit(out, n.width, n.height), "\n")
	if s.ASCII {
		text = styles.Fold(text)
	}
	return text
}

func (n *Notes) title() string {
	if n.says != "" || n.state.Step == "" {
		return "notes"
	}
	return ansi.Strip(facts.Clean(n.state.Step))
}

func (n *Notes) header() string {
	s := n.styles
	left := " " + s.Title.Render("tentpole") + "  notes"
	if n.state.Lesson == "" {
		return panel.Pad(left, n.width)
	}
	left += "  " + facts.Clean(n.state.Lesson) + fmt.Sprintf("   step %d of %d", n.state.Number, n.state.Steps)
	right := n.opt.Now().Format("15:04") + "   " + sinceBegan(n.opt.Now(), n.state.Began, n.state.Length) + " "
	return panel.Ends(left, s.Strong.Render(right), n.width)
}
