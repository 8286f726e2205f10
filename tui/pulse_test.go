package tui

import (
	"io"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
)

// counting is a model that ends after a few screens.
type counting struct{ left int }

type countMsg struct{}

func count() tea.Msg { return countMsg{} }

func (counting) Init() tea.Cmd { return count }

func (c counting) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if _, ok := msg.(countMsg); !ok {
		return c, nil
	}
	if c.left--; c.left == 0 {
		return c, tea.Quit
	}
	return c, count
}

func (c counting) View() tea.View { return tea.NewView(string(rune('a' + c.left))) }

// TestPulse: this version of Bubble Tea has the ticker that the pulse sets; a
// screen wakes it, and the end of the program stops it.
func TestPulse(t *testing.T) {
	var looks pulse
	var p *tea.Program
	p = tea.NewProgram(paced{counting{20}, &looks, func() { looks.find(p) }},
		tea.WithInput(nil), tea.WithOutput(io.Discard), tea.WithoutSignalHandler())
	m, err := p.Run()
	if err != nil {
		t.Fatal(err)
	}
	if got := m.(paced).Model.(counting).left; got != 0 {
		t.Errorf("it ended %d screens before its end", got)
	}
	if looks.look == nil {
		t.Fatal("Bubble Tea has its ticker no more: where nothing happens, does it rest by itself now?")
	}
	if looks.calm > 0 {
		t.Error("screens came, and it was not awake")
	}
	looks.stop()
	looks.beat() // nothing is left to wake
	looks.rest()
	if looks.look != nil {
		t.Error("stopped, and it still has the ticker")
	}
}

// TestScreenOfAStoppedTicker: Bubble Tea may stop the ticker only after the screen
// was handed over, when it has given the terminal away and taken it back. The screen
// is drawn soon all the same, and then the looks end.
func TestScreenOfAStoppedTicker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var looks pulse
		ticker := time.NewTicker(awakeTime)
		looks.take(ticker)
		looks.beat()
		ticker.Stop()
		begin := time.Now()
		<-ticker.C
		if waited := time.Since(begin); waited > 10*awakeTime {
			t.Errorf("it was drawn after %v", waited)
		}
		time.Sleep(2 * calms[len(calms)-1].after)
		select {
		case <-ticker.C: // the last of the looks, which nobody took
		default:
		}
		select {
		case <-ticker.C:
			t.Error("it looks for screens for ever")
		case <-time.After(time.Minute):
		}
		looks.stop()
	})
}
