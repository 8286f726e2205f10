package facts

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"plain /srv/Übersicht 日本":  "plain /srv/Übersicht 日本",
		"\x1b[2Jx":                 `\x1b[2Jx`,
		"a\nb\tc\rd\x00":           `a\x0ab\x09c\x0dd\x00`,
		"del\x7f bs\b":             `del\x7f bs\x08`,
		"only\x7f":                 `only\x7f`,
		"c1 \u009b31m \u0085":      `c1 \x9b31m \x85`,
		"byte \x9b31m":             `byte \x9b31m`,
		"\u202egpj.exe\u202c":      `\u202egpj.exe\u202c`,
		"\u2066\u2067\u2068\u2069": `\u2066\u2067\u2068\u2069`,
		"\u200e\u200f\u061c":       `\u200e\u200f\u061c`,
		"\u2028\u2029\ufeff":       `\u2028\u2029\ufeff`,
		"\U000e0041":               `\U000e0041`,
		"cut \xe2\x80":             `cut \xe2\x80`,
		"real \ufffd":              "real \ufffd",
		`back\slash`:               `back\slash`,
	} {
		if got := Clean(in); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
}

// evil holds one of each kind of thing that must not reach a terminal.
const evil = "\x1b]0;x\a\u009b2J\x7f\u202e\xff"

func hostile() Facts {
	return Facts{
		Comm: evil, Args: []string{evil}, LSM: evil, Hostname: evil,
		Namespaces: map[Namespace]uint64{"uts": 2}, NSPIDs: []int{9, 1}, UIDs: IDs{Real: 1},
		Cgroups: []Cgroup{{Hierarchy: evil, Path: evil, Inside: evil, Dir: evil,
			Limits: map[string]string{"io.max": evil}, Inherited: map[string]string{"pids.max": evil}}},
		Mounts: []Mount{{Device: "0:1", Root: evil, Target: "/" + evil, FSType: evil, Source: "/" + evil,
			Options: evil, FSOptions: evil, Propagation: evil}},
		Root:       Root{Device: "0:1", Path: evil},
		Interfaces: []Interface{{Name: evil, Addresses: []string{evil}}},
		Processes:  []Process{{PID: 9, Comm: evil}},
		Unreadable: map[string]string{"lsm": evil},
	}
}

// acting lists what is left in a text that would act on a terminal.
func acting(text string) string {
	var left []string
	for _, bad := range []string{"\x1b", "\a", "\u009b", "\x7f", "\u202e", "\xff"} {
		if strings.Contains(text, bad) {
			left = append(left, Clean(bad))
		}
	}
	return strings.Join(left, " ")
}

func TestCleanedFacts(t *testing.T) {
	f := hostile()
	b, err := json.Marshal(f.Cleaned())
	if err != nil {
		t.Fatal(err)
	}
	if left := acting(string(b)); left != "" {
		t.Errorf("left in JSON: %s\n%q", left, b)
	}
	// JSON would have replaced or escaped some of it anyway; none may need it.
	if s := string(b); strings.Contains(s, `\u001b`) || strings.Contains(s, `\ufffd`) {
		t.Errorf("a string was not cleaned: %s", s)
	}
	if f.Comm != evil || f.Mounts[0].Root != evil || f.Unreadable["lsm"] != evil || f.Interfaces[0].Addresses[0] != evil {
		t.Error("cleaning changed the original")
	}
}

func TestBoardIsClean(t *testing.T) {
	board := Compare(Facts{}, hostile(), "/"+evil)
	if left := acting(board.Text(0)); left != "" {
		t.Errorf("left in text: %s", left)
	}
	for _, r := range board.Rows {
		if left := acting(r.ID + r.Label + r.Host + r.Inside + r.Note); left != "" {
			t.Errorf("left in row %s: %s", r.ID, left)
		}
	}
}

func FuzzClean(f *testing.F) {
	f.Add("plain")
	f.Add(evil)
	f.Add("\u061c\U000e0041\xe2\x80")
	f.Fuzz(func(t *testing.T, s string) {
		got := Clean(s)
		if !utf8.ValidString(got) || acting(got) != "" || dirty(got) >= 0 {
			t.Fatalf("Clean(%q) = %q", s, got)
		}
		if again := Clean(got); again != got {
			t.Fatalf("cleaning %q twice gives %q", got, again)
		}
	})
}
