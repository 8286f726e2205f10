// Package tuitest drives a tea.Model without a terminal, the way a person does:
// press keys, type, change the window's size, wait, and look at the screen.
//
// Use it in tests of package tui. Commands run as in Bubble Tea, each in a
// goroutine of its own; their messages are delivered by [Driver.Wait] and
// [Driver.Until] on the goroutine of the test, so that a model is never changed
// behind its back. There are no sleeps: waiting is for a condition, with a
// deadline that fails the test.
package tuitest

import (
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

// Deadline is how long a condition may take to come true.
const Deadline = 20 * time.Second

// Idler is a model that knows whether something is under way that comes to
// an end by itself.
type Idler interface{ Idle() bool }

// Driver drives one model. Its methods belong to the goroutine of the test.
type Driver struct {
	t        testing.TB
	model    tea.Model
	messages chan tea.Msg
	done     chan struct{}
	close    sync.Once
	quit     bool
	copied   []string
	longest  time.Duration // that an Update took
}

// New starts a model on a screen of that size. The commands it leaves behind
// are let go when the test ends.
func New(t testing.TB, m tea.Model, width, height int) *Driver {
	d := &Driver{t: t, model: m, messages: make(chan tea.Msg), done: make(chan struct{})}
	t.Cleanup(d.Close)
	d.start(m.Init())
	d.Resize(width, height)
	return d
}

// Close lets go of the commands that the model has left behind. What waits for
// something of its own goes on until it has it.
func (d *Driver) Close() { d.close.Do(func() { close(d.done) }) }

// start runs a command, as Bubble Tea does.
func (d *Driver) start(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	go func() {
		msg := cmd()
		select {
		case d.messages <- msg:
		case <-d.done:
		}
	}()
}

// Send delivers a message.
func (d *Driver) Send(msg tea.Msg) {
	switch msg := msg.(type) {
	case nil:
		return
	case tea.BatchMsg:
		for _, cmd := range msg {
			d.start(cmd)
		}
		return
	case steps: // go on with a sequence
		d.Send(msg.msg)
		d.start(inOrder(msg.rest))
		return
	case tea.QuitMsg:
		d.quit = true
		return
	}
	if v := reflect.ValueOf(msg); v.Type().String() == "tea.setClipboardMsg" { // it has no name outside Bubble Tea
		d.copied = append(d.copied, v.String())
		return
	}
	if cmds, ok := sequence(msg); ok {
		d.start(inOrder(cmds))
		return
	}
	d.start(d.update(msg))
}

// sequence takes a message of tea.Sequence apart, whose type has no name
// outside Bubble Tea.
func sequence(msg tea.Msg) ([]tea.Cmd, bool) {
	v := reflect.ValueOf(msg)
	if v.Kind() != reflect.Slice || v.Type().Elem() != reflect.TypeFor[tea.Cmd]() {
		return nil, false
	}
	cmds := make([]tea.Cmd, v.Len())
	for i := range cmds {
		cmds[i], _ = v.Index(i).Interface().(tea.Cmd)
	}
	return cmds, true
}

// steps are the rest of a sequence, after the message of the first.
type steps struct {
	msg  tea.Msg
	rest []tea.Cmd
}

func inOrder(cmds []tea.Cmd) tea.Cmd {
	if len(cmds) == 0 {
		return nil
	}
	return func() tea.Msg {
		if cmds[0] == nil {
			return steps{nil, cmds[1:]}
		}
		return steps{cmds[0](), cmds[1:]}
	}
}

// Next waits for the next message for Send: one of the model's commands, or one
// from outside.
func (d *Driver) Next(outside <-chan tea.Msg) tea.Msg {
	select {
	case msg := <-d.messages:
		return msg
	case msg := <-outside:
		return msg
	}
}

// Press presses keys by their names: "enter", "ctrl+g", "a", "F2".
func (d *Driver) Press(keys ...string) {
	for _, k := range keys {
		d.Send(Key(k))
	}
}

// Type types text, letter by letter.
func (d *Driver) Type(text string) {
	for _, r := range text {
		d.Send(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
}

// Paste pastes text.
func (d *Driver) Paste(text string) { d.Send(tea.PasteMsg{Content: text}) }

// Resize changes the size of the screen.
func (d *Driver) Resize(width, height int) {
	d.Send(tea.WindowSizeMsg{Width: width, Height: height})
}

// Wait delivers messages until the model is idle.
func (d *Driver) Wait() {
	d.t.Helper()
	d.until(func() bool { i, ok := d.model.(Idler); return !ok || i.Idle() }, func() string { return "the model is not idle" })
}

// Until delivers messages until the screen shows the text.
func (d *Driver) Until(text string) {
	d.t.Helper()
	d.until(func() bool { return strings.Contains(d.Screen(), text) }, func() string { return "the screen does not show " + text })
}

// UntilScreen delivers messages until the screen, as text, is as it should be.
func (d *Driver) UntilScreen(what string, ok func(screen string) bool) {
	d.t.Helper()
	d.until(func() bool { return ok(d.Screen()) }, func() string { return "no screen that " + what })
}

func (d *Driver) until(done func() bool, what func() string) {
	d.t.Helper()
	deadline := time.NewTimer(Deadline)
	defer deadline.Stop()
	for !done() {
		select {
		case msg := <-d.messages:
			d.Send(msg)
		case <-deadline.C:
			d.t.Fatalf("%s after %s:\n%s", what(), Deadline, d.Screen())
		}
	}
}

// Drain delivers the messages that are there already.
func (d *Driver) Drain() {
	for {
		select {
		case msg := <-d.messages:
			d.Send(msg)
		default:
			return
		}
	}
}

// Quit tells whether the model asked to end.
func (d *Driver) Quit() bool { return d.quit }

// Copied is what the model has put on the clipboard, in order.
func (d *Driver) Copied() []string { return d.copied }

// Raw is the screen as it is, with styles.
func (d *Driver) Raw() string { return d.model.View().Content }

// Screen is the screen as text, without styles and blanks at the ends of lines.
func (d *Driver) Screen() string {
	lines := strings.Split(ansi.Strip(d.Raw()), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " ")
	}
	return strings.Join(lines, "\n") + "\n"
}

// View is what the model shows, its cursor included.
func (d *Driver) View() tea.View { return d.model.View() }
