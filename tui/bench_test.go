package tui

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/lessons/play"
	"github.com/tentpole-labs/tentpole/tui/tuitest"
)

// yes is a shell that prints y without end, and echoes nothing.
type yes struct{ ended atomic.Bool }

func (*yes) Write(b []byte) (int, error) { return len(b), nil }
func (*yes) Resize(int, int) error       { return nil }
func (y *yes) Close() error              { y.ended.Store(true); return nil }

func (y *yes) Read(b []byte) (int, error) {
	if y.ended.Load() {
		return 0, context.Canceled
	}
	return copy(b, strings.Repeat("y\r\n", len(b)/3)), nil
}

// BenchmarkKey is what a learner waits for at 200x60 while both shells print
// yes: from a key to the screen that has what it did, at the 99th of 100 parts.
// It reports the longest Update, and how often a second shells changed the
// screen.
func BenchmarkKey(b *testing.B) {
	e := &fakeEngine{}
	o := options(b, e)
	o.HostShell = func(context.Context, int, int) (play.Shell, error) { return &yes{}, nil }
	d, _ := begin(b, o, 200, 60)
	atTask(d)
	d.Until("│y ")
	go flood(e.newest.shell)
	d.Until("││y ")
	d.Press("f2")

	keys, pressed, done := make(chan tea.Msg), make(chan time.Time, 1), make(chan struct{})
	defer close(done)
	go press(keys, pressed, done, "tab", "down", "shift+tab", "z", "z")
	var waits []time.Duration
	frames, begin := 0, time.Now()
	for b.Loop() {
		for before := len(waits); len(waits) == before; {
			msg := d.Next(keys)
			d.Send(msg)
			_ = d.Raw()
			switch msg.(type) {
			case framesMsg:
				frames++
			case tea.KeyPressMsg:
				waits = append(waits, time.Since(<-pressed))
			}
		}
	}
	slices.Sort(waits)
	b.ReportMetric(float64(waits[len(waits)*99/100].Microseconds()), "p99-µs")
	b.ReportMetric(float64(d.Longest().Microseconds()), "longest-Update-µs")
	b.ReportMetric(float64(frames)/time.Since(begin).Seconds(), "frames/s")
}

// BenchmarkUpdate is what keys and sizes cost on the screen of a lesson with a
// sandbox, and the most that one of them took: the goal is 2 ms.
func BenchmarkUpdate(b *testing.B) {
	for _, size := range sizes {
		b.Run(fmt.Sprintf("%dx%d", size.width, size.height), func(b *testing.B) {
			d, _ := begin(b, options(b, &fakeEngine{}), size.width, size.height)
			atTask(d)
			d.Press("f2")
			messages := []tea.Msg{
				tuitest.Key("tab"), tuitest.Key("down"), tuitest.Key(">"), tuitest.Key("z"), tuitest.Key("?"), tuitest.Key("esc"),
				tea.WindowSizeMsg{Width: size.width - 1, Height: size.height}, tuitest.Key("z"), tuitest.Key("<"), tuitest.Key("w"),
				tea.WindowSizeMsg{Width: size.width, Height: size.height}, tuitest.Key("up"), tuitest.Key("/"), tuitest.Key("esc"), tuitest.Key("w"),
			}
			for i := 0; b.Loop(); i++ {
				d.Send(messages[i%len(messages)])
				d.Drain()
			}
			b.ReportMetric(float64(d.Longest().Microseconds()), "longest-Update-µs")
		})
	}
}

// press presses keys, at times that have nothing to do with those of frames.
func press(keys chan<- tea.Msg, pressed chan<- time.Time, done <-chan struct{}, names ...string) {
	for i := 0; ; i++ {
		select {
		case <-time.After(time.Duration(3+i%11) * time.Millisecond):
		case <-done:
			return
		}
		pressed <- time.Now()
		select {
		case keys <- tuitest.Key(names[i%len(names)]):
		case <-done:
			return
		}
	}
}

func flood(s *fakeShell) {
	for {
		if _, err := s.out.Write([]byte(strings.Repeat("y\r\n", 1000))); err != nil {
			return
		}
	}
}

// BenchmarkView is what a screen costs with both shells full of text.
func BenchmarkView(b *testing.B) {
	for _, size := range sizes {
		b.Run(fmt.Sprintf("%dx%d", size.width, size.height), func(b *testing.B) {
			e := &fakeEngine{say: strings.Repeat("\x1b[32mtext\x1b[m and more of it ", 600)}
			d, _ := begin(b, options(b, e), size.width, size.height)
			atTask(d)
			for b.Loop() {
				_ = d.Raw()
			}
		})
	}
}
