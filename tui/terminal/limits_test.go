package terminal

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
)

// TestCounts: no sequence does anything more often than there are cells in a
// line or lines on the screen.
func TestCounts(t *testing.T) {
	e := vt.NewEmulator(20, 6)
	heard := map[rune]int{}
	for _, final := range counted {
		e.RegisterCsiHandler(int(final), func(p ansi.Params) bool {
			heard[final], _, _ = p.Param(0, 1)
			return true
		})
	}
	limitCounts(e)
	for _, final := range counted {
		for in, want := range map[string]int{"65535": 20, "21": 20, "20": 20, "3": 3, "": 1} {
			fmt.Fprintf(e, "\x1b[%s%c", in, final)
			if heard[final] != want {
				t.Errorf("CSI %s %c does it %d times, not %d", in, final, heard[final], want)
			}
		}
	}
}

// TestMemory: however much a program writes, little is kept of it.
func TestMemory(t *testing.T) {
	const most = 14 << 20 // bytes; the emulator has 5 MiB, what has left the screen 4
	long := strings.Repeat("x", 1<<20)
	for name, out := range map[string]func(*strings.Builder){
		"links": func(b *strings.Builder) {
			for i := range 16 {
				fmt.Fprintf(b, "\x1b]8;;http://%d/%s\x07x", i, long)
			}
		},
		"lines": func(b *strings.Builder) { b.WriteString(strings.Repeat(strings.Repeat("x", 100)+"\r\n", 20_000)) },
		"colours": func(b *strings.Builder) {
			for i := range 400_000 {
				fmt.Fprintf(b, "\x1b[38;2;%d;%d;%d;48;2;1;2;%dmx", i%256, i/256%256, i/65536, i%200)
			}
		},
		"alternate": func(b *strings.Builder) {
			b.WriteString("\x1b[?1049h" + strings.Repeat(strings.Repeat("x", 100)+"\r\n", 2_000))
		},
	} {
		t.Run(name, func(t *testing.T) {
			before := heap()
			o := newOwner(200, 20)
			go io.Copy(io.Discard, o.e)
			func() {
				var b strings.Builder
				out(&b)
				for o.rest = []byte(b.String()); len(o.rest) > 0; {
					o.feed(o.rest)
				}
				o.draw()
				o.rest = nil
			}()
			if now := heap(); now > before+most {
				t.Errorf("%d MiB are kept", (now-before)>>20)
			}
			o.e.InputPipe().(io.Closer).Close()
		})
	}
}

// TestMarks: a cell keeps a letter and a few marks, however many there were.
func TestMarks(t *testing.T) {
	o := newOwner(200, 20)
	o.feed([]byte("x" + strings.Repeat("\u0301", 5000)))
	if got := text(o.draw()); !strings.HasPrefix(got, "? ") {
		t.Errorf("%.10q is shown", got)
	}
	if kept := o.e.CellAt(0, 0).Content; len(kept) > longestCell {
		t.Errorf("%d bytes are kept of a cell", len(kept))
	}
}

// heap is what is reachable, in bytes.
func heap() int {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}
