package sandbox

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

// TestEachLayerAlone raises each layer on what it cannot do without, and on
// nothing else: the boards before and after differ in exactly its rows.
func TestEachLayerAlone(t *testing.T) {
	m := machineWithDisk(t)
	for _, row := range Layers() {
		t.Run(string(row.Name), func(t *testing.T) {
			with, err := NewPlan(Spec{Layers: Set(row.Name)}, m)
			skipUnsupported(t, err)
			without, err := NewPlan(Spec{Layers: with.Layers.Without(row.Name)}, m)
			skipUnsupported(t, err)
			if without.Layers != with.Layers.Without(row.Name) {
				t.Fatalf("without %s there should be %q, the plan has %q", row.Name, with.Layers.Without(row.Name), without.Layers)
			}
			before, after := boardOf(t, without), boardOf(t, with)
			checkRows(t, before, after, Set(row.Name))
		})
	}
}

// TestEachRungOfTheLadder goes up rung by rung: each changes the rows of what
// it adds, and no others.
func TestEachRungOfTheLadder(t *testing.T) {
	m := machineWithDisk(t)
	var below *Plan
	var before facts.Board
	for _, rung := range Ladder() {
		t.Run(rung.Name, func(t *testing.T) {
			p, err := NewPlan(Spec{Layers: rung.Layers, Root: rung.Root, Partial: true}, m)
			skipUnsupported(t, err)
			after := boardOf(t, p)
			if below != nil {
				checkRows(t, before, after, p.Layers&^below.Layers)
			}
			before, below = after, p
			for _, missing := range p.Missing {
				if string(missing.Layer) == rung.Name {
					skipUnsupported(t, missing.Error())
				}
			}
		})
	}
}

// checkRows compares two boards between which layers were raised. What may
// change is written at the rows, not here.
func checkRows(t *testing.T, before, after facts.Board, raised LayerSet) {
	t.Helper()
	belongs := func(of func(Layer) bool) bool { return slices.ContainsFunc(raised.List(), of) }
	for _, row := range after.Rows {
		was, ok := before.Row(row.ID)
		if !ok || row.Word == facts.Unknown || was.Word == facts.Unknown {
			t.Errorf("row %s: before %+v, after %+v", row.ID, was, row)
			continue
		}
		changed := row.Word != was.Word || !row.Varies && row.Inside != was.Inside
		if !changed && belongs(func(l Layer) bool { return row.Layer == string(l) }) {
			t.Errorf("raised %s, and row %q still says %q, %s", raised, row.Label, row.Inside, row.Word)
		}
		if changed && !belongs(func(l Layer) bool { return row.DependsOn(string(l)) }) {
			t.Errorf("raised %s, and row %q went from %q, %s to %q, %s", raised, row.Label, was.Inside, was.Word, row.Inside, row.Word)
		}
	}
	if len(before.Rows) != len(after.Rows) {
		t.Errorf("%d rows before, %d after", len(before.Rows), len(after.Rows))
	}
}

// TestEveryLayerHasARow: a layer that no row of the board shows cannot be seen.
func TestEveryLayerHasARow(t *testing.T) {
	board := facts.Compare(facts.Facts{}, facts.Facts{})
	for _, row := range Layers() {
		if !slices.ContainsFunc(board.Rows, func(r facts.Row) bool { return r.Layer == string(row.Name) }) {
			t.Errorf("no row belongs to the layer %s", row.Name)
		}
	}
	for _, r := range board.Rows {
		for _, word := range append(slices.Clone(r.Also), r.Layer) {
			if _, err := ParseLayer(word); word != "" && err != nil {
				t.Errorf("row %s: %v", r.ID, err)
			}
		}
	}
}

// boardOf raises a plan and reads the board of a command that does nothing.
func boardOf(t *testing.T, p *Plan) facts.Board {
	t.Helper()
	s, err := Start(context.Background(), p, Options{})
	skipUnsupported(t, err)
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	held, err := s.Hold(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	board, err := s.Board(context.Background(), held.PID())
	if err != nil {
		t.Fatal(err)
	}
	return board
}

// skipUnsupported leaves out what this machine or this user cannot have. Any
// other error is a failure.
func skipUnsupported(t *testing.T, err error) {
	t.Helper()
	switch {
	case err == nil:
	case !errors.Is(err, ErrNotSupported):
		t.Fatal(err)
	case os.Geteuid() != 0:
		t.Skip("needs root: " + err.Error())
	default:
		t.Skip(err.Error())
	}
}

// machineWithDisk is this machine. Where the state directory lies on no disk,
// the first there is will do for a limit.
func machineWithDisk(t *testing.T) Machine {
	t.Helper()
	m := machine(t)
	for _, line := range lines("/proc/partitions") {
		f := strings.Fields(line)
		if m.Disk == "" && len(f) == 4 && f[0] != "major" {
			m.Disk = f[0] + ":" + f[1]
		}
	}
	return m
}
