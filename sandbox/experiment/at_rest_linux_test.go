package experiment

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"slices"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
)

func TestDescendants(t *testing.T) {
	c := exec.Command("sh", "-c", "sleep 1000 & echo $!; wait")
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 16)
	n, err := out.Read(b)
	if err != nil {
		t.Fatal(err)
	}
	child := int(numberAfter("pid "+string(b[:n]), "pid "))
	defer c.Wait()
	defer c.Process.Kill()
	defer func() {
		p, _ := os.FindProcess(child)
		p.Kill()
	}()
	all := Descendants(os.Getpid())
	if !slices.Contains(all, c.Process.Pid) || !slices.Contains(all, child) || slices.Contains(all, os.Getpid()) {
		t.Errorf("%d and %d are not among %v", c.Process.Pid, child, all)
	}
	if got := WithParent(child); !slices.Equal(got, []int{child, c.Process.Pid}) {
		t.Errorf("%v", got)
	}
	if got := Descendants(child); len(got) > 0 {
		t.Errorf("%d has none, and not %v", child, got)
	}
}

// stayed is a subject that is at rest without a command, or says why it is not known.
type stayed struct {
	Subject
	processes []int
	err       error
}

func (s stayed) AtRest() ([]int, error) { return s.processes, s.err }

// TestPricesAtRest: the processes are those that the subject names; where it
// knows of none, the rest has its price all the same.
func TestPricesAtRest(t *testing.T) {
	for name, s := range map[string]stayed{
		"named": {Subject: Bare(), processes: []int{os.Getpid()}},
		"none":  {Subject: Bare(), err: &CannotError{"it is elsewhere\x1b[2J"}},
	} {
		t.Run(name, func(t *testing.T) {
			list, err := Prices(context.Background(), func(context.Context) (Subject, error) { return s, nil })
			if err != nil || len(list) != len(Measures()) {
				t.Fatalf("%v, %v", list, err)
			}
			for i, m := range Measures() {
				p := list[i]
				resting := m.ID == "memory" || m.ID == "idle-cpu"
				if p.Measure != m.ID || m.ID != "file" && (p.Reason != "") != (resting && s.err != nil) {
					t.Errorf("%s: %+v", m.ID, p)
				}
				if resting && s.err != nil && p.Reason != `it is elsewhere\x1b[2J` {
					t.Errorf("%q", p.Reason)
				}
			}
		})
	}
	refused := &sandbox.Error{Op: "open", Err: sandbox.ErrNotSupported}
	if _, err := Prices(context.Background(), func(context.Context) (Subject, error) { return nil, refused }); !errors.Is(err, refused) {
		t.Error(err)
	}
}

func TestBare(t *testing.T) {
	if _, err := Bare().Start(context.Background(), Command{Args: []string{"true"}}); !errors.Is(err, sandbox.ErrNotSupported) {
		t.Errorf("a program that is looked up: %v", err)
	}
	talk, err := Begin(context.Background(), Bare(), "rest", nil)
	if err != nil {
		t.Fatal(err)
	}
	var there bool
	if err := talk.Hear(context.Background(), &there); err != nil || !there {
		t.Error(err)
	}
	if parent := parentOf(talk.Process.PID()); parent != os.Getpid() {
		t.Errorf("a child of %d", parent)
	}
	if err := talk.Process.Signal(9); err != nil {
		t.Error(err)
	}
	if s, err := talk.Process.Wait(context.Background()); err != nil || s.Signal != 9 {
		t.Errorf("%+v, %v", s, err)
	}
	if err := talk.Close(); err != nil {
		t.Error(err)
	}
}

func TestFarApart(t *testing.T) {
	for _, c := range []struct {
		base, whole []float64
		want        bool
	}{
		{[]float64{1}, []float64{1000}, false},
		{[]float64{1, 2}, []float64{1000, 900}, true},
		{[]float64{1, 2}, []float64{1000, 9}, false},
	} {
		if got := farApart(c.base, c.whole); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}
