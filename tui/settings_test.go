package tui

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/tui/settings"
	"github.com/tentpole-labs/tentpole/tui/styles"
)

// TestSettings: what is changed on the screen counts at once and is in the
// file, and the file is what the next start has.
func TestSettings(t *testing.T) {
	o := options(t, &fakeEngine{})
	o.Theme, o.SettingsFile = "", filepath.Join(t.TempDir(), "config.yaml")
	d, m := begin(t, o, 120, 40)
	d.Press(",")
	d.Wait()
	want(t, d, "for a projector")
	for range 3 {
		d.Press("right")
	}
	d.Wait()
	if m.styles.Theme != styles.HighContrastDark {
		t.Errorf("the theme is %s", m.styles.Theme)
	}
	d.Press("down", "down", "enter")
	d.Wait()
	if d.View().MouseMode != tea.MouseModeCellMotion {
		t.Error("the mouse was switched on and is not")
	}
	s, err := settings.Load(o.SettingsFile)
	if err != nil || s.Get(settings.Theme) != "high-contrast" || s.Get(settings.Mouse) != settings.On {
		t.Errorf("the file has theme %s and mouse %s, %v", s.Get(settings.Theme), s.Get(settings.Mouse), err)
	}
	d.Press("q")
	want(t, d, "Freely")
}

// TestKeysMoved: a key that was moved does its work at the new place and none
// at the old one, and the footer names the new one.
func TestKeysMoved(t *testing.T) {
	o := options(t, &fakeEngine{})
	o.Settings = settings.Settings{Keys: map[string]string{"q": "x", "?": "ctrl+o"}}
	d, _ := begin(t, o, 80, 24)
	want(t, d, "x leave", "ctrl-o help")
	d.Press("enter")
	d.Wait()
	d.Press("q")
	want(t, d, "What is a mount?")
	d.Press("x")
	want(t, d, "Freely")
}

// TestSettingsTrouble: what is wrong with the file is said, until a key.
func TestSettingsTrouble(t *testing.T) {
	o := options(t, &fakeEngine{})
	o.SettingsTrouble = errors.New("theme is \"drak\"; it may be \x1b[2J light")
	o.Settings = settings.Settings{Keys: map[string]string{"F12": "x"}}
	d, _ := begin(t, o, 160, 40)
	want(t, d, `theme is "drak"`, "no key F12 does anything")
	if strings.Contains(d.Raw(), "\x1b[2J") {
		t.Error("what stands in the file reached the terminal")
	}
	d.Press("up")
	if strings.Contains(d.Screen(), "drak") {
		t.Error("it is still said")
	}
}

// TestThemes: the terminal's answer decides where nothing else does.
func TestThemes(t *testing.T) {
	with := func(word string) settings.Settings {
		s, err := settings.Settings{}.With(settings.Theme, word)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	for _, c := range []struct {
		option   styles.Theme
		settings settings.Settings
		want     styles.Theme
	}{
		{"", settings.Settings{}, styles.Light},
		{"", with("high-contrast"), styles.HighContrastLight},
		{"", with("dark"), styles.Dark},
		{"none", with("dark"), styles.None},
		{styles.HighContrast, settings.Settings{}, styles.HighContrastLight},
	} {
		o := options(t, &fakeEngine{})
		o.Theme, o.Settings = c.option, c.settings
		d, m := begin(t, o, 80, 24)
		d.Send(tea.BackgroundColorMsg{Color: white{}})
		if m.styles.Theme != c.want {
			t.Errorf("option %q, settings %q: %s, want %s", c.option, c.settings.Get(settings.Theme), m.styles.Theme, c.want)
		}
	}
}

type white struct{}

func (white) RGBA() (r, g, b, a uint32) { return 0xffff, 0xffff, 0xffff, 0xffff }

// TestFinder: typing finds a lesson, a screen, and what a key does here.
func TestFinder(t *testing.T) {
	for _, c := range []struct{ typed, see string }{
		{"doctor", "layers can be raised here"}, {"settin", "for a projector"}, {"mounts of", "What is a mount?"}, {"leave", ""},
	} {
		o := options(t, &fakeEngine{})
		d, _ := begin(t, o, 120, 40)
		d.Press("/")
		want(t, d, "type to search")
		d.Type(c.typed)
		d.Press("enter")
		d.Wait()
		d.UntilScreen("left or shows "+c.see, func(screen string) bool {
			return c.see == "" && d.Quit() || c.see != "" && strings.Contains(screen, c.see)
		})
	}
	f := finder{all: []found{{label: "a camel", detail: "mounts"}, {label: "amount"}, {label: "of mounts"}, {label: "m o u n"}, {label: "other"}}, typed: "Moun"}
	f.search()
	var order []string
	for _, x := range f.shown {
		order = append(order, x.label)
	}
	if got, want := strings.Join(order, ","), "of mounts,amount,a camel,m o u n"; got != want {
		t.Errorf("found %s, want %s", got, want)
	}
	d, _ := begin(t, options(t, &fakeEngine{}), 60, 14)
	d.Press("/")
	d.Type("zzzz\x07漢")
	want(t, d, "Nothing here is called that.")
	d.Press("enter")
	want(t, d, "Freely")
}

// TestMouse: a click goes to a pane, and the wheel scrolls the one below it.
func TestMouse(t *testing.T) {
	d, m := begin(t, options(t, &fakeEngine{}), 120, 40)
	atRun(d)
	d.Press("3", "enter")
	d.Wait()
	board := m.place(paneBoard)
	d.Send(tea.MouseClickMsg{X: board.x + 2, Y: m.bodyTop() + board.y + 1, Button: tea.MouseLeft})
	if m.focus != paneBoard {
		t.Errorf("the click went to pane %d", m.focus)
	}
	d.Resize(120, 28)
	main := m.place(paneMain)
	for range 30 {
		d.Send(tea.MouseWheelMsg{X: main.x + 2, Y: m.bodyTop() + main.y + 1, Button: tea.MouseWheelDown})
	}
	if m.scrolls[paneMain] == 0 {
		t.Error("the wheel did not scroll")
	}
	fits(t, d, 120, 28)
}

// TestStill: with reduced motion nothing turns.
func TestStill(t *testing.T) {
	s, err := settings.Settings{}.With(settings.Motion, settings.Reduced)
	if err != nil {
		t.Fatal(err)
	}
	o := options(t, &fakeEngine{})
	o.Settings = s
	_, m := begin(t, o, 80, 24)
	if a, b := m.spinner(0), m.spinner(spinTime); a != b {
		t.Errorf("%q becomes %q", a, b)
	}
}
