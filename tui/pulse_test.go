package tui

import (
	"bytes"
	"context"
	"io"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/tui/tuitest"
)

// counting is a model that shows a letter, the next one when it is told that the
// last was drawn, and ends after ω. No sequence has such letters.
type counting struct{ letter rune }

type drawnMsg struct{ letter rune }

func (counting) Init() tea.Cmd { return nil }

func (c counting) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if seen, ok := msg.(drawnMsg); !ok || seen.letter != c.letter {
		return c, nil
	}
	if c.letter == 'ω' {
		return c, tea.Quit
	}
	return counting{c.letter + 1}, nil
}

func (c counting) View() tea.View { return tea.NewView(string(c.letter)) }

// drawn tells of each letter that is written.
type drawn struct {
	mu   sync.Mutex
	send func(tea.Msg)
}

func (d *drawn) Write(b []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for letter := 'α'; letter <= 'ω'; letter++ {
		if bytes.ContainsRune(b, letter) {
			go d.send(drawnMsg{letter})
		}
	}
	return len(b), nil
}

// TestPulse: this version of Bubble Tea has the ticker that the pulse takes the
// place of, and looks when it is told to.
func TestPulse(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), tuitest.Deadline)
	defer cancel()
	var looks pulse
	out := &drawn{}
	p := tea.NewProgram(paced{counting{'α'}, &looks}, tea.WithContext(ctx), tea.WithInput(nil), tea.WithOutput(out), tea.WithoutSignalHandler(), tea.WithWindowSize(4, 1), tea.WithFPS(1))
	out.send = p.Send
	if looks.take(p); looks.looks == nil {
		t.Fatal("Bubble Tea has its ticker no more: where nothing happens, does it rest by itself now?")
	}
	m, err := p.Run()
	if err != nil {
		t.Fatal(err)
	}
	if got := m.(paced).Model.(counting).letter; got != 'ω' {
		t.Errorf("it ended at %c", got)
	}
	looks.stop()
	looks.beat() // nothing is left to wake
	looks.wake()
}

// TestPulseWithout: a program whose ticker is not found draws as it does.
func TestPulseWithout(t *testing.T) {
	var looks pulse
	p := tea.NewProgram(paced{counting{'ω'}, &looks}, tea.WithInput(nil), tea.WithOutput(io.Discard), tea.WithoutSignalHandler())
	go p.Send(drawnMsg{'ω'})
	if _, err := p.Run(); err != nil {
		t.Error(err)
	}
	looks.stop()
}

// until counts the looks of a time, as Bubble Tea would take them.
func until(looks <-chan time.Time, long time.Duration) (times []time.Duration) {
	begin, end := time.Now(), time.After(long)
	for {
		select {
		case <-looks:
			times = append(times, time.Since(begin))
		case <-end:
			return times
		}
	}
}

// TestLooks: the first screen is looked at at once, and again soon, for it may have
// been handed over only then; where no more comes, that is all. Many screens are
// looked at now and then.
func TestLooks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p pulse
		looks := p.start()
		defer p.stop()
		if times := until(looks, time.Minute); len(times) > 0 {
			t.Fatalf("there was no screen, and it looked after %v", times)
		}
		p.beat()
		want := []time.Duration{0, 5 * awakeTime, 5*awakeTime + time.Second}
		if times := until(looks, time.Minute); !slices.Equal(times, want) {
			t.Errorf("one screen was looked at after %v, not %v", times, want)
		}
		p.beat()
		p.beat()
		want = []time.Duration{0, awakeTime, 6 * awakeTime, 6*awakeTime + time.Second}
		if times := until(looks, time.Minute); !slices.Equal(times, want) {
			t.Errorf("two screens were looked at after %v, not %v", times, want)
		}
	})
}

// TestLooksOfMany: screens that come without end are looked at every awakeTime.
func TestLooksOfMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p pulse
		looks := p.start()
		defer p.stop()
		stop := make(chan struct{})
		go func() {
			for {
				select {
				case <-stop:
					return
				case <-time.After(awakeTime / 5):
					p.beat()
				}
			}
		}()
		times := until(looks, 100*awakeTime)
		close(stop)
		if n := len(times); n < 90 || n > 101 {
			t.Errorf("%d looks in a hundred times awakeTime", n)
		}
	})
}

// TestLookNobodyTakes: Bubble Tea is stopped, and nobody waits for it.
func TestLookNobodyTakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p pulse
		looks := p.start()
		defer p.stop()
		for range 10 {
			p.beat()
			time.Sleep(awakeTime)
		}
		if times := until(looks, time.Minute); len(times) == 0 || times[0] != 0 {
			t.Errorf("what was shown meanwhile is drawn after %v, not at once", times)
		}
	})
}
