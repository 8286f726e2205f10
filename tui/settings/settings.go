// Package settings is what a person sets once: colours, signs, mouse, motion
// and keys. It is kept in one small YAML file, tentpole/config.yaml below
// XDG_CONFIG_HOME (XDG Base Directory Specification), that may be written by
// hand:
//
//	format: 1
//	theme: high-contrast
//	keys: {z: m}
//
// What the command line or the environment says goes before it.
//
// Load returns settings that can be used whatever is wrong with the file; its
// errors are sentences for the person who wrote it, an *Error with the file and
// what stands in it. Values are those of [Rows]; there are no others.
package settings

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A Row is a setting: what may be chosen, the default first.
type Row struct {
	Key    string
	Says   string // what it is about, for the screen
	Values []Value
}

// Value is a choice and what it does.
type Value struct{ Word, Says string }

// The keys of rows.
const (
	Theme  = "theme"
	Signs  = "signs"
	Mouse  = "mouse"
	Motion = "motion"
	Tent   = "tent"
)

// Words that more than one place knows.
const (
	Auto    = "auto"
	ASCII   = "ascii"
	On      = "on"
	Reduced = "reduced"
	Words   = "words"
)

var rows = []Row{
	{Theme, "colours", []Value{
		{Auto, "light or dark, as the terminal says; none where NO_COLOR is set"},
		{"light", "for a light background"},
		{"dark", "for a dark background"},
		{"high-contrast", "for a projector, or tired eyes; light or dark, as the terminal says"},
		{"none", "weight and reverse video only"},
	}},
	{Signs, "lines and signs", []Value{
		{Auto, "ASCII where the locale is not UTF-8, and on the Linux console"},
		{ASCII, "ASCII only, everywhere"},
	}},
	{Mouse, "mouse", []Value{
		{"off", "the terminal keeps it: select and copy as everywhere"},
		{On, "a click goes to a pane, the wheel scrolls"},
	}},
	{Motion, "motion", []Value{
		{"full", "what is under way turns"},
		{Reduced, "nothing moves by itself; what is under way is said"},
	}},
	{Tent, "tent", []Value{
		{"drawing", "a drawing that grows with the layers"},
		{Words, "the same in sentences, for a screen reader or a narrow screen"},
	}},
}

// Rows returns all settings but the keys, in the order of the screen.
func Rows() []Row { return slices.Clone(rows) }

// Settings are values by the keys of rows, and keys in place of others. The
// zero value is all defaults.
type Settings struct {
	values map[string]string
	// Keys has for a key of the help the one to press instead of it.
	Keys map[string]string
}

// Get returns what is set; the default when nothing is.
func (s Settings) Get(key string) string {
	if v, ok := s.values[key]; ok {
		return v
	}
	for _, r := range rows {
		if r.Key == key {
			return r.Values[0].Word
		}
	}
	return ""
}

// With returns the settings with one changed, or an error that lists what may
// be chosen.
func (s Settings) With(key, word string) (Settings, error) {
	i := slices.IndexFunc(rows, func(r Row) bool { return r.Key == key })
	if i < 0 {
		return s, fmt.Errorf("there is no setting %q; there are format, %s and keys", key, strings.Join(known(), ", "))
	}
	if !slices.ContainsFunc(rows[i].Values, func(v Value) bool { return v.Word == word }) {
		var words []string
		for _, v := range rows[i].Values {
			words = append(words, v.Word)
		}
		return s, fmt.Errorf("%s is %q; it may be %s", key, word, strings.Join(words, ", "))
	}
	values := maps.Clone(s.values)
	if values == nil {
		values = map[string]string{}
	}
	values[key] = word
	return Settings{values, s.Keys}, nil
}

// Next returns the settings with the value that is n further on in its row,
// around the end.
func (s Settings) Next(key string, n int) Settings {
	for _, r := range rows {
		if r.Key != key {
			continue
		}
		at := slices.IndexFunc(r.Values, func(v Value) bool { return v.Word == s.Get(key) })
		count := len(r.Values)
		s, _ = s.With(key, r.Values[((at+n)%count+count)%count].Word)
	}
	return s
}

func known() []string {
	var out []string
	for _, r := range rows {
		out = append(out, r.Key)
	}
	return out
}
