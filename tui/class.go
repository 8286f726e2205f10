package tui

import (
	"fmt"
	"slices"
	"strconv"

	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/class/channel"
	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/tui/panel"
	"github.com/tentpole-labs/tentpole/tui/styles"
)

// A class: the teacher's messages, invitations and polls, and the learner's hand.
// What comes takes the place of the header, so that nothing moves under whoever
// reads or types; one key opens a page with it, and another goes back.

// Class is the line to the class. Hear waits for the next slate, in a command.
type Class interface {
	Hear() (channel.Slate, error)
	Tell(channel.Word) error
}

// class is what the screen knows of it.
type class struct {
	line  Class
	slate channel.Slate
	said  []string // the messages that were opened, the latest last
	at    *channel.Place
	seen  int    // the latest invitation or poll that was looked at
	step  string // to go to when the lesson of an invitation is open
}

// classKey opens the page from anywhere, shells included.
const classKey = "f5"

var classBindings []binding

func init() { // as that of bindings
	classBindings = []binding{
		{keys: []string{"u"}, show: "u", where: inLesson, foot: right, spare: 3, do: (*Model).raiseHand, says: (*Model).handSays, help: "raise your hand, or put it down: the teacher sees it"},
		{keys: []string{classKey}, show: "F5", does: "class", where: anywhere, foot: right, spare: 4, do: (*Model).openClass, on: func(m *Model) bool { return !m.onClassPage() }, help: "what the teacher says, invites to and asks; from anywhere"},
	}
}

// hearClass waits for what is new in the class. It is not counted as something
// that ends by itself.
func (m *Model) hearClass() tea.Cmd {
	if m.class == nil {
		return nil
	}
	from := m.class.line
	return func() tea.Msg {
		s, err := from.Hear()
		return slateMsg{s, err}
	}
}

type slateMsg struct {
	slate channel.Slate
	err   error
}

// takeSlate takes in what is new. Without a line the lesson goes on as it is.
func (m *Model) takeSlate(s slateMsg) tea.Cmd {
	if s.err != nil {
		return nil
	}
	m.class.slate = s.slate
	if m.onClassPage() { // it is read as it comes
		return tea.Batch(m.openClass(), m.hearClass())
	}
	return m.hearClass()
}

// tell says something to the class.
func (m *Model) tell(w channel.Word) tea.Cmd {
	to := m.class.line
	return m.job(func() tea.Msg {
		if err := to.Tell(w); err != nil {
			return troubleMsg{"the class was not reached", err}
		}
		return nil
	})
}

// tellClass says where the learner is, when that has changed.
func (m *Model) tellClass() tea.Cmd {
	if m.class == nil {
		return nil
	}
	at := channel.Place{}
	if m.screen == onLesson {
		w := m.lesson.session.Walk
		at = channel.Place{Lesson: w.Lesson().ID, Step: w.Step().ID}
	}
	if m.class.at != nil && *m.class.at == at {
		return nil
	}
	m.class.at = &at
	return m.tell(channel.Word{At: &at})
}

// held tells whether the teacher holds a lesson back. Where everybody is invited to
// is open.
func (m *Model) held(lesson string) bool {
	if m.class == nil {
		return false
	}
	to := m.class.slate.Invited
	return slices.Contains(m.class.slate.Held, lesson) && (to == nil || to.Lesson != lesson)
}

func (m *Model) raiseHand() tea.Cmd {
	up := !m.class.slate.Hand
	m.class.slate.Hand = up // until the class says what it has heard
	return m.tell(channel.Word{Hand: &up})
}

func (m *Model) handSays() string {
	if m.class.slate.Hand {
		return "hand is UP: down"
	}
	return "raise hand"
}

// headerOrNews is the header, or in its place what is new in the class.
func (m *Model) headerOrNews() string {
	news := m.classNews()
	if len(news) == 0 || m.onClassPage() {
		return m.header()
	}
	right := m.styles.Key.Render(m.shows(classKey, "F5")) + " opens it "
	if more := len(news) - 1; more > 0 {
		right = fmt.Sprintf("and %d more  ", more) + right
	}
	return panel.Ends(" "+m.styles.Strong.Render(news[0]), right, m.width)
}

// classNews are the things that are new, each in one line: first what can be done
// only now, then the messages.
func (m *Model) classNews() (news []string) {
	if m.class == nil {
		return nil
	}
	s := m.class.slate
	if s.Poll != nil && s.Poll.Said == "" && s.Poll.Number > m.class.seen {
		news = append(news, "The teacher asks everybody: what do you predict?")
	}
	if s.Invited != nil && s.Invited.Number > m.class.seen {
		news = append(news, "The teacher invites everybody to "+m.placeName(s.Invited.Place)+".")
	}
	for _, msg := range s.Messages {
		news = append(news, "The teacher: "+facts.Clean(msg.Text))
	}
	return news
}

// placeName is a place in words.
func (m *Model) placeName(at channel.Place) string {
	l, err := m.opt.Course.Lesson(at.Lesson)
	if err != nil {
		return "a lesson that this course has not"
	}
	i := slices.IndexFunc(l.Steps, func(s lessons.Step) bool { return s.ID == at.Step })
	return fmt.Sprintf("%s, step %d", l.Title, i+1)
}

func (m *Model) onClassPage() bool {
	return m.page != nil && m.class != nil && m.page.title == m.classTitle()
}

func (m *Model) classTitle() string { return "class " + facts.Clean(m.class.slate.Class) }

// openClass opens the page with all of it. The messages count as read.
func (m *Model) openClass() tea.Cmd {
	c := m.class
	var read int
	for _, msg := range c.slate.Messages {
		c.said = append(c.said, facts.Clean(msg.Text))
		read = msg.Number
	}
	c.said = c.said[max(0, len(c.said)-channel.MaxUnread):]
	c.slate.Messages = nil
	if to := c.slate.Invited; to != nil {
		c.seen = max(c.seen, to.Number)
	}
	if p := c.slate.Poll; p != nil {
		c.seen = max(c.seen, p.Number)
	}
	m.openPage(m.classTitle(), m.classLines).keys = m.pageKeys()
	if read == 0 {
		return nil
	}
	return m.tell(channel.Word{Read: read})
}

// pageKeys are those of the page: a hand, an invitation, and a digit an option.
func (m *Model) pageKeys() []binding {
	keys := []binding{
		{keys: []string{"y"}, show: "y", does: "go there", where: inPage, foot: left, do: (*Model).accept, on: func(m *Model) bool { return m.class.slate.Invited != nil }},
		{keys: []string{"u"}, show: "u", where: inPage, foot: left, do: (*Model).raiseHand, says: (*Model).handSays},
	}
	for i := range 9 {
		digit := strconv.Itoa(i + 1)
		keys = append(keys, binding{keys: []string{digit}, show: digit, does: "answer " + digit, where: inPage, do: func(m *Model) tea.Cmd { return m.answerPoll(i) }, on: func(m *Model) bool { return m.polled() != nil }})
	}
	return keys
}

// polled is the prediction that everybody is asked for, nil for none.
func (m *Model) polled() *lessons.Prediction {
	p := m.class.slate.Poll
	if p == nil {
		return nil
	}
	return m.opt.Course.Prediction(p.Lesson, p.Step)
}

func (m *Model) answerPoll(i int) tea.Cmd {
	p, poll := m.polled(), m.class.slate.Poll
	if i >= len(p.Options) {
		return nil
	}
	poll.Said = p.Options[i].ID
	return m.tell(channel.Word{Answer: &channel.Answer{Poll: poll.Number, Option: poll.Said}})
}

// classLines are the page.
func (m *Model) classLines(s styles.Styles, width int) (out []string) {
	c := m.class
	for _, text := range c.said {
		out = append(out, panel.Hang("", "The teacher: "+text, width, s.Text.Render)...)
		out = append(out, "")
	}
	if c.slate.Invited != nil {
		out = append(out, panel.Wrap("You are invited to "+m.placeName(c.slate.Invited.Place)+". "+s.Key.Render("y")+" goes there; what you have done is kept.", width)...)
		out = append(out, "")
	}
	out = append(out, m.pollLines(s, width)...)
	if len(out) == 0 {
		out = append(out, "The teacher has said nothing so far.", "")
	}
	if c.slate.Hand {
		return append(out, s.Strong.Render("Your hand is up."))
	}
	return append(out, s.Faint.Render("Your hand is down."))
}

func (m *Model) pollLines(s styles.Styles, width int) []string {
	p := m.polled()
	if p == nil {
		return nil
	}
	out := panel.Wrap(s.Strong.Render("Everybody is asked: ")+p.Ask, width)
	taken := -1
	var texts []string
	for i, o := range p.Options {
		texts = append(texts, o.Text)
		if o.ID == m.class.slate.Poll.Said {
			taken = i
		}
	}
	out = append(append(out, ""), panel.Choices(s, texts, -1, taken, width)...)
	return append(out, "", s.Faint.Render("A digit answers. The answer can be changed, and counts for nothing else."), "")
}

// accept goes where the teacher invites to.
func (m *Model) accept() tea.Cmd {
	to := m.class.slate.Invited
	m.page = nil
	switch {
	case m.screen == onLesson && m.lesson.session.Walk.Lesson().ID == to.Lesson:
		return m.goTo(to.Step)
	case m.screen == onLesson:
		m.opt.Start, m.class.step = to.Lesson, to.Step
		return m.leaveLesson()
	case m.screen == onHome && m.home.read:
		m.class.step = to.Step
		return tea.Batch(opening(to.Lesson)(m), m.atInvited())
	}
	m.notice = "Leave this screen first, then come to the class again."
	return nil
}

// atInvited goes to the step of an invitation whose lesson was opened for it.
func (m *Model) atInvited() tea.Cmd {
	if m.class == nil || m.class.step == "" || m.screen != onLesson {
		return nil
	}
	step := m.class.step
	m.class.step = ""
	return m.goTo(step)
}

func (m *Model) goTo(step string) tea.Cmd {
	if m.lesson.session.Walk.Go(step) {
		m.atStep()
		return m.save()
	}
	return nil
}
