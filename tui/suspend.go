package tui

import (
	"io"
	"os"
	"os/signal"
	"sync/atomic"

	tea "charm.land/bubbletea/v2"
)

// sleeper lets the program be stopped and continued (job control) without the
// terminal staying as the screen needs it. The first stop signal, or the key,
// has Bubble Tea give the terminal back; that sends the signal once more, and
// this one stops the process, by SIGSTOP: Go does not give a signal that was
// once listened to its default action back.
//
// A program that is told to go on, and was not stopped, draws everything again:
// somebody else may have used the terminal, or it is another one by now.
type sleeper struct {
	signals chan os.Signal
	done    chan struct{}
	lying   atomic.Bool // the terminal is being given back, or was
}

// newSleeper begins to listen. send takes the messages.
func newSleeper(send func(tea.Msg)) *sleeper {
	s := &sleeper{signals: make(chan os.Signal, 1), done: make(chan struct{})}
	if len(stops) > 0 {
		signal.Notify(s.signals, append(stops, goesOn)...)
	}
	go func() {
		for {
			select {
			case got := <-s.signals:
				switch lying := s.lying.Load(); {
				case got == goesOn && !lying:
					send(tea.Exec(nothing{}, func(error) tea.Msg { return nil })())
				case got == goesOn: // Bubble Tea listens, too
				case lying:
					stopSelf()
				default:
					send(s.lieDown())
				}
			case <-s.done:
				return
			}
		}
	}()
	return s
}

// lieDown returns the message that gives the terminal back and stops the
// program; another one when nobody could let it go on.
func (s *sleeper) lieDown() tea.Msg {
	if !jobControl() {
		return cannotSleepMsg{}
	}
	s.lying.Store(true)
	return tea.SuspendMsg{}
}

// nothing is a program that Bubble Tea gives the terminal to, and takes it back from
// with all its modes.
type nothing struct{}

func (nothing) Run() error          { return nil }
func (nothing) SetStdin(io.Reader)  {}
func (nothing) SetStdout(io.Writer) {}
func (nothing) SetStderr(io.Writer) {}

func (s *sleeper) close() {
	signal.Stop(s.signals)
	close(s.done)
}

type cannotSleepMsg struct{}

// suspend stops the program until the shell that started it lets it go on.
func (m *Model) suspend() tea.Cmd { return m.sleeper.lieDown }

// awake is told that the program went on.
func (m *Model) awake() tea.Cmd {
	if m.sleeper != nil {
		m.sleeper.lying.Store(false)
	}
	return nil
}
