package tuitest

import (
	"strings"

	tea "charm.land/bubbletea/v2"
)

// named are the keys that have a name.
var named = map[string]rune{
	"enter": tea.KeyEnter, "tab": tea.KeyTab, "esc": tea.KeyEscape, "space": tea.KeySpace, "backspace": tea.KeyBackspace,
	"up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight,
	"home": tea.KeyHome, "end": tea.KeyEnd, "pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown,
	"f1": tea.KeyF1, "f2": tea.KeyF2, "f3": tea.KeyF3, "f4": tea.KeyF4,
}

// Key is the message of pressing a key, named as Bubble Tea names it.
func Key(name string) tea.KeyPressMsg {
	var k tea.KeyPressMsg
	rest := strings.ToLower(name)
	for prefix, mod := range map[string]tea.KeyMod{"ctrl+": tea.ModCtrl, "alt+": tea.ModAlt, "shift+": tea.ModShift} {
		if strings.Contains(rest, prefix) && len(rest) > len(prefix) {
			rest = strings.Replace(rest, prefix, "", 1)
			k.Mod |= mod
		}
	}
	if code, ok := named[rest]; ok {
		k.Code = code
		if code == tea.KeySpace {
			k.Text = " "
		}
		return k
	}
	if k.Mod == 0 {
		k.Text = name
		rest = name
	}
	k.Code = []rune(rest)[0]
	return k
}
