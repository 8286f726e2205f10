// Package tui is tentpole's full screen: one tea.Model, its layout and its
// screens (home, lesson, sandbox, sheets of experiments, claims and features,
// pages of text).
//
// Use [Run]. Without a terminal, or for a script or a screen reader, use
// play.Plain instead; it plays the same lessons.
//
// # Laws
//
// Update never waits and does no I/O: whatever takes time is a command, and
// what it found comes back as a message. A command never changes the model.
// Everything from a sandbox is shown through package terminal or has passed
// facts.Clean. No line is wider than the screen and no screen higher, down to
// one cell.
//
// # Errors
//
// Run fails with [ErrNoTerminal] when there is none, with a [SignalError] when
// a signal ended it, and otherwise with what Bubble Tea says. Whatever ends it,
// the terminal is as it was before, and every sandbox and every shell on the host
// is gone. Errors of a lesson or a sandbox are shown where they happened and do
// not end Run.
package tui

import (
	"context"
	"errors"
	"image/color"
	"math/rand/v2"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/lessons/play"
	"github.com/tentpole-labs/tentpole/sandbox/features"
	"github.com/tentpole-labs/tentpole/sandbox/preset"
	"github.com/tentpole-labs/tentpole/sandbox/subject"
	"github.com/tentpole-labs/tentpole/tui/present"
	"github.com/tentpole-labs/tentpole/tui/settings"
	"github.com/tentpole-labs/tentpole/tui/styles"
)

// Options say what to show. Course and Engine are needed.
type Options struct {
	Course *lessons.Course
	Engine play.Engine
	// Whole reads the course where Course is its outline; nil where it is whole.
	// The first screen does not wait for it.
	Whole func() (*lessons.Course, error)
	// Ready is called once, when all that the start takes has been read and tried;
	// nil for nothing.
	Ready func()
	// Store keeps the progress; nil keeps none.
	Store *lessons.Store
	// Start is the id of the lesson to begin with; empty begins at home.
	Start string
	// StartSandbox begins at the free sandbox instead.
	StartSandbox bool
	// Theme is one of styles.Themes and goes before the settings; empty leaves it
	// to them.
	Theme styles.Theme
	// Settings are the person's own, SettingsFile where they are kept when they
	// change; empty keeps them until the end. SettingsTrouble is what was wrong
	// with that file, to be shown.
	Settings        settings.Settings
	SettingsFile    string
	SettingsTrouble error
	// ASCII is set where nothing but ASCII can be shown.
	ASCII bool
	// Lab does what the sheets of experiments, claims and the doctor ask for.
	Lab Lab
	// Ability says the same in one line for the home screen; nil leaves it out.
	Ability func(context.Context) (string, error)
	// Glossary reads the terms of the course; nil: there are none.
	Glossary func() (lessons.Glossary, error)
	// Reload waits until the lessons have changed where they come from, and gives
	// the course as it is now; nil when they do not. It returns when its context
	// ends.
	Reload func(context.Context) (*lessons.Course, error)
	// Class is the class that this is played in; nil where there is none.
	Class Class
	// Wall is set where a lesson is shown to a room. Close it afterwards.
	Wall *present.Wall
	// HostShell starts a shell on the host; the player's own when nil.
	HostShell func(ctx context.Context, cols, rows int) (play.Shell, error)
	// Layers tells which layers this machine can raise; nil: as if all.
	Layers func(context.Context) []features.Answer
	// Subjects are what the sandbox screen can raise besides sandboxes; those of
	// this machine when nil. StartSubject is the name of the one to begin with.
	Subjects     []subject.Kind
	StartSubject string
	// Setups keeps what was set up on the sandbox screen; nil keeps none.
	Setups *preset.Store
	// Rand chooses the pole that is missing; its own when nil.
	Rand *rand.Rand
	// Variant is the kind of learner; play.VariantHere when empty.
	Variant lessons.Variant
	// Now is the clock; time.Now when nil.
	Now func() time.Time
}

// Model is the whole of the full screen. Make it with New.
type Model struct {
	opt        Options
	ctx        context.Context // of everything that takes time
	styles     styles.Styles
	settings   settings.Settings
	background color.Color // as the terminal answered; nil when it did not
	presents   *presenting // nil where nobody looks on
	class      *class      // nil outside of one
	sleeper    *sleeper    // nil where nobody can stop the program
	width      int
	height     int
	open       *resources
	panics     func(any)

	screen   screen
	home     home
	glossary lessons.Glossary // nil until it was read
	lesson   *lesson
	free     *free
	sheet    sheet
	work     *work     // what the sheet has under way
	sheets   sheets    // as they were left
	page     *page     // in front of the screen
	finder   *finder   // in front of everything
	ask      *question // in place of the footer
	notice   string    // in place of the footer, until the next key
	focus    pane
	zoom     bool
	scrolls  map[pane]int
	left     leftShell

	rendered  map[rendering][]string
	rendering map[rendering]bool
	pending   int // commands under way that come to an end by themselves
	tents     int // number of tents and of shells on the host so far: the ids of what must be closed
}

// screen names what is behind pages and questions.
type screen int

const (
	onHome screen = iota
	onLesson
	onSandbox
	onSheet
)

// New makes the model. ctx ends everything under way. Close must be called
// when it is shown no more.
func New(ctx context.Context, o Options) *Model {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Variant == "" {
		o.Variant = play.VariantHere()
	}
	if o.Subjects == nil {
		o.Subjects = others()
	}
	o.Lab.fill()
	m := &Model{
		opt: o, ctx: ctx, settings: o.Settings, open: &resources{},
		scrolls: map[pane]int{}, rendered: map[rendering][]string{}, rendering: map[rendering]bool{},
	}
	if o.Wall != nil {
		m.presents = &presenting{wall: o.Wall, began: o.Now()}
	}
	if o.Class != nil {
		m.class = &class{line: o.Class}
	}
	m.restyle()
	if err := errors.Join(o.SettingsTrouble, m.checkKeys()); err != nil {
		m.notice = settingsError(err)
	}
	return m
}

// Close ends every sandbox and waits until they are gone. It may be called
// from any goroutine, and more than once.
func (m *Model) Close() error { return m.open.closeAll() }

// Idle tells whether nothing is under way that comes to an end by itself.
func (m *Model) Idle() bool { return m.pending == 0 }

// Init implements tea.Model.
func (m *Model) Init() tea.Cmd {
	cmds := []tea.Cmd{m.readCourse(), m.askAbility(), m.readGlossary(), m.awaitReload(), m.askBackground(), m.startPresenting(), m.hearClass()}
	if m.opt.StartSandbox {
		cmds = append(cmds, m.openSandbox(), m.raiseKind(m.opt.StartSubject))
	}
	return tea.Batch(cmds...)
}

// Update implements tea.Model. Each family of messages has a file of its own.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if end, ok := msg.(ended); ok {
		m.pending--
		msg = end.msg
	}
	return m, tea.Batch(m.handle(msg), m.settle(), m.tellNotes(), m.tellClass(), m.tellReady())
}

// tellReady tells, once, that nothing of the start is under way any more.
func (m *Model) tellReady() tea.Cmd {
	ready := m.opt.Ready
	if ready == nil || m.pending > 0 {
		return nil
	}
	m.opt.Ready = nil
	return func() tea.Msg {
		ready()
		return nil
	}
}

// ended wraps the message of a command that was counted.
type ended struct{ msg tea.Msg }

// job makes a command that is counted as under way until its message came.
func (m *Model) job(f func() tea.Msg) tea.Cmd {
	m.pending++
	return func() tea.Msg { return ended{f()} }
}

func (m *Model) handle(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
	case tea.BackgroundColorMsg:
		m.paper(msg.Color)
	case tea.KeyPressMsg:
		return m.key(msg)
	case tea.MouseClickMsg:
		return m.click(msg)
	case tea.MouseWheelMsg:
		return m.wheel(msg)
	case tea.ResumeMsg:
		return m.awake()
	case cannotSleepMsg:
		m.notice = "No shell has started tentpole that it could be stopped for; q leaves."
	case wallKeyMsg:
		return m.wallKey(msg)
	case secondMsg:
		return second()
	case troubleMsg:
		m.trouble(msg.what, msg.err)
	case settingsSavedMsg:
		m.trouble("the settings were not saved", msg.err)
	case tea.PasteMsg:
		m.paste(msg.Content)
	case sheetMsg: // before homeMsg, which every sheetMsg is, too
		if m.screen == onSheet && m.sheet == msg.of() {
			return msg.update(m)
		}
	case freeMsg:
		if m.screen == onSandbox && m.free == msg.of() {
			return msg.update(m)
		}
	case homeMsg:
		return msg.update(m)
	case tentMsg:
		if t := m.tentOf(msg.of()); t != nil {
			return msg.update(m, t)
		}
		return msg.orphan(m)
	case renderedMsg:
		m.rendered[msg.key] = msg.lines
		delete(m.rendering, msg.key)
	case savedMsg:
		m.trouble("progress was not saved", msg.err)
	case pageMsg:
		msg.update(m)
	case slateMsg:
		return m.takeSlate(msg)
	case reloadMsg:
		return m.reload(msg)
	}
	return nil
}

// settle starts what the model as it is now lacks: texts that are not rendered
// yet, and a terminal whose pane has another size. It ends what nobody looks at.
func (m *Model) settle() tea.Cmd {
	m.leftWork()
	if m.tooSmall() {
		return nil
	}
	if t := m.tent(); t != nil {
		m.fitShells(t)
	}
	switch {
	case m.screen == onLesson && m.page == nil:
		return tea.Batch(m.askRequired(), m.renderMissing())
	case m.screen == onSandbox:
		return m.sample()
	}
	return nil
}

// tentOf finds a tent of the screen by its number, or nil.
func (m *Model) tentOf(id int) *tent {
	if m.screen == onSandbox && m.free != nil {
		return m.free.tentOf(id)
	}
	if t := m.tent(); t != nil && t.id == id {
		return t
	}
	return nil
}

// tent is the one on the screen, or nil.
func (m *Model) tent() *tent {
	switch {
	case m.screen == onLesson && m.lesson != nil:
		return m.lesson.tent
	case m.screen == onSandbox && m.free != nil:
		return m.free.tent
	}
	return nil
}

// trouble shows what went wrong in the footer, until the next key.
func (m *Model) trouble(what string, err error) {
	if err != nil {
		m.notice = what + ": " + clean(err)
	}
}
