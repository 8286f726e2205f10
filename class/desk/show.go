package desk

import (
	"context"
	"errors"
	"io"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
)

// Terminal is what the desk is shown on. In and Out are nil for this program's
// own; Size and Sizes are only of one at the other end of a connection.
type Terminal struct {
	// NoColour keeps even this program's own without colours.
	NoColour bool
	In       io.Reader
	Out      io.Writer
	Term     string // the kind of terminal; term(7)
	Size     tea.WindowSizeMsg
	Sizes    <-chan tea.WindowSizeMsg // closed with the connection
}

// Show shows the desk until the teacher leaves, or the context ends.
func Show(ctx context.Context, o Options, t Terminal) error {
	ctx, end := context.WithCancel(ctx)
	defer end()
	p := tea.NewProgram(New(ctx, o), append(t.options(), tea.WithContext(ctx), tea.WithoutSignalHandler())...)
	if t.Sizes != nil {
		go t.follow(ctx, p)
	}
	_, err := p.Run()
	if errors.Is(err, context.Canceled) || errors.Is(err, tea.ErrProgramKilled) && ctx.Err() != nil {
		return nil
	}
	return err
}

func (t Terminal) options() []tea.ProgramOption {
	switch {
	case t.NoColour:
		return []tea.ProgramOption{tea.WithColorProfile(colorprofile.ASCII)}
	case t.In == nil:
		return nil
	}
	return []tea.ProgramOption{tea.WithInput(t.In), tea.WithOutput(t.Out), tea.WithWindowSize(t.Size.Width, t.Size.Height),
		tea.WithEnvironment([]string{"TERM=" + t.Term, "LANG=C.UTF-8"})}
}

// follow passes on the sizes of the window.
func (t Terminal) follow(ctx context.Context, p *tea.Program) {
	for {
		select {
		case s, open := <-t.Sizes:
			if !open {
				p.Quit()
				return
			}
			p.Send(s)
		case <-ctx.Done():
			return
		}
	}
}
