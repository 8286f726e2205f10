package desk

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/class/board"
	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/tui/panel"
	"github.com/tentpole-labs/tentpole/tui/styles"
)

// View implements tea.Model.
func (d *Desk) View() tea.View {
	v := tea.NewView(d.text())
	v.AltScreen = true
	v.WindowTitle = "tentpole: " + d.opt.Name
	return v
}

// wide is from what width on the bars stand beside the grid.
const wide = 110

func (d *Desk) text() string {
	if d.width < 1 || d.height < 1 {
		return ""
	}
	lines := append([]string{d.header()}, d.body(d.height-2)...)
	text := strings.Join(panel.Fit(append(lines, d.footer()), d.width, d.height), "\n")
	if d.styles.ASCII {
		text = styles.Fold(text)
	}
	return text
}

func (d *Desk) body(height int) []string {
	switch {
	case d.help:
		return d.helpBox(height)
	case d.width >= wide:
		left := d.width * 6 / 10
		return panel.Beside(d.grid(left, height), d.bars(d.width-left, height))
	}
	below := max(4, height*4/10)
	return append(d.grid(d.width, height-below), d.bars(d.width, below)...)
}

func (d *Desk) helpBox(height int) []string {
	box := panel.Box{Title: d.styles.Title.Render("help"), Width: d.width, Height: height, Focus: true}
	inner, _ := box.Inner()
	box.Lines = d.helpLines(inner)
	return panel.Fit(box.Draw(d.styles), d.width, height)
}

// header says how the class is.
func (d *Desk) header() string {
	s := d.styles
	here := d.board.Count(func(l board.Learner) bool { return l.Here })
	hands := d.board.Count(func(l board.Learner) bool { return l.Hand })
	right := fmt.Sprintf("%d here of %d · %d stuck · %s up ", here, len(d.board.Learners), len(d.stuck), facts.Count(hands, "hand"))
	left := " " + s.Title.Render("tentpole") + "  class " + s.Strong.Render(d.opt.Name)
	if code := "  code " + s.Strong.Render(d.opt.Code); d.opt.Code != "" && panel.Width(left+code+right) < d.width {
		left += code // somebody always comes late
	}
	return panel.Ends(left, right, d.width)
}

// grid is the box with the learners.
func (d *Desk) grid(width, height int) []string {
	l, i := d.lesson()
	title := fmt.Sprintf("%s  %s", d.styles.Title.Render(l.Title), d.styles.Faint.Render(fmt.Sprintf("lesson %d of %d", i+1, len(d.opt.Course.Lessons))))
	if slices.Contains(d.board.Room.Held, l.ID) {
		title += "  " + d.styles.Strong.Render("held")
	}
	box := panel.Box{Title: title, Foot: d.styles.Faint.Render(board.Cells), Width: width, Height: height, Focus: true}
	inner, rows := box.Inner()
	box.Lines = d.gridLines(l, inner, rows)
	return box.Draw(d.styles)
}

func (d *Desk) gridLines(l *lessons.Lesson, width, height int) []string {
	rows := d.rows()
	if len(rows) == 0 {
		return panel.Wrap("Nobody has joined so far. What they type is on the screen of tentpole serve.", width)
	}
	g := panel.Grid{Of: "steps", Row: d.row(rows), Column: d.column()}
	for i := range l.Steps {
		g.Columns = append(g.Columns, strconv.Itoa(i+1))
	}
	for _, learner := range rows {
		g.Rows = append(g.Rows, panel.GridRow{Label: d.label(learner), Shapes: d.shapes(l, learner)})
	}
	return g.Lines(d.styles, width, height)
}

// label is a learner's name and how they are.
func (d *Desk) label(l board.Learner) string {
	const name, state = 14, 10
	return panel.Pad(l.Name, name) + " " + panel.Pad(d.state(l), state)
}

// state says in a word or two how somebody is.
func (d *Desk) state(l board.Learner) string {
	switch {
	case l.Hand:
		return "HAND UP"
	case !l.Here:
		return "away"
	case d.stuck[l.ID]:
		return "stuck " + short(d.opt.Now().Sub(l.Since))
	}
	waits := short(d.opt.Now().Sub(l.Since))
	if l.Unread > 0 {
		return fmt.Sprintf("%s %d msg", waits, l.Unread)
	}
	return waits
}

// short is a time in one unit.
func short(t time.Duration) string {
	switch {
	case t < time.Minute:
		return fmt.Sprintf("%ds", int(max(t, 0)/time.Second))
	case t < time.Hour:
		return fmt.Sprintf("%dm", int(t/time.Minute))
	}
	return fmt.Sprintf("%dh", int(t/time.Hour))
}

func (d *Desk) shapes(l *lessons.Lesson, learner board.Learner) []string {
	out := make([]string, len(l.Steps))
	at := d.at
	for i := range l.Steps {
		at.Step = l.Steps[i].ID
		out[i] = string(learner.Cell(at, d.stuck[learner.ID]))
	}
	return out
}

// bars is the box about the step.
func (d *Desk) bars(width, height int) []string {
	s := d.styles
	what := d.answers()
	box := panel.Box{Title: what.title, Width: width, Height: height}
	inner, _ := box.Inner()
	step := d.opt.Course.Step(what.at.Lesson, what.at.Step)
	if step == nil {
		return box.Draw(s)
	}
	box.Lines = []string{s.Strong.Render(panel.Pad(fmt.Sprintf("step %d of %s: %s", stepNumber(d.opt.Course, what.at.Lesson, what.at.Step), what.at.Lesson, step.Title), inner))}
	box.Lines = append(box.Lines, d.barLines(what.bars, what.said, inner)...)
	return box.Draw(s)
}

// answers are what the box shows: of the poll, of the one that was, or what was
// predicted where the cursor is.
func (d *Desk) answers() (what struct {
	asked
	title string
}) {
	s := d.styles
	switch poll := d.board.Room.Poll; {
	case poll != nil:
		what.title, what.at = s.Title.Render("poll")+"  "+s.Strong.Render("everybody is asked"), *poll
		what.bars, what.said = d.board.Answered(d.opt.Course)
	case d.asked != nil:
		what.title, what.asked = s.Title.Render("poll")+"  "+s.Strong.Render("it is over"), *d.asked
	default:
		what.title, what.at = s.Title.Render("predicted"), d.at
		what.bars, what.said = d.board.Predicted(d.opt.Course, d.at)
	}
	return what
}

func stepNumber(c *lessons.Course, lesson, step string) int {
	l, err := c.Lesson(lesson)
	if err != nil {
		return 0
	}
	return 1 + slices.IndexFunc(l.Steps, func(s lessons.Step) bool { return s.ID == step })
}

// barLines are the options with how many have chosen each; who, if asked.
func (d *Desk) barLines(bars []board.Bar, said, width int) (lines []string) {
	if bars == nil {
		return panel.Wrap(d.styles.Faint.Render("Nothing is predicted in this step."), width)
	}
	const bar = 22
	for _, b := range bars {
		lines = append(lines, panel.Pad(panel.Pad(panel.Bar(len(b.Names), said, bar), bar)+"  "+b.Text, width))
		if d.names && len(b.Names) > 0 {
			lines = append(lines, panel.Hang("    ", strings.Join(b.Names, ", "), width, d.styles.Faint.Render)...)
		}
	}
	if !d.names && said > 0 {
		lines = append(lines, d.styles.Faint.Render("N shows the names"))
	}
	return lines
}

// footer says what the keys do, or what is being written.
func (d *Desk) footer() string {
	s := d.styles
	switch {
	case d.draft != nil:
		foot := "   " + s.Key.Render("enter") + " send  " + s.Key.Render("esc") + " not"
		head := " to " + d.draft.name + ": "
		room := max(d.width-panel.Width(head)-panel.Width(foot)-1, 1)
		return head + panel.Tail(d.draft.text, room) + s.Strong.Render("▏") + foot
	case d.help:
		return " any key goes back"
	case d.notice != "":
		return " " + s.Strong.Render(d.notice)
	}
	return panel.Pad(" "+strings.Join(d.footItems(), "  "), d.width)
}

// footItems are the keys for which there is room.
func (d *Desk) footItems() []string {
	for most := 5; ; most-- {
		var items []string
		for _, b := range bindings {
			if b.does != "" && b.spare <= most && (b.on == nil || b.on(d)) {
				items = append(items, d.styles.Key.Render(b.show)+" "+d.says(b))
			}
		}
		if most == 0 || panel.Width(strings.Join(items, "  "))+1 <= d.width {
			return items
		}
	}
}

// says is what a key does now.
func (d *Desk) says(b binding) string {
	switch {
	case b.show == "p" && d.board.Room.Poll != nil:
		return "end poll"
	case b.show == "h" && slices.Contains(d.board.Room.Held, d.at.Lesson):
		return "open"
	}
	return b.does
}

func (d *Desk) helpLines(width int) []string {
	var out []string
	for _, b := range bindings {
		if b.help != "" {
			out = append(out, d.styles.Key.Render(panel.Pad(b.show, 12))+b.help)
		}
	}
	for _, text := range []string{"", "Stuck is who has made no progress for three minutes, and for twice as long as the others' median.",
		"The time beside a name is since the last progress.", "To look on at a learner's terminal: tentpole class look NAME, in another window."} {
		out = append(out, panel.Wrap(text, width)...)
	}
	return out
}
