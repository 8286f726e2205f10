package desk

import (
	"bytes"
	"context"
	"io"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/ssh"
)

// OverSSH shows the desk in a session, until it ends.
func OverSSH(ctx context.Context, o Options, s ssh.Session, t ssh.Pty) error {
	ctx, end := context.WithCancel(ctx)
	defer end()
	_, windows, _ := s.Pty()
	sizes := make(chan tea.WindowSizeMsg)
	go func() {
		defer close(sizes)
		for w := range windows { // to their end: whoever sends them waits
			select {
			case sizes <- tea.WindowSizeMsg{Width: w.Width, Height: w.Height}:
			case <-ctx.Done():
			}
		}
	}()
	o.ASCII = t.Term == "linux"
	return Show(ctx, o, Terminal{In: s, Out: onlcr{s}, Term: t.Term, Size: tea.WindowSizeMsg{Width: t.Window.Width, Height: t.Window.Height}, Sizes: sizes})
}

// onlcr writes as a terminal does that begins each line at the left: there is none
// at this end that would; termios(3).
type onlcr struct{ to io.Writer }

func (o onlcr) Write(b []byte) (int, error) {
	if _, err := o.to.Write(bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n"))); err != nil {
		return 0, err
	}
	return len(b), nil
}
