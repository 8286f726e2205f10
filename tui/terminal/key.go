package terminal

import (
	"fmt"
	"strings"
	"unicode"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/vt"
)

// modified are the keys that xterm sends as CSI 1 ; MODIFIER LETTER when a
// modifier is held, which the emulator does not know.
var modified = map[rune]byte{
	uv.KeyUp: 'A', uv.KeyDown: 'B', uv.KeyRight: 'C', uv.KeyLeft: 'D',
	uv.KeyHome: 'H', uv.KeyEnd: 'F',
}

// sendKey sends what a key press means to the program. Printable text goes as
// it was typed; only the other keys depend on the emulator's modes.
func sendKey(e *vt.Emulator, k uv.KeyPressEvent) {
	const held = uv.ModShift | uv.ModAlt | uv.ModCtrl
	letter, arrow := modified[k.Code]
	switch {
	case k.Text != "" && k.Mod&(uv.ModCtrl|uv.ModAlt) == 0:
		e.SendText(k.Text)
	case k.Text == "" && k.Mod == uv.ModAlt && k.Code > ' ' && k.Code < 0x7f:
		e.SendText("\x1b" + string(k.Code))
	case arrow && k.Mod&held != 0:
		e.SendText(fmt.Sprintf("\x1b[1;%d%c", 1+modifier(k.Mod), letter))
	default:
		k.Mod &= held // locks are not modifiers here
		e.SendKey(uv.KeyPressEvent{Code: k.Code, Mod: k.Mod})
	}
}

// modifier is xterm's number for the modifiers held, less one.
func modifier(m uv.KeyMod) (n int) {
	for mod, bit := range map[uv.KeyMod]int{uv.ModShift: 1, uv.ModAlt: 2, uv.ModCtrl: 4} {
		if m.Contains(mod) {
			n |= bit
		}
	}
	return n
}

// pasted is text as a program may get it at once: without the characters that
// would do something by themselves, among them the end of a bracketed paste, and
// with the line ends of a typed line.
func pasted(text string) string {
	text = strings.NewReplacer("\r\n", "\r", "\n", "\r").Replace(text)
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\r' && r != '\t' {
			return -1
		}
		return r
	}, text)
}
