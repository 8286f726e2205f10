package engine

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
)

// asked runs a request of the test's own.
func asked[T any](t *testing.T, e *Engine, f func(context.Context, *connection) (T, error)) T {
	t.Helper()
	ctx := context.Background()
	c, err := e.connect(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer c.release()
	got, err := f(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// containers are tentpole's that the engine has.
func containers(ctx context.Context, c *connection) ([]kept, error) {
	return c.list(ctx, "/containers/json", labelOwner)
}

// TestCloseLeavesNothing: with a subject its container goes.
func TestCloseLeavesNothing(t *testing.T) {
	each(t, func(t *testing.T, e *Engine) {
		s, err := e.Open(context.Background(), sandbox.Spec{})
		if err != nil {
			t.Fatal(err)
		}
		other, err := s.Another(context.Background(), func(*sandbox.Spec) {})
		if err != nil {
			t.Fatal(err)
		}
		if n := len(asked(t, e, containers)); n != 2 {
			t.Errorf("%d containers, want 2", n)
		}
		if err := errors.Join(other.Close(), s.Close(), s.Close()); err != nil {
			t.Fatal(err)
		}
		if left := asked(t, e, containers); len(left) != 0 {
			t.Errorf("left: %+v", left)
		}
	})
}

// TestKilled: a tentpole that is killed leaves no container that runs, and what
// it had not started is removed by the next one.
func TestKilled(t *testing.T) {
	if os.Getenv("TENTPOLE_TEST_VICTIM") != "" {
		victim(t)
	}
	each(t, func(t *testing.T, e *Engine) {
		c := exec.Command("/proc/self/exe", "-test.run", "TestKilled/"+e.Name)
		c.Env = append(os.Environ(), "TENTPOLE_TEST_VICTIM="+e.Name)
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		var running, created string
		if _, err := fmt.Fscanln(out, &running, &created); err != nil {
			t.Error(err)
		}
		c.Process.Kill()
		c.Wait()
		asked(t, e, func(ctx context.Context, c *connection) (any, error) {
			for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
				if f, err := c.inspect(ctx, running); errors.Is(err, fs.ErrNotExist) || err == nil && !f.State.Running {
					return nil, nil
				}
				if time.Now().After(deadline) {
					return nil, errors.New("the container still runs")
				}
			}
		})
		swept := asked(t, e, func(ctx context.Context, c *connection) ([]string, error) { return c.sweep(ctx) })
		if !strings.Contains(strings.Join(swept, " "), created) {
			t.Errorf("swept %v, without %s", swept, created)
		}
		if left := asked(t, e, containers); len(left) != 0 {
			t.Errorf("left: %+v", left)
		}
	})
}

// victim has one container that runs and one that was only made, says which, and
// waits to be killed.
func victim(t *testing.T) {
	e := Docker
	if os.Getenv("TENTPOLE_TEST_VICTIM") == Podman.Name {
		e = Podman
	}
	s := opened(t, e, sandbox.Spec{}).(*subject)
	from, err := s.container.image(context.Background(), sandbox.Spec{})
	if err != nil {
		t.Fatal(err)
	}
	var created struct {
		ID string `json:"Id"`
	}
	err = s.container.do(context.Background(), request{did: "create a container", method: "POST", path: "/containers/create",
		body: body{Image: from.ID, Labels: labels(), Cmd: []string{"sleep", "1"}}}, &created)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println(s.container.id, created.ID)
	select {}
}

// TestSweepLeavesOthers: who lives, and who cannot be judged, keeps its container.
func TestSweepLeavesOthers(t *testing.T) {
	each(t, func(t *testing.T, e *Engine) {
		s := opened(t, e, sandbox.Spec{})
		swept, err := e.Sweep(context.Background())
		if err != nil || len(swept.Containers) != 0 {
			t.Errorf("%+v, %v", swept, err)
		}
		if len(swept.Images) != 0 {
			t.Errorf("the image of a container that runs was removed: %v", swept.Images)
		}
		if err := experimentRuns(s); err != nil {
			t.Error(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if swept, err = e.Sweep(context.Background()); err != nil || len(swept.Images) != 1 {
			t.Errorf("%+v, %v: the image of the tiny root is to be removed", swept, err)
		}
	})
}

func experimentRuns(s experiment.Subject) error {
	_, err := experiment.Run(context.Background(), "hostname", s, experiment.Options{})
	return err
}

// TestCommands: a command that is not there, one that says something, and one
// that is killed.
func TestCommands(t *testing.T) {
	each(t, func(t *testing.T, e *Engine) {
		ctx := context.Background()
		s := opened(t, e, sandbox.Spec{})
		if _, err := s.Start(ctx, experiment.Command{Args: []string{"no-such-program"}}); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("a program that is not there: %v", err)
		}
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		p, err := s.Start(ctx, experiment.Command{Args: []string{"sh", "-c", "echo here; exit 7"}, Stdout: w})
		w.Close()
		if err != nil {
			t.Fatal(err)
		}
		var said string
		fmt.Fscanln(r, &said)
		if status, err := p.Wait(ctx); said != "here" || status.Code != 7 || err != nil {
			t.Errorf("it said %q and ended with %+v, %v", said, status, err)
		}
		p, err = s.Start(ctx, experiment.Command{Args: []string{"sleep", "1000"}})
		if err != nil {
			t.Fatal(err)
		}
		resting, err := s.(experiment.Resting).AtRest()
		if err != nil || len(resting) != 2 || !s.(*subject).container.has(resting[0]) || slices.Contains(resting, p.PID()) {
			t.Errorf("at rest: %v, %v", resting, err)
		}
		if p.PID() == 0 || p.Inside() < 2 {
			t.Errorf("process %d, inside %d", p.PID(), p.Inside())
		}
		if err := p.Signal(9); err != nil {
			t.Error(err)
		}
		if status, err := p.Wait(ctx); status.Signal != 9 || err != nil {
			t.Errorf("it ended with %+v, %v", status, err)
		}
	})
}
