package experiment

import (
	"context"
	"errors"
	"os"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
)

func TestUnmodified(t *testing.T) {
	for _, c := range []struct {
		stage string
		root  sandbox.RootKind
		want  Outcome
	}{
		{"process", "", Open}, {"root", "", Open}, {"seccomp", "", Open}, {"container", "", Open}, {"container", sandbox.RootTiny, NotApplicable},
	} {
		t.Run(c.stage+string(c.root), func(t *testing.T) {
			r := keptAt(t, "unmodified", c.stage, c.root)
			if r.Outcome != c.want {
				t.Errorf("outcome %s: %s", r.Outcome, r.Reason)
			}
			if c.want == Open {
				observed(t, r, "sh", Open)
				observed(t, r, "uname", Open)
			}
		})
	}
}

// translated changes the output of the host's programs inside.
type translated struct{ Subject }

func (s translated) Start(ctx context.Context, c Command) (Process, error) {
	if c.Program != nil && c.Args[0] == "uname" {
		c.Args = []string{"uname", "-o"}
	}
	return s.Subject.Start(ctx, c)
}

// TestAnotherAnswerIsNoticed: one program that says something else is not all.
func TestAnotherAnswerIsNoticed(t *testing.T) {
	s := open(t, sandbox.Spec{Layers: sandbox.Set(sandbox.Mount)})
	r, err := Run(context.Background(), "unmodified", translated{On(s)}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if r.Outcome != Limited {
		t.Errorf("outcome %s: %s", r.Outcome, r.Reason)
	}
	observed(t, r, "uname", Contained)
}

// TestCaptureIsBounded: who says too much is ended.
func TestCaptureIsBounded(t *testing.T) {
	s := On(open(t, sandbox.Spec{}))
	end, err := capture(t.Context(), s, Command{Args: []string{"cat", "/dev/zero"}})
	if err != nil || len(end.output) != mostOutput+1 || end.code == 0 {
		t.Errorf("%d bytes, status %d, %v", len(end.output), end.code, err)
	}
	if _, err := capture(t.Context(), s, Command{Args: []string{"/no/such/program"}}); !unstartable(err) {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := capture(ctx, s, Command{Args: []string{"cat"}, Stdin: os.Stdin}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
