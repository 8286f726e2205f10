package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
	"github.com/tentpole-labs/tentpole/sandbox/internal/fork"
	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
)

// like is what a command can tell of how it was started.
const like = `grep -E 'Uid|Gid|Groups|Sig|Shd|Cap|NoNewPrivs|Seccomp' /proc/self/status | grep -v SigQ
ls /proc/self/fd; cat /proc/self/cgroup /proc/self/timens_offsets; ls -l /proc/self/ns | sed 's/.*-> //'
ulimit -a; umask; pwd; env | sort; hostname; cat /proc/self/oom_score_adj; id`

// TestFirstIsLikeOthers: a command that the raiser becomes, or starts, finds all as
// one that the init starts.
func TestFirstIsLikeOthers(t *testing.T) {
	m := machine(t)
	everything := all()
	everything.Root, everything.Hostname = RootOverlay, "tent"
	for name, spec := range map[string]Spec{
		"everything": everything, "pid": {Layers: Set(PID)}, "limits": {Layers: Set(PID, Memory, PIDs)}, "cgroup": {Layers: Set(PID, Memory, Cgroup)},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := NewPlan(spec, m)
			skipUnsupported(t, err)
			said, w := reader(t)
			s, err := raise(t.Context(), p, Options{}, &Command{Args: []string{"sh", "-c", like}, Stdout: w})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			w.Close()
			if err := s.await(t.Context(), s.process); err != nil {
				t.Fatal(err)
			}
			if status, err := s.process.Wait(t.Context()); err != nil || status.Code != 0 {
				t.Errorf("the first ended with %+v, %v", status, err)
			}
			first := <-said
			if later, _ := output(t, s.Sandbox, "sh", "-c", like); later != first || first == "" {
				t.Errorf("the first says\n%s\nanother\n%s", first, later)
			}
		})
	}
}

// reader collects what is written to w until everybody has closed it.
func reader(t *testing.T) (said chan string, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	said = make(chan string, 1)
	go func() {
		defer r.Close()
		b, _ := io.ReadAll(r)
		said <- string(bytes.ToValidUTF8(b, nil))
	}()
	return said, w
}

// TestScripted: what can be done beside the init is done there; for the rest the
// init is asked.
func TestScripted(t *testing.T) {
	m := machine(t)
	size := &Size{Rows: 24, Cols: 80}
	for _, c := range []struct {
		spec           Spec
		first          Command
		scripted, does bool
	}{
		{Spec{Layers: Set(PID)}, Command{Args: []string{"true"}}, true, true},
		{Spec{Layers: Set(PID)}, Command{Args: []string{"true"}, Terminal: size}, true, false},
		{Spec{Layers: Set(PID)}, Command{Args: []string{"/there/is/none"}}, true, false},
		{Spec{Layers: Set(Mount)}, Command{Args: []string{"true"}}, false, false},
		{Spec{Layers: Set(PID, Memory), Limits: cgroup.Limits{Memory: 2 << 20}}, Command{Args: []string{"true"}}, false, false},
	} {
		t.Run(fmt.Sprint(c.spec.Layers, c.first.Args, c.first.Terminal != nil), func(t *testing.T) {
			p, err := NewPlan(c.spec, m)
			skipUnsupported(t, err)
			s, err := raise(t.Context(), p, Options{}, &c.first)
			if err != nil {
				t.Fatal(err)
			}
			if fork.Besides && ((s.script != nil) != c.scripted || (s.script != nil && s.script.begun) != c.does) {
				t.Errorf("script %+v", s.script)
			}
			s.Close()
		})
	}
}

// TestInitFirst: whoever raises a sandbox waits for the init's program before the
// root changes, or before anything else where it does not.
func TestInitFirst(t *testing.T) {
	m := machine(t)
	for _, root := range []RootKind{RootHost, RootOverlay} {
		p, err := NewPlan(Spec{Layers: Set(PID, Mount), Root: root}, m)
		skipUnsupported(t, err)
		s, err := raise(t.Context(), p, Options{}, &Command{Args: []string{"true"}})
		if err != nil {
			t.Fatal(err)
		}
		s.Close()
		if s.script == nil { // on another processor
			continue
		}
		wait := s.script.awaited
		if wait.to-wait.from < 2 {
			t.Errorf("%v: it waits by %d calls", root, wait.to-wait.from)
		}
		for i, o := range s.child {
			_, pivots := o.(op.PivotRoot)
			if own(o) || aside(o) || root != RootHost && !pivots {
				continue
			}
			if wait.to > s.script.turns[i].from {
				t.Errorf("%v: it waits behind %v", root, o)
			}
		}
	}
}

// TestHostsNamespace: who finds itself in a namespace of the host's, as a test does,
// goes no further.
func TestHostsNamespace(t *testing.T) {
	p, err := NewPlan(Spec{Layers: Set(PID, IPC)}, machine(t))
	skipUnsupported(t, err)
	guards := (&starting{Sandbox: &Sandbox{plan: p}}).guards()
	var refused *fork.Error
	if err := fork.Make(guards); !errors.As(err, &refused) || refused.Err != unix.EPERM {
		t.Errorf("%d calls: %v", len(guards), err)
	}
}

// TestGivenUp: a start that is given up while the first process plays its script
// comes to its end, and leaves nothing.
func TestGivenUp(t *testing.T) {
	m := machine(t)
	before := lookAround()
	for i := range 50 {
		p, err := NewPlan(Spec{Layers: Set(PID, UTS, IPC), Root: RootOverlay}, m)
		skipUnsupported(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i)*100*time.Microsecond)
		if s, err := raise(ctx, p, Options{}, &Command{Args: []string{"true"}}); err == nil {
			s.Close()
		}
		cancel()
	}
	if left := settle(before); left != "" {
		t.Errorf("left behind:\n%s", left)
	}
}
