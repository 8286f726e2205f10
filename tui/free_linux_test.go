package tui

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/tentpole-labs/tentpole/lessons/play"
	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/preset"
)

// skip leaves a test out, unless nothing may be.
func skip(t *testing.T, why ...any) {
	t.Helper()
	if os.Getenv("TENTPOLE_MUST") == "1" {
		t.Fatal(why...)
	}
	t.Skip(why...)
}

// TestRealSandboxes raises two sandboxes of this machine from the screen, works
// in one, shares its network with the other as far as this user may, compares
// them and ends them.
func TestRealSandboxes(t *testing.T) {
	engine := play.NewEngine()
	if _, err := engine.Plan(sandbox.Spec{Layers: sandbox.Set(sandbox.UTS)}); err != nil {
		skip(t, err)
	}
	o := options(t, &fakeEngine{})
	o.Engine, o.StartSandbox = engine, true
	o.Setups = &preset.Store{Dir: t.TempDir()}
	d, m := begin(t, o, 120, 40)
	at(t, d, m, "uts")
	d.Press("space", "down", "down", "space") // and pid
	d.Wait()
	want(t, d, "[x] uts", "[x] pid", "clone(CLONE_NEW")
	given := func(label, text string) { at(t, d, m, label); value(d, "space", text) }
	given("hostname", "playground")
	given("command", "echo I-am-$(uname -n)")
	d.Press("enter")
	d.Wait()
	d.Until("I-am-playground")
	want(t, d, "[A] running", "own")
	d.Press("f2", "c")
	d.Wait()
	want(t, d, "tentpole run --layer", "--hostname playground", "unshare")
	d.Press("q")
	at(t, d, m, "like")
	d.Press("right", "right", "right")
	d.Wait()
	want(t, d, "‹ unshare ›")
	d.Press("enter")
	d.Wait()
	d.Until("tent#")
	if m.free.err != nil || len(m.free.compared()) != 2 {
		t.Fatalf("%d run, %v:\n%s", len(m.free.compared()), m.free.err, d.Screen())
	}
	d.Press("f2", "=")
	d.Wait()
	d.Until("different")
	want(t, d, "uts ns", "pid ns")
	d.Press("q", "x")
	for range 3 {
		d.Press("down") // hostname
	}
	d.Press("a")
	d.Wait()
	for _, b := range m.free.boxes {
		if r := b.tried["hostname"]; r.Outcome != "contained" {
			t.Errorf("hostname on %s: %+v", b.letter, r)
		}
	}
	done := m.free.boxes[0].live.Done()
	d.Press("q", "q", "y")
	d.Wait()
	select {
	case <-done:
	default:
		t.Error("home, and a sandbox still runs")
	}
}

// TestRealFreeze freezes a sandbox that has a limit, reads what it uses, and
// ends it while it is frozen.
func TestRealFreeze(t *testing.T) {
	engine := play.NewEngine()
	if _, err := engine.Plan(sandbox.Spec{Layers: sandbox.Set(sandbox.PIDs)}); err != nil {
		if os.Geteuid() != 0 {
			t.Skip("needs root: ", err)
		}
		skip(t, err)
	}
	o := options(t, &fakeEngine{})
	o.Engine, o.StartSandbox = engine, true
	d, m := begin(t, o, 120, 40)
	at(t, d, m, "pids")
	value(d, "e", "20")
	d.Press("enter")
	d.Wait()
	d.Until("tent#")
	d.Until("of 20")
	d.Press("f2", "f")
	d.Wait()
	want(t, d, "[A] frozen")
	d.Press("f")
	d.Wait()
	want(t, d, "[A] running")
	d.Press("f")
	d.Wait()
	d.Press("K", "y")
	d.Wait()
	want(t, d, "A and everything in it has ended")
}

// measured are signs that take a while and a quiet machine to tell by.
var measured = sandbox.Set(sandbox.CPU, sandbox.IO)

// TestRealSigns: what is said to show that a layer is missing does: a shell in
// a container without it answers otherwise than one in a whole container, and
// where it is a number as the host's own.
func TestRealSigns(t *testing.T) {
	engine := play.NewEngine()
	whole, err := engine.Plan(preset.Container().Spec)
	if err != nil {
		skip(t, err)
	}
	full := scriptIn(t, engine, preset.Container())
	for _, info := range sandbox.Layers() {
		setup, missing, err := leaveOneOut(engine, []sandbox.LayerInfo{info})
		if err != nil || !whole.Layers.Has(info.Name) || measured.Has(info.Name) {
			continue // not to be had here, needed by others, or too long
		}
		t.Run(string(missing), func(t *testing.T) {
			command := "sh -c " + quoteForShell(signs[missing].command)
			with, without := full(t, command), scriptIn(t, engine, setup)(t, command)
			if with == without {
				t.Errorf("$ %s\nwith and without the layer: %s", command, with)
			}
			if link, ok := strings.CutPrefix(signs[missing].command, "readlink "); ok {
				host, err := os.Readlink(link)
				if err != nil || !strings.Contains(without, host) {
					t.Errorf("$ %s\nwithout the layer: %s, on the host: %s, %v", command, without, host, err)
				}
			}
		})
	}
}

func quoteForShell(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// scriptIn starts a sandbox and returns what runs lines in it: what a line
// writes, and whether it went well.
func scriptIn(t *testing.T, engine play.Engine, setup preset.Setup) func(*testing.T, string) string {
	t.Helper()
	p, err := engine.Plan(setup.Spec)
	if err != nil {
		t.Fatal(err)
	}
	s, err := engine.Start(t.Context(), p, func(sandbox.Done) {})
	if play.NotHere(err) {
		skip(t, err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	script, err := s.Script(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { script.Close() })
	return func(t *testing.T, line string) string {
		t.Helper()
		var out bytes.Buffer
		status, err := script.Run(t.Context(), line, &out)
		if err != nil {
			t.Fatal(err)
		}
		if status != 0 {
			out.WriteString("failed")
		}
		return out.String()
	}
}
