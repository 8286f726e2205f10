package experiment

import (
	"slices"
	"strings"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
)

func TestLeaks(t *testing.T) {
	plain := trialAt(t, "leaks")
	wantOutcome(t, plain, Open, "release", Open)
	container := trialAtContainer(t, "leaks")
	wantOutcome(t, container, Limited, "release", Open)
	if p, c := measured(t, plain, "leaks"), measured(t, container, "leaks"); c >= p || c < p/2 {
		t.Errorf("%v signs in a container, %v in a plain process", c, p)
	}
}

// TestEachLayerCloses: a layer keeps from the inside what is its own.
func TestEachLayerCloses(t *testing.T) {
	for id, layers := range map[string][]sandbox.Layer{
		"boottime":   {sandbox.Time},
		"interfaces": {sandbox.Mount, sandbox.PID, sandbox.Net},
		"interrupts": {sandbox.Mount, sandbox.PID, sandbox.Masks},
		"dev":        {sandbox.Mount, sandbox.Root},
	} {
		r := trialAt(t, "leaks", layers...)
		if o, _ := r.Observed(id); o.Outcome != Contained {
			t.Errorf("%v: %s is %s, inside %q, host %q", layers, id, o.Outcome, o.Inside, o.Host)
		}
	}
}

func TestLeakOutcome(t *testing.T) {
	number, text := leakSign{grows: true}, leakSign{}
	for _, tt := range []struct {
		name              string
		sign              leakSign
		text, first, last string
		unseen            bool
		want              Outcome
	}{
		{"the same", text, "a", "a", "a", false, Open},
		{"another", text, "b", "a", "a", false, Contained},
		{"not told", text, "", "a", "a", true, Contained},
		{"the host's of later", text, "b", "a", "b", false, Open},
		{"the host's has changed meanwhile", text, "b", "a", "c", false, NotApplicable},
		{"between", number, "10.5", "10", "11", false, Open},
		{"before", number, "9", "10", "11", false, Contained},
		{"after", number, "12", "10", "11", false, Contained},
		{"the host's has shrunk", number, "12", "11", "10", false, NotApplicable},
		{"no number", number, "x", "10", "11", false, Contained},
	} {
		if got := tt.sign.outcome(tt.text, !tt.unseen, tt.first, tt.last); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestNamedPaths(t *testing.T) {
	table := strings.Join([]string{
		"21 1 254:0 / / rw - ext4 /dev/vda rw",
		"22 21 0:5 /sys /proc/sys ro - proc proc rw",
		"23 21 254:0 /srv/data /data rw shared:1 - ext4 /dev/vda rw",
		"24 21 0:30 / /x rw - overlay overlay rw,lowerdir=/a:/b,upperdir=/u,workdir=/w",
		"25 21 0:31 / /y",
		"no line",
	}, "\n")
	if got := namedPaths(table); !slices.Equal(got, []string{"/a", "/b", "/srv/data", "/u", "/w"}) {
		t.Errorf("named: %q", got)
	}
}

func TestParts(t *testing.T) {
	table := "lo: 5 1 2\neth0:7 1 2\n"
	for _, tt := range []struct {
		name, got, want string
	}{
		{"a column of numbers", sumOf(1, "")(table), "12"},
		{"one line's", sumOf(1, "eth0")(table), "7"},
		{"nobody's", sumOf(1, "wlan0")(table), ""},
		{"names", beforeColons(table), "lo eth0"},
		{"lines", linesOf("b")("a 1\nb  2\nb 2\n"), "b 2"},
		{"last words", lastWords("1: 0 0 timer\n2: 0 0 disk\n"), "timer disk"},
		{"a column", columnOf(1)("x 2\ny 1\nz\n"), "1 2"},
		{"first words", firstWords(2)("0.1 0.2 0.3"), "0.1 0.2"},
		{"none", firstWords(2)(""), ""},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, tt.got, tt.want)
		}
	}
}
