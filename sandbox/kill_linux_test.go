package sandbox

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
)

type cloneOperation = op.Clone

// stubborn forks twice, leaves its session, ignores what can be ignored, and
// stays. $0 carries the mark by which the test finds it.
const stubborn = `trap '' HUP TERM INT QUIT; (env -i setsid sleep 1001 &); (setsid sh -c 'trap "" HUP TERM INT QUIT; (sleep 1000; :) & sleep 1000; :' "$0" &) & (sleep 1000; :) & while :; do sleep 1000; done`

// play is what the test binary does when it is started as somebody to kill.
func play(role string) int {
	layers, err := ParseLayers(os.Getenv("TENTPOLE_TEST_LAYERS"))
	if err != nil {
		return 3
	}
	fmt.Println("begin")
	s, err := Open(context.Background(), Spec{Layers: layers}, Options{})
	if err != nil {
		fmt.Println("failed", err)
		return 4
	}
	if _, err = s.Start(context.Background(), Command{Args: []string{"sh", "-c", stubborn, os.Getenv("TENTPOLE_TEST_MARK")}}); err != nil {
		fmt.Println("failed", err)
		return 5
	}
	fmt.Println("up")
	if role == "once" {
		s.Close()
		return 0
	}
	select {}
}

// victim is a tentpole about to be killed.
type victim struct {
	cmd *exec.Cmd
	out *bufio.Reader
}

func startVictim(t *testing.T, state string, layers LayerSet, role, mark string) *victim {
	t.Helper()
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), "TENTPOLE_TEST_ROLE="+role, "TENTPOLE_TEST_LAYERS="+layers.String(), "TENTPOLE_TEST_MARK="+mark,
		"XDG_STATE_HOME="+state, "SUDO_UID=")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return &victim{cmd, bufio.NewReader(out)}
}

func (v *victim) say(t *testing.T, want string) {
	t.Helper()
	line, err := v.out.ReadString('\n')
	if err != nil || strings.TrimSpace(line) != want {
		rest, _ := io.ReadAll(v.out)
		t.Fatalf("victim said %q %s (%v), want %q", line, rest, err, want)
	}
}

// moments is how many kills a test makes; more with TENTPOLE_KILLS.
func moments(t *testing.T) int {
	n := 400
	if v := os.Getenv("TENTPOLE_KILLS"); v != "" {
		fmt.Sscan(v, &n)
	}
	if testing.Short() {
		n = 20
	}
	return n
}

// TestKilledOwner kills tentpole with SIGKILL at many moments, half of them
// during a start and half at rest, and looks for what is left: no process
// after half a second, nothing at all after the next start.
func TestKilledOwner(t *testing.T) {
	m := machine(t)
	home := t.TempDir()
	if err := os.Chmod(home, 0o711); err != nil {
		t.Fatal(err)
	}
	state := home + "/tentpole"
	before := lookAround()
	start := measureStart(t, home)
	t.Logf("a start takes about %v", start)
	sets := []LayerSet{Set(Mount, PID), Set(Mount), Set(Mount, PID, Root, UTS), 0}
	for i := range moments(t) {
		set := sets[i%len(sets)]
		mark := fmt.Sprintf("%s-%d", testMark, i)
		v := startVictim(t, home, set, "stay", mark)
		v.say(t, "begin")
		if i%8 < 4 {
			time.Sleep(rand.N(start))
		} else {
			v.say(t, "up")
			time.Sleep(rand.N(3 * time.Millisecond))
		}
		v.cmd.Process.Kill()
		v.cmd.Wait()
		if left := goneWithin(mark, before.processes, 500*time.Millisecond); left != nil {
			t.Fatalf("kill %d (%s): left after half a second: %v", i, set, left)
		}
	}
	// The next start removes everything else.
	v := startVictim(t, home, 0, "once", testMark+"-last")
	v.say(t, "begin")
	v.say(t, "up")
	if err := v.cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	entries, _ := os.ReadDir(state + "/sandboxes")
	for _, e := range entries {
		if e.Name() != ".lock" {
			t.Errorf("left in the state directory: %s", e.Name())
		}
	}
	if left := settle(before); left != "" {
		t.Errorf("left behind:\n%s", left)
	}
	_ = m
}

// measureStart is how long a victim takes from its first word to its last.
func measureStart(t *testing.T, home string) time.Duration {
	v := startVictim(t, home, Set(Mount, PID, Root), "once", testMark+"-measure")
	v.say(t, "begin")
	begin := time.Now()
	v.say(t, "up")
	took := time.Since(begin)
	if err := v.cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	return took
}

// goneWithin waits for all processes with the mark, and all inits that were
// not there before, to be gone.
func goneWithin(mark string, before []string, limit time.Duration) []string {
	for deadline := time.Now().Add(limit); ; time.Sleep(5 * time.Millisecond) {
		left := added(before, tentpoleProcesses())
		if len(left) == 0 {
			return nil
		}
		if time.Now().After(deadline) {
			return left
		}
	}
}

// TestKilledInit kills the sandbox's init: what it had started must go all
// the same, and nobody must wait for ever.
func TestKilledInit(t *testing.T) {
	m := machine(t)
	before := lookAround()
	for _, set := range []LayerSet{0, Set(Mount), Set(Mount, PID)} {
		s := open(t, m, Spec{Layers: set})
		p, err := s.Start(context.Background(), Command{Args: []string{"sh", "-c", stubborn, testMark}, Env: append(s.Environment(), "X=1")})
		if err != nil {
			t.Fatal(err)
		}
		if err := unix.Kill(s.InitPID(), unix.SIGKILL); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		if _, err := p.Wait(ctx); err == nil || ctx.Err() != nil {
			t.Errorf("%s: the end of a command that nobody saw end: %v", set, err)
		}
		cancel()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if left := goneWithin(testMark, before.processes, 2*time.Second); left != nil {
			t.Errorf("%s: left: %v", set, left)
		}
		if _, err := s.Start(context.Background(), Command{Args: []string{"true"}}); err == nil {
			t.Error("a command started in a sandbox that is gone")
		}
	}
}
