//go:build linux

package applet

import (
	"cmp"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// topColumns are what top shows beside the share of a processor.
var topColumns = []string{"pid", "user", "stat", "rss", "nlwp", "time", "args"}

// top shows the busiest processes again and again, until q or Ctrl-C.
func top(c *call) int {
	o, _, ok := c.options("bd:n:")
	if !ok {
		return 1
	}
	every, ok := seconds(o.value('d', "2"))
	rounds, err := strconv.Atoi(o.value('n', "0"))
	if !ok || err != nil || every < 100*time.Millisecond {
		return c.usage()
	}
	keys := make(chan byte)
	if !o.has('b') && term.IsTerminal(int(c.in.Fd())) {
		restore := c.readKeys(keys)
		defer restore()
	}
	interrupt := make(chan os.Signal, 1)
	signal.Notify(interrupt, unix.SIGINT, unix.SIGTERM)
	before := map[int]uint64{}
	for n := 1; ; n++ {
		if err := c.frame(before, every, !o.has('b')); err != nil {
			return c.complain("/proc", err)
		}
		if n == rounds {
			return 0
		}
		select {
		case <-interrupt:
			return 0
		case key := <-keys:
			if key == 'q' || key == 3 {
				return 0
			}
		case <-time.After(every):
		}
	}
}

// readKeys reads single keys from the terminal until the returned function
// puts it back as it was.
func (c *call) readKeys(keys chan<- byte) (restore func()) {
	state, err := term.MakeRaw(int(c.in.Fd()))
	if err != nil {
		return func() {}
	}
	go func() {
		var b [1]byte
		for {
			if n, err := c.in.Read(b[:]); n == 0 || err != nil {
				return
			}
			keys <- b[0]
		}
	}()
	return func() { term.Restore(int(c.in.Fd()), state) }
}

// frame prints one screenful: who used the processors most since the last one.
func (c *call) frame(before map[int]uint64, every time.Duration, screen bool) error {
	list, err := processes("/proc")
	if err != nil {
		return err
	}
	share := map[int]float64{}
	for _, p := range list {
		if ticks, ok := before[p.pid]; ok && p.ticks >= ticks {
			share[p.pid] = float64(p.ticks-ticks) / clockTicks / every.Seconds() * 100
		}
		before[p.pid] = p.ticks
	}
	slices.SortStableFunc(list, func(a, b process) int { return cmp.Compare(share[b.pid], share[a.pid]) })
	columns := []column{{"", "%CPU", false, func(p process) string { return fmt.Sprintf("%.1f", share[p.pid]) }}}
	for _, name := range topColumns {
		column, _ := columnNamed(name)
		columns = append(columns, column)
	}
	width, height, end := 0, len(list)+1, "\n"
	if screen {
		if width, height, err = term.GetSize(int(c.file.Fd())); err != nil {
			width, height = 80, 24
		}
		end = "\r\n"
		c.out.WriteString("\x1b[H\x1b[2J")
	}
	rows := layOut(columns, list)
	for _, row := range rows[:min(len(rows), height-1+boolInt(!screen))] {
		if runes := []rune(row); width > 0 && len(runes) > width {
			row = string(runes[:width])
		}
		c.out.WriteString(strings.TrimRight(row, " ") + end)
	}
	return c.out.Flush()
}
