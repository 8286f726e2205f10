package tui

import (
	"context"
	"io"
	"strings"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"

	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/tui/panel"
	"github.com/tentpole-labs/tentpole/tui/styles"
	"github.com/tentpole-labs/tentpole/tui/terminal"
)

// LookOptions say at whose terminal somebody looks on, and how.
type LookOptions struct {
	Who   string
	Types bool // keys go there
	Theme styles.Theme
	ASCII bool
	// Open begins, and reports sizes of that terminal and what is to be said.
	Open func(sized func(cols, rows int), says func(string)) io.ReadWriter
}

// ShowLook shows somebody else's terminal until that ends, the one who looks leaves,
// ctx ends or a signal comes.
func ShowLook(ctx context.Context, o LookOptions) error {
	ctx, cancel, err := takeScreen(ctx, &o.Theme, &o.ASCII)
	if err != nil {
		return err
	}
	defer cancel()
	l := newOnlooker(ctx, o)
	defer l.terminal.Close()
	return show(ctx, l, o.Theme, func(p *tea.Program, _ *ending) { l.open(p.Send) })
}

// onlooker is the screen of somebody who looks on: a terminal as large as the other's,
// of which the window shows what has room, and a line of its own.
type onlooker struct {
	ctx      context.Context
	opt      LookOptions
	styles   styles.Styles
	terminal *terminal.Terminal
	stream   *openedLater
	frames   *terminal.Frames
	frame    terminal.Frame
	says     string
	width    int
	height   int
}

type (
	lookFrameMsg struct{ on bool }
	lookSaysMsg  struct{ text string }
)

func newOnlooker(ctx context.Context, o LookOptions) *onlooker {
	l := &onlooker{ctx: ctx, opt: o, styles: styles.New(o.Theme, o.ASCII), frames: terminal.NewFrames(), stream: &openedLater{ready: make(chan struct{}), typed: o.Types}}
	l.terminal = terminal.New(l.stream, 80, 24, terminal.Options{Frames: l.frames})
	return l
}

// open begins to read, with a program to tell.
func (l *onlooker) open(send func(tea.Msg)) {
	l.stream.to = l.opt.Open(
		func(cols, rows int) {
			l.terminal.Resize(cols, rows)
			send(lookSaysMsg{""}) // there is something to see
		},
		func(text string) { send(lookSaysMsg{text}) })
	close(l.stream.ready)
}

// openedLater is a stream that there is nothing to read from yet.
type openedLater struct {
	ready chan struct{}
	to    io.ReadWriter
	typed bool
}

func (s *openedLater) Read(b []byte) (int, error) {
	<-s.ready
	return s.to.Read(b)
}

func (s *openedLater) Write(b []byte) (int, error) {
	if !s.typed { // answers of this terminal's; the other one has given its own
		return len(b), nil
	}
	<-s.ready
	return s.to.Write(b)
}

// Resize changes nothing there: the size is the other's.
func (s *openedLater) Resize(int, int) error { return nil }

// Init implements tea.Model.
func (l *onlooker) Init() tea.Cmd { return l.wait() }

func (l *onlooker) wait() tea.Cmd {
	ctx, frames := l.ctx, l.frames
	return func() tea.Msg { return lookFrameMsg{frames.Wait(ctx)} }
}

// Update implements tea.Model.
func (l *onlooker) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		l.width, l.height = msg.Width, msg.Height
	case lookSaysMsg:
		l.says = msg.text
	case tea.KeyPressMsg:
		return l, l.key(msg)
	case tea.PasteMsg:
		if l.opt.Types {
			l.terminal.Paste(msg.Content)
		}
	case lookFrameMsg:
		if f, ok := l.terminal.Latest(); ok {
			l.frame = f
		}
		if !msg.on || l.frame.Ended {
			return l, tea.Quit
		}
		return l, l.wait()
	}
	return l, nil
}

func (l *onlooker) key(k tea.KeyPressMsg) tea.Cmd {
	name := k.String()
	switch {
	case name == "ctrl+t", !l.opt.Types && (name == "q" || name == "ctrl+c"):
		return tea.Quit
	case l.opt.Types:
		l.terminal.Key(uv.KeyPressEvent(k))
	}
	return nil
}

// View implements tea.Model.
func (l *onlooker) View() tea.View {
	v := tea.NewView(l.text())
	v.AltScreen = true
	v.WindowTitle = "tentpole: looking on"
	if f := l.frame; f.Cursor && f.X < l.width && f.Y < l.height-1 {
		v.Cursor = tea.NewCursor(f.X, f.Y)
	}
	return v
}

func (l *onlooker) text() string {
	if l.width < 1 || l.height < 1 {
		return ""
	}
	lines := make([]string, 0, l.height)
	for _, line := range l.frame.Lines {
		lines = append(lines, ansi.Truncate(line, l.width, ""))
	}
	lines = append(panel.Fit(lines, l.width, l.height-1), l.foot())
	return strings.Join(lines, "\n")
}

func (l *onlooker) foot() string {
	s := l.styles
	what := "looking on"
	if l.opt.Types {
		what = "typing along"
	}
	left := " " + s.Title.Render(facts.Clean(l.opt.Who)) + "  " + what
	if l.says != "" {
		left += "  " + facts.Clean(l.says)
	}
	return panel.Ends(left, s.Key.Render("ctrl-t")+" ends it ", l.width)
}
