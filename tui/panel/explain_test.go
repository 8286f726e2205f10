package panel

import (
	"strings"
	"syscall"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

// asked is an operation of somebody else's.
type asked string

func (a asked) String() string { return string(a) }
func (asked) Command() string  { return "mount proc" }
func (asked) Acts() []string   { return nil }

func has(t *testing.T, lines []string, texts ...string) {
	t.Helper()
	all := ansi.Strip(strings.Join(lines, "\n"))
	for _, text := range texts {
		if !strings.Contains(all, text) {
			t.Errorf("it does not say %q:\n%s", text, all)
		}
	}
}

// TestCallRefused: what the kernel refused is told with what one can do, once.
func TestCallRefused(t *testing.T) {
	d := sandbox.Done{Operation: asked("mount(proc on /proc\u202e)"), Layer: sandbox.PID, Microseconds: 12,
		Err: &sandbox.Error{Op: "mount proc on", Target: "/proc", Err: syscall.EPERM, Remedy: "run tentpole outside of it"}}
	lines := Call(plain, d, "a /proc of its own", 60)
	has(t, lines, "mount(proc on /proc", "pid: its own process numbers", "a /proc of its own", "12 µs",
		"refused          mount proc on /proc: operation not", "what you can do  run tentpole outside", "$ mount proc", "man 7 pid_namespaces")
	all := strings.Join(lines, "\n")
	if strings.Count(all, "outside of it") != 1 || strings.Contains(all, "\u202e") {
		t.Errorf("said twice, or not clean:\n%q", all)
	}
}

// TestCallsOfPlan: every operation of a plan has a page of its own that fits, and
// Calls says where it begins in the transcript.
func TestCallsOfPlan(t *testing.T) {
	plan, err := sandbox.NewPlan(sandbox.Spec{Layers: sandbox.Set(sandbox.Mount, sandbox.UTS, sandbox.PID), Hostname: "tent"}, sandbox.Machine{})
	if err != nil {
		t.Fatal(err)
	}
	var transcript []sandbox.Done
	for _, s := range plan.Steps {
		d := sandbox.Done{Operation: s.Operation, Layer: s.Layer}
		transcript = append(transcript, d)
		for _, width := range []int{30, 60} {
			for _, line := range Call(plain, d, s.Why, width) {
				if ansi.StringWidth(line) > width {
					t.Errorf("wider than %d: %q", width, line)
				}
			}
		}
		e, ok := sandbox.Explain(s.Operation)
		if !ok {
			t.Errorf("%s is not explained", s.Operation)
		}
		has(t, Call(plain, d, s.Why, 500), e.What, s.Why)
	}
	lines := Kernel(plain, transcript, nil, 40)
	for i, at := range Calls(plain, transcript, 40) {
		word, _, _ := strings.Cut(transcript[i].Operation.String(), "(")
		if !strings.HasPrefix(ansi.Strip(lines[at]), word) {
			t.Errorf("line %d is %q, not %s", at, lines[at], word)
		}
	}
}

// TestAbout: a row of the board is told with what its word means and the layer.
func TestAbout(t *testing.T) {
	r := facts.Row{ID: "ns.mount", Label: "mount ns", Host: "1", Inside: "2", Word: facts.Own, Layer: "mount", Also: []string{"root"}}
	has(t, About(plain, r, 70), "holds the table of mounts", "another one, only for the inside", "changed by  mount: its own table of mounts", "and by      root", "man 7 mount_namespaces")
	for _, word := range []string{facts.Shared, facts.Own, facts.Limited, facts.Mapped, facts.Fewer, facts.None, facts.Unknown} {
		if standings[word] == "" {
			t.Errorf("nothing is said of %q", word)
		}
	}
}

// TestTentInWords: every layer that is raised is named once, others are not.
func TestTentInWords(t *testing.T) {
	var every sandbox.LayerSet
	for _, row := range sandbox.Layers() {
		every = every.With(row.Name)
		all := strings.NewReplacer(",", " ", ".", " ").Replace(ansi.Strip(strings.Join(TentInWords(plain, sandbox.Set(row.Name), 500), " ")))
		if n := strings.Count(" "+all+" ", ": "+string(row.Name)+" "); n != 1 {
			t.Errorf("%s is named %d times: %s", row.Name, n, all)
		}
	}
	for width := 10; width < 80; width++ {
		for _, line := range TentInWords(plain, every, width) {
			if ansi.StringWidth(line) > width {
				t.Errorf("wider than %d: %q", width, line)
			}
		}
	}
}
