package tui

import (
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/tui/present"
)

// The wall: a lesson in front of a room. Panes take turns as on a small screen,
// so that the letters can be large; a clock is in the header; and somewhere a
// screen with the notes hears where the lesson is and may turn its pages.

// presenting is what the wall keeps.
type presenting struct {
	wall  *present.Wall
	began time.Time
	told  present.State
}

// onWall tells whether this is shown to a room.
func (m *Model) onWall() bool { return m.presents != nil }

// startPresenting begins the talk: the clock, and the keys of the notes.
func (m *Model) startPresenting() tea.Cmd {
	if !m.onWall() {
		return nil
	}
	return tea.Batch(m.awaitWallKey(), second())
}

type wallKeyMsg struct {
	key string
	ok  bool
}

func (m *Model) awaitWallKey() tea.Cmd {
	keys := m.presents.wall.Keys()
	return func() tea.Msg {
		k, ok := <-keys
		return wallKeyMsg{k, ok}
	}
}

// wallKeys are the keys of notes that are no characters.
var wallKeys = map[string]rune{
	"enter": tea.KeyEnter, "up": tea.KeyUp, "down": tea.KeyDown, "pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown,
	"space": tea.KeySpace, "tab": tea.KeyTab,
}

// wallKey does what was pressed at the notes. It is never typed into a shell or
// an answer: those are left first.
func (m *Model) wallKey(k wallKeyMsg) tea.Cmd {
	if !k.ok {
		return nil
	}
	if m.inShell() {
		m.leaveShell()
	}
	if m.screen == onLesson {
		m.lesson.writing = false
	}
	m.finder, m.ask = nil, nil
	press := tea.KeyPressMsg{Code: wallKeys[k.key]}
	if press.Code == 0 {
		press = tea.KeyPressMsg{Code: []rune(k.key)[0], Text: k.key}
	}
	return tea.Batch(m.key(press), m.awaitWallKey())
}

type secondMsg struct{}

// second lets the clock go on.
func second() tea.Cmd { return tea.Tick(time.Second, func(time.Time) tea.Msg { return secondMsg{} }) }

// tellNotes says where the wall is, when that has changed.
func (m *Model) tellNotes() tea.Cmd {
	if !m.onWall() {
		return nil
	}
	p := m.presents
	now := m.wallState()
	if now == p.told {
		return nil
	}
	p.told = now
	return m.job(func() tea.Msg {
		if err := p.wall.Tell(now); err != nil {
			return troubleMsg{"the notes were not told", err}
		}
		return nil
	})
}

// troubleMsg is what went wrong with something that nobody waits for.
type troubleMsg struct {
	what string
	err  error
}

// wallState is where the lesson is; at home it is nowhere.
func (m *Model) wallState() present.State {
	s := present.State{Began: m.presents.began}
	if m.screen != onLesson {
		s.Step, s.Notes = "home", "Choose a lesson on the wall."
		return s
	}
	w := m.lesson.session.Walk
	l, step := w.Lesson(), w.Step()
	s.Lesson, s.Step, s.Number, s.Steps = l.Title, step.Title, w.At()+1, len(l.Steps)
	s.Notes, s.Does, s.Length = step.Notes, m.mainSays(), l.Minutes
	if w.At() == 0 && l.Notes != "" {
		s.Notes = l.Notes + "\n\n" + step.Notes
	}
	if w.At()+1 < len(l.Steps) {
		s.Next = l.Steps[w.At()+1].Title
	}
	return s
}

// sinceBegan is the time since the talk began, and how long it may take.
func sinceBegan(now, began time.Time, minutes int) string {
	d := max(now.Sub(began), 0).Round(time.Second)
	text := fmt.Sprintf("%d:%02d", int(d.Minutes()), int(d.Seconds())%60)
	if minutes > 0 {
		text += fmt.Sprintf(" of %d min", minutes)
	}
	return text
}
