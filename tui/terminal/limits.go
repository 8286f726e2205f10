package terminal

import (
	"reflect"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
)

// What a program may not do to the emulator: keep it busy, or make it keep more
// than a screen.

// counted are the sequences that do something as often as their first parameter
// says: insert, delete, erase, scroll, tabulate, repeat; ECMA-48, 8.3. More often
// than a line is long or a screen high makes no difference to what is seen, and
// a few bytes could keep the emulator busy for long.
const counted = "@ILMPSTXZb"

func limitCounts(e *vt.Emulator) {
	for _, final := range counted {
		e.RegisterCsiHandler(int(final), func(p ansi.Params) bool {
			if most := max(e.Width(), e.Height()); len(p) > 0 && p[0].Param(1) > most {
				p[0] = ansi.Param(most)
			}
			return false // now the emulator's own
		})
	}
}

// unheard are the commands to the operating system that set what is not shown:
// titles, a directory, the link of a cell. Each may be as long as the program
// likes, and the last one is kept with every cell.
var unheard = []int{0, 1, 2, 7, 8}

func ignoreUnheard(e *vt.Emulator) {
	for _, command := range unheard {
		e.RegisterOscHandler(command, func([]byte) bool { return true })
	}
}

// keepNoAlternateLines has the alternate screen keep no lines above it: nobody
// can look at them, and there would be ten thousand. The emulator has no method
// for it; it has one only for the main screen.
func keepNoAlternateLines(e *vt.Emulator) {
	alternate := reflect.ValueOf(e).Elem().FieldByName("scrs").Index(1)
	(*vt.Scrollback)(alternate.FieldByName("scrollback").UnsafePointer()).SetMaxLines(1)
}
