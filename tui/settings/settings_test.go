package settings

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestFile: what is set is kept, by the program and by hand, and what is wrong
// with a file is said while the rest of it counts.
func TestFile(t *testing.T) {
	for _, c := range []struct {
		name, text string
		theme      string
		key        string // what is pressed in place of z
		says       string // of the error; empty for none
	}{
		{"empty", "", Auto, "", ""},
		{"by hand", "format: 1\ntheme: high-contrast\nkeys: {z: m}\n", "high-contrast", "m", ""},
		{"on is a word", "mouse: on\n", Auto, "", ""},
		{"misspelt value", "theme: drak\nkeys: {z: m}\n", Auto, "m", `theme is "drak"; it may be auto, light, dark, high-contrast, none`},
		{"misspelt key", "thema: dark\ntheme: dark\n", "dark", "", `there is no setting "thema"`},
		{"another format", "format: 2\n", Auto, "", "reads format 1"},
		{"no YAML", "theme: [", Auto, "", "config.yaml"},
		{"no table", "- a\n- b\n", Auto, "", "config.yaml"},
		{"keys are no table", "keys: z\n", Auto, "", "keys is no table"},
		{"one key twice", "keys: {z: m, b: m}\n", Auto, "", "both b and z on m"},
		{"large", "# " + strings.Repeat("x", maxFile), Auto, "", "larger than 64 KiB"},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "config.yaml")
			if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			s, err := Load(file)
			if err == nil != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
				t.Errorf("the error is %v, want %q", err, c.says)
			}
			if s.Get(Theme) != c.theme || s.Keys["z"] != c.key {
				t.Errorf("theme %s and key %q, want %s and %q", s.Get(Theme), s.Keys["z"], c.theme, c.key)
			}
			again := filepath.Join(t.TempDir(), "new", "config.yaml")
			if err := s.Save(again); err != nil {
				t.Fatal(err)
			}
			back, err := Load(again)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range Rows() {
				if back.Get(r.Key) != s.Get(r.Key) {
					t.Errorf("%s: %s was saved, %s read", r.Key, s.Get(r.Key), back.Get(r.Key))
				}
			}
			if back.Keys["z"] != s.Keys["z"] {
				t.Errorf("keys: %v was saved, %v read", s.Keys, back.Keys)
			}
		})
	}
	if s, err := Load(filepath.Join(t.TempDir(), "none.yaml")); err != nil || s.Get(Mouse) != "off" {
		t.Errorf("without a file: mouse %s, %v", s.Get(Mouse), err)
	}
}

// TestNext goes around each row in both directions.
func TestNext(t *testing.T) {
	for _, r := range Rows() {
		for _, n := range []int{1, -1} {
			var s Settings
			seen := map[string]bool{}
			for range r.Values {
				s = s.Next(r.Key, n)
				seen[s.Get(r.Key)] = true
			}
			if len(seen) != len(r.Values) || s.Get(r.Key) != r.Values[0].Word {
				t.Errorf("%s by %d: %v, ends at %s", r.Key, n, seen, s.Get(r.Key))
			}
		}
	}
}
