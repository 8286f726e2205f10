package tuitest

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
)

// hog is a model that uses up processor time in Update.
type hog struct{}

func (hog) Init() tea.Cmd  { return nil }
func (hog) View() tea.View { return tea.View{} }
func (h hog) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if _, key := msg.(tea.KeyPressMsg); key {
		for end := threadTime() + TooSlow + TooSlow/10; threadTime() < end; {
		}
	}
	return h, nil
}

// failing takes note of what would have failed the test.
type failing struct {
	testing.TB
	said string
}

func (f *failing) Errorf(format string, _ ...any) { f.said += format }

// TestSlowUpdateFails: a test fails when an Update uses up too much.
func TestSlowUpdateFails(t *testing.T) {
	f := &failing{TB: t}
	d := New(f, hog{}, 80, 24)
	if f.said != "" {
		t.Fatalf("it failed before anything was slow: %s", f.said)
	}
	d.Press("x")
	if !strings.Contains(f.said, "processor time") || d.Longest() <= TooSlow {
		t.Errorf("said %q, the longest took %s", f.said, d.Longest())
	}
}
