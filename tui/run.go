package tui

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/term"

	"github.com/tentpole-labs/tentpole/tui/styles"
)

// ErrNoTerminal says that input or output is no terminal.
var ErrNoTerminal = errors.New("the full screen needs a terminal for input and output; tentpole learn LESSON --plain, run and experiment work without one")

// SignalError says that a signal ended the program.
type SignalError struct{ Signal os.Signal }

func (e *SignalError) Error() string { return "ended by signal: " + e.Signal.String() }

// ended are the signals that end the program. Bubble Tea itself would leave
// the terminal raw on two of them.
var endedBy = []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT}

// Run shows the full screen until the learner leaves, ctx ends or a signal
// comes. It returns with the terminal as it was and every sandbox gone.
func Run(ctx context.Context, o Options) error {
	ctx, cancel, err := takeScreen(ctx, &o.Theme, &o.ASCII)
	if err != nil {
		return err
	}
	defer cancel()
	m := New(ctx, o)
	err = show(ctx, m, o.Theme, func(p *tea.Program, end *ending) {
		m.panics = func(v any) {
			end.set(fmt.Errorf("a part of the screen failed: %v", v))
			leave(p)
		}
		m.sleeper = newSleeper(p.Send)
	})
	m.sleeper.close()
	cancel()
	return errors.Join(err, m.Close())
}

// ShowNotes shows the notes to what is presented, until the speaker leaves,
// ctx ends or a signal comes.
func ShowNotes(ctx context.Context, o NotesOptions) error {
	ctx, cancel, err := takeScreen(ctx, &o.Theme, &o.ASCII)
	if err != nil {
		return err
	}
	defer cancel()
	return show(ctx, NewNotes(ctx, o), o.Theme, func(*tea.Program, *ending) {})
}

// takeScreen is what every screen begins with: there is a terminal, the environment
// is asked how to draw on it, and the context ends with the screen.
func takeScreen(ctx context.Context, t *styles.Theme, ascii *bool) (context.Context, context.CancelFunc, error) {
	if !term.IsTerminal(os.Stdin.Fd()) || !term.IsTerminal(os.Stdout.Fd()) {
		return nil, nil, ErrNoTerminal
	}
	*t, *ascii = FromEnvironment(*t, *ascii)
	ctx, cancel := context.WithCancel(ctx)
	return ctx, cancel, nil
}

// show runs a model on the terminal until it ends. prepare is called before it
// begins.
func show(ctx context.Context, m tea.Model, theme styles.Theme, prepare func(*tea.Program, *ending)) error {
	opts := []tea.ProgramOption{tea.WithContext(ctx), tea.WithoutSignalHandler()}
	if theme == styles.None {
		opts = append(opts, tea.WithColorProfile(colorprofile.ASCII))
	}
	var looks pulse
	defer looks.stop()
	p := tea.NewProgram(paced{m, &looks}, opts...)
	looks.take(p)
	var end ending
	prepare(p, &end)
	listening := []func(){end.onSignal(p), onResize(p)}
	_, err := p.Run()
	for _, stop := range listening {
		stop()
	}
	if first := end.get(); first != nil {
		err = first
	}
	return err
}

// FromEnvironment fills in what the environment says: NO_COLOR, and whether
// the terminal can show more than ASCII.
func FromEnvironment(t styles.Theme, ascii bool) (styles.Theme, bool) {
	if t == "" && os.Getenv("NO_COLOR") != "" {
		t = styles.None
	}
	return t, ascii || os.Getenv("TERM") == "linux" || !utf8Locale()
}

// utf8Locale tells by the first variable that is set, in the order of
// locale(7).
func utf8Locale() bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := strings.ToLower(os.Getenv(name)); v != "" {
			return strings.Contains(v, "utf-8") || strings.Contains(v, "utf8")
		}
	}
	return false
}

// ending is the first reason why the program ended, other than the learner.
type ending struct {
	mu  sync.Mutex
	err error
}

func (e *ending) set(err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.err == nil {
		e.err = err
	}
}

func (e *ending) get() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.err
}

// grace is how long the program may take to leave by itself.
const grace = 2 * time.Second

// leave ends the program from another goroutine: as a key would, so that
// nobody still reads from a terminal that is being given back, and by force
// when that takes too long.
func leave(p *tea.Program) {
	force := time.AfterFunc(grace, p.Kill)
	defer force.Stop()
	p.Quit()
	p.Wait()
}

// onSignal ends the program when one of the signals comes, until stop.
func (e *ending) onSignal(p *tea.Program) (stop func()) {
	signals, done := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(signals, endedBy...)
	go func() {
		select {
		case s := <-signals:
			e.set(&SignalError{s})
			leave(p)
		case <-done:
		}
	}()
	return func() {
		signal.Stop(signals)
		close(done)
	}
}
