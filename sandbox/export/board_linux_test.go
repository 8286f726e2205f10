package export

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

// TestSameBoard runs each export and compares the board of what runs in it with
// that of the plan's own sandbox: equal, but for rows that the export names.
func TestSameBoard(t *testing.T) {
	m, here := machine(t)
	for _, c := range cases(t, m) {
		t.Run(c.name, func(t *testing.T) {
			p, err := sandbox.NewPlan(c.spec, m)
			if err != nil {
				if m.Admin {
					t.Fatal(err)
				}
				t.Skipf("needs root: %v", err)
			}
			own := ownBoard(t, p)
			for _, peer := range peers {
				t.Run(peer.name, func(t *testing.T) { peer.check(t, p, here, own) })
			}
		})
	}
}

func (q peer) check(t *testing.T, p *sandbox.Plan, here Surroundings, own facts.Board) {
	args := sleeper()
	if e, ok := q.export(t, p, here, args); ok {
		judge(t, own, q.board(t, e, args), e.Consequences)
	}
}

// judge compares two boards row by row.
func judge(t *testing.T, own, other facts.Board, consequences []Consequence) {
	t.Helper()
	for _, row := range own.Rows {
		theirs, ok := other.Row(row.ID)
		excused := slices.ContainsFunc(consequences, func(c Consequence) bool { return slices.Contains(c.Rows, row.ID) })
		if !ok || !alike(row, theirs) && !excused {
			t.Errorf("%s: %s %q here, %s %q there (%s)", row.ID, row.Word, row.Inside, theirs.Word, theirs.Inside, theirs.Note)
		}
	}
	for _, c := range consequences {
		if !c.Conditional && len(c.Rows) > 0 && slices.ContainsFunc(c.Rows, func(id string) bool { return !differs(own, other, id) }) {
			t.Errorf("named, and not so: %v %s", c.Rows, c.Why)
		}
	}
}

// differs tells whether a row shows a difference. What nobody can read from
// outside (landlock) may be different.
func differs(own, other facts.Board, id string) bool {
	a, _ := own.Row(id)
	b, _ := other.Row(id)
	return !alike(a, b) || a.Word == facts.Unknown
}

// alike compares rows: by the word, and by what is shown unless that names an
// instance, such as an inode.
func alike(a, b facts.Row) bool {
	same := a.Inside == b.Inside
	switch {
	case strings.HasPrefix(a.ID, "ns."), slices.Contains([]string{"mounts", "root", "boot", "cgroup"}, a.ID):
		same = true
	case a.ID == "pid":
		same = (a.Inside == "1") == (b.Inside == "1")
	case a.ID == "cgroup_path":
		same = (a.Inside == "/") == (b.Inside == "/")
	}
	return a.Word == b.Word && same
}

// ownBoard is that of a command in the plan's own sandbox, read from outside.
func ownBoard(t *testing.T, p *sandbox.Plan) facts.Board {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	box, process, err := sandbox.Run(ctx, p, sandbox.Options{}, sandbox.Command{Args: sleeper()})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := box.Close(); err != nil {
			t.Error(err)
		}
	}()
	return boardOf(t, process.PID())
}

func boardOf(t *testing.T, pid int) facts.Board {
	t.Helper()
	host, err := facts.Self(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	inside, err := facts.Read(context.Background(), pid)
	if err != nil {
		t.Fatal(err)
	}
	return facts.Compare(host, inside)
}
