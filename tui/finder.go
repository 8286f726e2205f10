package tui

import (
	"slices"
	"strings"
	"unicode"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/sahilm/fuzzy"

	"github.com/tentpole-labs/tentpole/tui/panel"
)

// finder is the list of everything that can be done from here, searched by
// typing: what keys do on this screen, what the home screen opens, and the terms of the glossary.
type finder struct {
	typed  string
	cursor int
	all    []found
	shown  []found // those that match, best first
}

// found is something to do.
type found struct {
	label  string
	detail string // more about it; may be empty
	hint   string // the key, or what it is
	do     func(*Model) tea.Cmd
}

// maxTyped bounds what is searched for, in bytes.
const maxTyped = 80

func (m *Model) openFinder() tea.Cmd {
	f := &finder{all: slices.Concat(m.foundKeys(), m.foundEntries(), m.foundTerms())}
	f.search()
	m.finder = f
	return nil
}

// foundKeys are the keys that do something now; moving about is no deed.
func (m *Model) foundKeys() []found {
	var out []found
	for _, b := range m.bindings() {
		if b.do == nil || b.foot == unseen && !b.listed || !m.applies(b) || slices.Contains(b.keys, finderKey) {
			continue
		}
		does := b.does
		if b.says != nil {
			does = b.says(m)
		}
		out = append(out, found{does, b.help, m.shows(b.keys[0], b.show), b.do})
	}
	return out
}

// foundEntries are what can be opened from the home screen. A sandbox that runs
// would end: from there one goes home first.
func (m *Model) foundEntries() []found {
	if m.screen != onHome && m.screen != onSheet {
		return nil
	}
	var out []found
	for _, e := range m.entries() {
		x := found{e.label, e.detail, "open", e.open}
		if e.lesson != nil {
			x.hint, x.detail = "lesson", e.lesson.Summary
		}
		out = append(out, x)
	}
	return out
}

// search puts what matches first; without a word it is everything. Best is a
// word of the label that begins so, then the label, then what is said about it,
// and at last letters of the label in that order.
func (f *finder) search() {
	f.cursor, f.shown = 0, f.all
	typed := strings.ToLower(f.typed)
	if typed == "" {
		return
	}
	f.shown = nil
	taken := make([]bool, len(f.all))
	take := func(i int) {
		if !taken[i] {
			taken[i] = true
			f.shown = append(f.shown, f.all[i])
		}
	}
	for _, matches := range []func(found) bool{
		func(x found) bool { return strings.Contains(" "+strings.ToLower(x.label), " "+typed) },
		func(x found) bool { return strings.Contains(strings.ToLower(x.label), typed) },
		func(x found) bool { return strings.Contains(strings.ToLower(x.detail), typed) },
	} {
		for i, x := range f.all {
			if matches(x) {
				take(i)
			}
		}
	}
	labels := make([]string, len(f.all))
	for i, x := range f.all {
		labels[i] = x.label
	}
	for _, match := range fuzzy.Find(f.typed, labels) {
		take(match.Index)
	}
}

// finderKeys are those that do something beside the characters.
var finderKeys map[string]func(*Model) tea.Cmd

func init() { // enter refers to the screens
	finderKeys = map[string]func(*Model) tea.Cmd{
		"esc":       func(m *Model) tea.Cmd { m.finder = nil; return nil },
		"enter":     (*Model).take,
		"up":        func(m *Model) tea.Cmd { return m.finderMove(-1) },
		"down":      func(m *Model) tea.Cmd { return m.finderMove(1) },
		"ctrl+p":    func(m *Model) tea.Cmd { return m.finderMove(-1) },
		"ctrl+n":    func(m *Model) tea.Cmd { return m.finderMove(1) },
		"backspace": func(m *Model) tea.Cmd { return m.retype(dropLast) },
		"ctrl+w":    func(m *Model) tea.Cmd { return m.retype(dropWord) },
		"ctrl+u":    func(m *Model) tea.Cmd { return m.retype(func(string) string { return "" }) },
		"ctrl+c":    func(*Model) tea.Cmd { return tea.Quit },
	}
}

func (m *Model) keyInFinder(k tea.KeyPressMsg) tea.Cmd {
	if do, ok := finderKeys[k.String()]; ok {
		return do(m)
	}
	return m.retype(func(s string) string {
		for _, r := range k.Text {
			if unicode.IsPrint(r) && len(s) < maxTyped {
				s += string(r)
			}
		}
		return s
	})
}

func (m *Model) retype(change func(string) string) tea.Cmd {
	m.finder.typed = change(m.finder.typed)
	m.finder.search()
	return nil
}

func (m *Model) finderMove(n int) tea.Cmd {
	m.finder.cursor = max(min(m.finder.cursor+n, len(m.finder.shown)-1), 0)
	return nil
}

// take does what the cursor is at.
func (m *Model) take() tea.Cmd {
	f := m.finder
	m.finder = nil
	if f.cursor >= len(f.shown) {
		return nil
	}
	if m.screen == onSheet { // what was opened from home leaves the sheet
		if entry := f.shown[f.cursor]; slices.Contains([]string{"open", "lesson"}, entry.hint) {
			return tea.Batch(m.leaveSheet(), entry.do(m))
		}
	}
	return f.shown[f.cursor].do(m)
}

// finderBox draws the finder in place of the body.
func (m *Model) finderBox(width, height int) panel.Box {
	f, s := m.finder, m.styles
	box := panel.Box{Title: s.Title.Render("find"), Width: width, Height: height, Focus: true}
	inner, rows := box.Inner()
	var items []panel.Item
	for _, x := range f.shown {
		items = append(items, panel.Item{Label: panel.Pad(x.hint, 8) + x.label, Detail: x.detail})
	}
	top := []string{s.Strong.Render("› " + f.typed + "_"), ""}
	if len(items) == 0 {
		top = append(top, s.Faint.Render("Nothing here is called that."))
	}
	lines, at := panel.List(s, top, items, f.cursor, inner)
	box.Lines = lines
	box.Scroll = max(at-rows+1, 0)
	return box
}

// finderFoot says what the keys do in the finder.
func (m *Model) finderFoot() string {
	s := m.styles
	line := " type to search   " + s.Key.Render("enter") + " do it  " + s.Key.Render("up down") + " move  " + s.Key.Render("esc") + " back"
	return ansi.Truncate(line, m.width, "")
}
