package tui

import (
	"strings"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/preset"
)

// TestTrials runs an experiment on one sandbox and on all.
func TestTrials(t *testing.T) {
	d, m := freely(t, &fakeEngine{}, 120, 40)
	for range 2 {
		d.Press("f2", "enter")
		d.Wait()
	}
	d.Press("f2", "x", "enter")
	d.Wait()
	want(t, d, "B: the host finds the very same file")
	wantNot(t, d, "A: the host")
	d.Press("down", "a")
	d.Wait()
	want(t, d, "A: the host finds", "B: the host finds")
	d.Press("q")
	if m.free.side != nil {
		t.Error("q did not go back to the table")
	}
}

// TestRiddle: one pole is missing and nothing on the screen tells which; it is
// named in the end, or given up.
func TestRiddle(t *testing.T) {
	for _, way := range []string{"named", "given up"} {
		t.Run(way, func(t *testing.T) {
			d, m := freely(t, &fakeEngine{}, 120, 40)
			at(t, d, m, "missing pole")
			d.Press("space")
			d.Wait()
			d.Until("tent#")
			d.Press("f2")
			r := m.free.side.(*riddle)
			if !r.box.hidden || r.box.tent.layers() != preset.Container().Spec.Layers.Without(r.missing) {
				t.Fatalf("%s is missing of %s", r.missing, r.box.tent.layers())
			}
			want(t, d, "[?] mount", "? layers")
			wantNot(t, d, "raised")
			wantNot(t, d, "mount ns")
			wantNot(t, d, "4026532290")
			for _, key := range []string{"p", "c", "x", "w", "="} {
				if d.Press(key); m.page != nil || m.free.side != side(r) {
					t.Fatalf("%s tells", key)
				}
			}
			wrong := 0
			if switches()[wrong].Name == r.missing {
				wrong++
			}
			r.cursor = wrong
			d.Press("enter", "enter")
			want(t, d, string(switches()[wrong].Name)+" is there. 1 guess so far.", "[x] "+string(switches()[wrong].Name))
			if way == "named" {
				for switches()[r.cursor].Name != r.missing {
					d.Press("down")
				}
				d.Press("enter")
				want(t, d, "It is "+string(r.missing)+". You named it with 2 guesses.")
			} else {
				d.Press("S", "y")
				want(t, d, "It was "+string(r.missing)+": you gave it up after 1 guess.")
			}
			want(t, d, "inside, this shows it", "17 layers")
			d.Press("enter")
			want(t, d, "begin with")
		})
	}
}

// TestSigns: each layer has a sign by which it can be told.
func TestSigns(t *testing.T) {
	for _, info := range sandbox.Layers() {
		if s := signs[info.Name]; s.command == "" || !strings.HasSuffix(s.tells, ".") {
			t.Errorf("%s has the sign %+v", info.Name, s)
		}
	}
}
