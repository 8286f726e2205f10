package desk

import (
	"fmt"
	"slices"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/class/board"
	"github.com/tentpole-labs/tentpole/class/channel"
)

// binding is one key and what it does; footer and help are made from the table.
type binding struct {
	keys  []string // as Bubble Tea names them
	show  string
	does  string // in the footer; empty is not shown there
	help  string // empty is not in the list: another line says it
	do    func(*Desk) tea.Cmd
	on    func(*Desk) bool // whether it does anything now; nil: always
	spare int              // where the footer has no room the highest goes first
}

var bindings []binding

func init() { // help refers to the table
	bindings = []binding{
		{keys: []string{"up", "k"}, show: "up down", help: "the learner above, or below", do: func(d *Desk) tea.Cmd { return d.down(-1) }},
		{keys: []string{"down", "j"}, do: func(d *Desk) tea.Cmd { return d.down(1) }},
		{keys: []string{"left"}, do: func(d *Desk) tea.Cmd { return d.right(-1) }},
		{keys: []string{"right"}, show: "left right", help: "the step before, or the next", do: func(d *Desk) tea.Cmd { return d.right(1) }},
		{keys: []string{"["}, do: func(d *Desk) tea.Cmd { return d.turn(-1) }},
		{keys: []string{"]"}, show: "] [", does: "lesson", help: "the next lesson, or the one before", spare: 3, do: func(d *Desk) tea.Cmd { return d.turn(1) }},
		{keys: []string{"f"}, show: "f", does: "follow", help: "follow the class: the step that most are at", spare: 4, do: (*Desk).goAlong, on: func(d *Desk) bool { return d.roams }},
		{keys: []string{"m"}, show: "m", does: "write", help: "a message to the learner the cursor is at", spare: 1, do: (*Desk).writeOne, on: (*Desk).anybody},
		{keys: []string{"M"}, show: "M", does: "to all", help: "a message to everybody who is here", spare: 1, do: (*Desk).writeAll},
		{keys: []string{"d"}, show: "d", does: "hand down", help: "put the learner's hand down", do: (*Desk).handDown, on: (*Desk).handIsUp},
		{keys: []string{"i"}, show: "i", does: "invite", help: "invite everybody to the step", spare: 2, do: (*Desk).invite},
		{keys: []string{"p"}, show: "p", does: "poll", help: "ask everybody what the step has predicted, or end the poll", spare: 2, do: (*Desk).poll, on: (*Desk).mayPoll},
		{keys: []string{"h"}, show: "h", does: "hold", help: "hold the lesson back, or open it again", spare: 3, do: (*Desk).hold},
		{keys: []string{"o"}, show: "o", help: "by name, or who needs help first", do: func(d *Desk) tea.Cmd { d.byNeed = !d.byNeed; return nil }},
		{keys: []string{"N"}, show: "N", help: "who has chosen what, by name, or only how many", do: func(d *Desk) tea.Cmd { d.names = !d.names; return nil }},
		{keys: []string{"?", "f1"}, show: "?", does: "help", help: "this list", do: func(d *Desk) tea.Cmd { d.help = true; return nil }},
		{keys: []string{"q", "ctrl+c"}, show: "q", does: "leave", help: "leave; the class goes on", do: func(*Desk) tea.Cmd { return tea.Quit }},
	}
}

// key does what a key is for now.
func (d *Desk) key(k tea.KeyPressMsg) tea.Cmd {
	d.notice = ""
	switch {
	case d.draft != nil:
		return d.keyInDraft(k)
	case d.help:
		d.help = false
		return nil
	}
	for _, b := range bindings {
		if slices.Contains(b.keys, k.String()) && (b.on == nil || b.on(d)) {
			return b.do(d)
		}
	}
	return nil
}

// keyInDraft writes.
func (d *Desk) keyInDraft(k tea.KeyPressMsg) tea.Cmd {
	m := d.draft
	switch k.String() {
	case "esc", "ctrl+c":
		d.draft = nil
	case "enter":
		d.draft = nil
		if m.text == "" {
			return nil
		}
		d.notice = "Sent to " + m.name + "."
		return d.order(board.Order{Say: m.text, To: m.to})
	case "backspace":
		_, size := utf8.DecodeLastRuneInString(m.text)
		m.text = m.text[:len(m.text)-size]
	case "ctrl+u":
		m.text = ""
	default:
		d.write(k.Text)
	}
	return nil
}

func (d *Desk) down(n int) tea.Cmd {
	if rows := d.rows(); len(rows) > 0 {
		d.learner = rows[max(0, min(d.row(rows)+n, len(rows)-1))].ID
	}
	return nil
}

func (d *Desk) right(n int) tea.Cmd {
	l, _ := d.lesson()
	d.roams, d.asked = true, nil
	if len(l.Steps) > 0 {
		d.at.Step = l.Steps[max(0, min(d.column()+n, len(l.Steps)-1))].ID
	}
	return nil
}

func (d *Desk) turn(n int) tea.Cmd {
	all := d.opt.Course.Lessons
	_, i := d.lesson()
	d.roams, d.asked, d.at = true, nil, first(all[max(0, min(i+n, len(all)-1))])
	return nil
}

func (d *Desk) goAlong() tea.Cmd {
	d.roams, d.asked = false, nil
	d.follow()
	return nil
}

func (d *Desk) anybody() bool { return len(d.board.Learners) > 0 }

func (d *Desk) writeOne() tea.Cmd {
	l, _ := d.chosen()
	d.draft = &draft{to: l.ID, name: l.Name}
	return nil
}

func (d *Desk) writeAll() tea.Cmd {
	d.draft = &draft{name: "everybody"}
	return nil
}

func (d *Desk) handIsUp() bool {
	l, ok := d.chosen()
	return ok && l.Hand
}

func (d *Desk) handDown() tea.Cmd {
	l, _ := d.chosen()
	return d.order(board.Order{HandDown: l.ID})
}

func (d *Desk) invite() tea.Cmd {
	at := d.at
	d.notice = fmt.Sprintf("Everybody is invited to %s, step %d.", at.Lesson, d.column()+1)
	return d.order(board.Order{Invite: &at})
}

func (d *Desk) mayPoll() bool {
	return d.board.Room.Poll != nil || d.opt.Course.Prediction(d.at.Lesson, d.at.Step) != nil
}

func (d *Desk) poll() tea.Cmd {
	if d.board.Room.Poll != nil {
		return d.order(board.Order{EndPoll: true})
	}
	at := channel.Place{Lesson: d.at.Lesson, Step: d.at.Step}
	return d.order(board.Order{Poll: &at})
}

func (d *Desk) hold() tea.Cmd {
	if slices.Contains(d.board.Room.Held, d.at.Lesson) {
		return d.order(board.Order{Open: d.at.Lesson})
	}
	return d.order(board.Order{Hold: d.at.Lesson})
}
