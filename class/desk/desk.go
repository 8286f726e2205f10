// Package desk is the teacher's screen of a class: the grid of learners and steps,
// what was predicted, and the keys by which the class is asked for something. It is
// one tea.Model; [Show] runs it on a terminal, this machine's or one at the other
// end of a connection.
//
// Update never waits: news are waited for, and orders sent, in commands.
package desk

import (
	"context"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/class/board"
	"github.com/tentpole-labs/tentpole/class/channel"
	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/tui/styles"
)

// Class is what the desk looks at.
type Class interface {
	// Next waits for news.
	Next(context.Context) (board.News, error)
	// Do has an order carried out.
	Do(board.Order) error
}

// Options say what to show. Now is time.Now when nil.
type Options struct {
	Name   string // of the class
	Code   string // with which people join
	Class  Class
	Course *lessons.Course
	Theme  styles.Theme
	ASCII  bool
	Now    func() time.Time
}

// Desk is the model. Make it with New.
type Desk struct {
	ctx    context.Context
	opt    Options
	styles styles.Styles
	width  int
	height int

	board   board.Board
	stuck   map[int64]bool
	at      channel.Place // the step that the cursor is at
	roams   bool          // the cursor was moved, and does not follow the class
	learner int64         // who the cursor is at
	byNeed  bool          // who needs help comes first
	names   bool          // who has chosen what is shown
	asked   *asked        // the poll that has ended, until something else is looked at
	help    bool          // in front of everything
	draft   *draft        // a message that is being written
	notice  string        // until the next key
	over    bool          // there will be no more news
}

// New makes the model. The context ends what it waits for.
func New(ctx context.Context, o Options) *Desk {
	if o.Now == nil {
		o.Now = time.Now
	}
	d := &Desk{ctx: ctx, opt: o, styles: styles.New(o.Theme, o.ASCII)}
	d.follow()
	return d
}

// Init implements tea.Model.
func (d *Desk) Init() tea.Cmd {
	cmds := []tea.Cmd{d.listen(), tick()}
	if d.opt.Theme == "" || d.opt.Theme == styles.HighContrast {
		cmds = append(cmds, tea.RequestBackgroundColor)
	}
	return tea.Batch(cmds...)
}

type (
	newsMsg struct{ news board.News }
	overMsg struct{ err error }
	tickMsg struct{}
)

// listen waits for the next news.
func (d *Desk) listen() tea.Cmd {
	ctx, class := d.ctx, d.opt.Class
	return func() tea.Msg {
		n, err := class.Next(ctx)
		if err != nil {
			return overMsg{err}
		}
		return newsMsg{n}
	}
}

// tick lets the times go on.
func tick() tea.Cmd { return tea.Tick(time.Second, func(time.Time) tea.Msg { return tickMsg{} }) }

// Update implements tea.Model.
func (d *Desk) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		d.width, d.height = msg.Width, msg.Height
	case tea.BackgroundColorMsg:
		d.styles = styles.New(styles.ForBackground(d.opt.Theme, msg.Color), d.opt.ASCII)
	case tea.PasteMsg:
		d.paste(msg.Content)
	case tea.KeyPressMsg:
		return d, d.key(msg)
	case newsMsg:
		d.take(msg.news)
		return d, d.listen()
	case overMsg:
		d.over = true
		if d.ctx.Err() == nil {
			d.notice = "The server does not answer any more; what is shown is as it was."
		}
	case orderedMsg:
		if msg.err != nil {
			d.notice = facts.Clean(msg.err.Error())
		}
	case tickMsg:
		d.judge()
		return d, tick()
	}
	return d, nil
}

func (d *Desk) take(n board.News) {
	d.keepPoll(n.Room)
	d.board.Take(n)
	if n.Trouble != "" {
		d.notice = facts.Clean(n.Trouble)
	}
	if !d.roams {
		d.follow()
	}
	d.judge()
}

// asked is what was answered in a poll.
type asked struct {
	at   channel.Place
	bars []board.Bar
	said int
}

// keepPoll keeps the answers of the poll that ends with the news: to talk about them
// is what it was for.
func (d *Desk) keepPoll(next *board.Room) {
	poll := d.board.Room.Poll
	switch {
	case next == nil:
	case next.Poll != nil:
		d.asked = nil
	case poll != nil:
		bars, said := d.board.Answered(d.opt.Course)
		d.asked = &asked{*poll, bars, said}
	}
}

// judge works out who is stuck by now.
func (d *Desk) judge() { d.stuck = d.board.Stuck(d.opt.Course, d.opt.Now()) }

// follow goes to where most of the class are.
func (d *Desk) follow() {
	if at := d.board.Busiest(); d.opt.Course.Step(at.Lesson, at.Step) != nil {
		d.at = at
	}
	if d.opt.Course.Step(d.at.Lesson, d.at.Step) == nil && len(d.opt.Course.Lessons) > 0 {
		d.at = first(d.opt.Course.Lessons[0])
	}
}

// first is the place where a lesson begins.
func first(l *lessons.Lesson) channel.Place {
	if len(l.Steps) == 0 {
		return channel.Place{Lesson: l.ID}
	}
	return channel.Place{Lesson: l.ID, Step: l.Steps[0].ID}
}

// lesson is the one on the screen, and its index.
func (d *Desk) lesson() (*lessons.Lesson, int) {
	i := slices.IndexFunc(d.opt.Course.Lessons, func(l *lessons.Lesson) bool { return l.ID == d.at.Lesson })
	return d.opt.Course.Lessons[max(i, 0)], max(i, 0)
}

// column is the index of the step that the cursor is at.
func (d *Desk) column() int {
	l, _ := d.lesson()
	return max(0, slices.IndexFunc(l.Steps, func(s lessons.Step) bool { return s.ID == d.at.Step }))
}

// rows are the learners, top to bottom.
func (d *Desk) rows() []board.Learner {
	rows := slices.Clone(d.board.Learners)
	if d.byNeed {
		slices.SortStableFunc(rows, func(a, b board.Learner) int { return d.need(b) - d.need(a) })
	}
	return rows
}

// need is how much somebody needs help.
func (d *Desk) need(l board.Learner) int {
	switch {
	case l.Hand:
		return 3
	case d.stuck[l.ID]:
		return 2
	case l.Here:
		return 1
	}
	return 0
}

// row is where the cursor is among them.
func (d *Desk) row(rows []board.Learner) int {
	return max(0, slices.IndexFunc(rows, func(l board.Learner) bool { return l.ID == d.learner }))
}

// chosen is the learner that the cursor is at.
func (d *Desk) chosen() (board.Learner, bool) {
	rows := d.rows()
	if len(rows) == 0 {
		return board.Learner{}, false
	}
	return rows[d.row(rows)], true
}

// orderedMsg is what became of an order.
type orderedMsg struct{ err error }

// order sends one.
func (d *Desk) order(o board.Order) tea.Cmd {
	if d.over {
		d.notice = "The server does not answer any more."
		return nil
	}
	class := d.opt.Class
	return func() tea.Msg { return orderedMsg{class.Do(o)} }
}

// draft is a message that is being written.
type draft struct {
	to   int64 // 0 is everybody
	name string
	text string
}

func (d *Desk) paste(text string) {
	if d.draft != nil {
		d.write(strings.Join(strings.Fields(text), " "))
	}
}

// write adds to the message what there is room for.
func (d *Desk) write(text string) {
	if len(d.draft.text)+len(text) <= channel.MaxText {
		d.draft.text += text
	}
}
