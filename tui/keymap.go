package tui

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// meant is the key that a pressed one stands for: by the settings a key may be
// pressed in place of another, and that other one then does nothing.
func (m *Model) meant(pressed string) string {
	for from, to := range m.settings.Keys {
		if to == pressed {
			return from
		}
	}
	if _, moved := m.settings.Keys[pressed]; moved {
		return ""
	}
	return pressed
}

// shows is what to press for a key, as the footer says it.
func (m *Model) shows(key, usual string) string {
	if to, moved := m.settings.Keys[key]; moved {
		return strings.ReplaceAll(to, "+", "-")
	}
	return usual
}

// checkKeys tells of a key in the settings that does nothing anywhere.
func (m *Model) checkKeys() error {
	known := map[string]bool{}
	for _, b := range slices.Concat(bindings, classBindings) {
		for _, k := range b.keys {
			known[k] = true
		}
	}
	for _, s := range shellKeys {
		known[s.key] = true
	}
	for _, from := range slices.Sorted(maps.Keys(m.settings.Keys)) {
		if !known[from] {
			return fmt.Errorf("no key %s does anything; ? lists those that do", from)
		}
	}
	return nil
}
