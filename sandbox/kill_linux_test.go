package sandbox

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
	"github.com/tentpole-labs/tentpole/sandbox/network"
)

type cloneOperation = op.Clone

// stubborn forks twice, leaves its session, ignores what can be ignored, hides
// its environment, and stays. $0 carries the mark by which the test finds it,
// $1 is for how long it sleeps.
const stubborn = `trap '' HUP TERM INT QUIT; (env -i setsid sleep "$1" &); (setsid sh -c 'trap "" HUP TERM INT QUIT; (sleep 1000; :) & sleep 1000; :' "$0" &) & (sleep 1000; :) & while :; do sleep 1000; done`

func stubbornCommand() Command {
	return Command{Args: []string{"sh", "-c", stubborn, cmp.Or(os.Getenv("TENTPOLE_TEST_MARK"), testMark), cmp.Or(os.Getenv("TENTPOLE_TEST_SLEEP"), longSleep)}}
}

// play is what the test binary does when it is started as somebody to kill.
func play(role string) int {
	var spec Spec
	if err := json.Unmarshal([]byte(os.Getenv("TENTPOLE_TEST_SPEC")), &spec); err != nil {
		fmt.Println(err)
		return 3
	}
	o := Options{}
	if fail := os.Getenv("TENTPOLE_TEST_FAIL"); fail != "" {
		o.fail = &failure{}
		fmt.Sscan(fail, &o.fail.step, &o.fail.how)
	}
	fmt.Println("begin")
	s, err := openIn(os.Getenv("TENTPOLE_TEST_STATE"), spec, o)
	if err != nil {
		fmt.Println("failed", err)
		return 4
	}
	if err := roles[role](s); err != nil {
		fmt.Println("failed", err)
		return 5
	}
	if err := s.Close(); err != nil {
		fmt.Println("failed", err)
		return 6
	}
	return 0
}

// openIn opens a sandbox in a state directory other than the user's.
func openIn(state string, spec Spec, o Options) (*Sandbox, error) {
	m, err := Look()
	if err != nil {
		return nil, err
	}
	if state != "" {
		m = m.in(state)
	}
	p, err := NewPlan(spec, m)
	if err != nil {
		return nil, err
	}
	return Start(context.Background(), p, o)
}

// roles are what it does with its sandbox.
var roles = map[string]func(*Sandbox) error{
	"once": haveStubborn,
	"stay": func(s *Sandbox) error {
		if err := haveStubborn(s); err != nil {
			return err
		}
		select {}
	},
	// a neighbour comes to no harm
	"neighbour": func(s *Sandbox) error {
		fmt.Println("up")
		io.Copy(io.Discard, os.Stdin) // until the test is done
		if _, err := os.Stat(s.plan.tree); err != nil {
			return err
		}
		_, err := s.Hold(context.Background())
		fmt.Println("well")
		return err
	},
	"frozen": func(s *Sandbox) error {
		if err := haveStubborn(s); err != nil {
			return err
		}
		if err := s.Freeze(patience); err != nil {
			return err
		}
		// One that is on its way in when its owner dies.
		go s.Start(context.Background(), stubbornCommand())
		fmt.Println("frozen")
		select {}
	},
}

func haveStubborn(s *Sandbox) error {
	_, err := s.Start(context.Background(), stubbornCommand())
	if err == nil {
		fmt.Println("up")
	}
	return err
}

// victim is a tentpole about to be killed.
type victim struct {
	cmd *exec.Cmd
	in  io.Closer
	out *bufio.Reader
}

func startVictim(t *testing.T, home string, spec Spec, role string, more ...string) *victim {
	t.Helper()
	return startVictimAs(t, func(*exec.Cmd) {}, home, spec, role, more...)
}

func startVictimAs(t *testing.T, as func(*exec.Cmd), home string, spec Spec, role string, more ...string) *victim {
	t.Helper()
	words, err := json.Marshal(spec)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), "TENTPOLE_TEST_ROLE="+role, "TENTPOLE_TEST_SPEC="+string(words), "TENTPOLE_TEST_MARK="+testMark,
		"TENTPOLE_TEST_SLEEP="+longSleep, "XDG_STATE_HOME="+home, "SUDO_UID=")
	cmd.Env = append(cmd.Env, more...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	as(cmd)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	owners.Store(fmt.Sprint(cmd.Process.Pid), true)
	return &victim{cmd, in, bufio.NewReader(out)}
}

func (v *victim) say(t *testing.T, want ...string) {
	t.Helper()
	for _, want := range want {
		line, err := v.out.ReadString('\n')
		if err != nil || strings.TrimSpace(line) != want {
			rest, _ := io.ReadAll(v.out)
			t.Fatalf("victim said %q %s (%v), want %q", line, rest, err, want)
		}
	}
}

func (v *victim) kill() {
	v.cmd.Process.Kill()
	v.cmd.Wait()
}

// homeOfVictims makes a directory for the state of tentpoles to be killed, and
// returns the one that their sandboxes lie in.
func homeOfVictims(t *testing.T) (home, sandboxes string) {
	home = stateDir(t)
	return home, filepath.Join(home, "tentpole", sandboxesDir)
}

// all asks for every layer, and leaves out what this machine or user lacks.
func all() Spec {
	spec := Spec{Partial: true}
	for _, row := range layers {
		spec.Layers = spec.Layers.With(row.Name)
	}
	return spec
}

// variety is a kind of sandbox.
type variety struct {
	name string
	spec Spec
}

// varieties end in ways of their own: with a pid namespace the kernel ends all
// with the init, without one the init has to.
func varieties() []variety {
	return []variety{
		{"nothing", Spec{}},
		{"mount", Spec{Layers: Set(Mount)}},
		{"pid", Spec{Layers: Set(Mount, PID)}},
		{"root", Spec{Layers: Set(Mount, PID, Root, UTS)}},
		{"limits", Spec{Partial: true, Layers: Set(Memory, CPU, PIDs, Cgroup)}},
		{"container", all()},
	}
}

// moments is how many kills of a variety a test spreads over twice its start;
// TENTPOLE_KILLS asks for another number. Three tenths more are in the first 30 ms.
func moments(usual int) int {
	if v := os.Getenv("TENTPOLE_KILLS"); v != "" {
		fmt.Sscan(v, &usual)
	}
	if testing.Short() {
		usual = min(usual, 10)
	}
	return usual
}

// TestKilledOwner kills tentpole with SIGKILL at many moments and looks for
// what is left: soon no process, nothing at all after the next
// start. A neighbour with the same state directory lives through all of it.
func TestKilledOwner(t *testing.T) {
	home, sandboxes := homeOfVictims(t)
	before := lookAround()
	neighbour := startVictim(t, home, all(), "neighbour")
	neighbour.say(t, "begin", "up")
	for _, v := range varieties() {
		t.Run(v.name, func(t *testing.T) { killAtManyMoments(t, home, v.spec, moments(100)) })
	}
	neighbour.in.Close()
	neighbour.say(t, "well")
	if err := neighbour.cmd.Wait(); err != nil {
		t.Errorf("the neighbour: %v", err)
	}
	checkNothingIsLeft(t, home, sandboxes, before)
}

// TestKilledOwnerOnTheBridge does the same where links and rules are left.
func TestKilledOwnerOnTheBridge(t *testing.T) {
	if !inOwnNetwork(t) {
		return
	}
	home, sandboxes := homeOfVictims(t)
	before := lookAround()
	killAtManyMoments(t, home, Spec{Layers: Set(Net, PID), Network: network.KindBridge}, moments(30))
	checkNothingIsLeft(t, home, sandboxes, before)
	if records, _ := filepath.Glob(filepath.Join(home, "tentpole", networkDir, "*.json")); len(records) > 0 {
		t.Errorf("left: %v", records)
	}
}

// killAtManyMoments kills n owners at moments spread over twice the start, and
// a few more in their first 30 ms.
func killAtManyMoments(t *testing.T, home string, spec Spec, n int) {
	before, start, slowest := tentpoleProcesses(), measureStart(t, home, spec), time.Duration(0)
	early := 3 * n / 10
	for i := range n + early {
		v := startVictim(t, home, spec, "stay")
		if i < n {
			v.say(t, "begin")
			time.Sleep(spread(i, n, 2*start))
		} else {
			time.Sleep(spread(i-n, early, 30*time.Millisecond))
		}
		v.kill()
		begin := time.Now()
		if left := goneWithin(before, gonePatience); left != nil {
			t.Fatalf("kill %d: left: %v", i, left)
		}
		slowest = max(slowest, time.Since(begin))
	}
	t.Logf("%d kills over twice a start of %v, %d in the first 30 ms; all gone after %v at most", n, start.Round(time.Microsecond), early, slowest.Round(time.Millisecond))
}

// spread is a moment in the i-th of n parts of a time.
func spread(i, n int, over time.Duration) time.Duration {
	part := over / time.Duration(n)
	return time.Duration(i)*part + rand.N(part+1)
}

// checkNothingIsLeft starts once more, which removes everything.
func checkNothingIsLeft(t *testing.T, home, sandboxes string, before traces) {
	t.Helper()
	v := startVictim(t, home, Spec{}, "once")
	v.say(t, "begin", "up")
	if err := v.cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	checkNoTrees(t, sandboxes)
	if left := settle(before); left != "" {
		t.Errorf("left behind:\n%s", left)
	}
}

// checkNoTrees looks into a directory of sandboxes.
func checkNoTrees(t *testing.T, sandboxes string) {
	t.Helper()
	entries, err := os.ReadDir(sandboxes)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() != lockFile {
			t.Errorf("left in the state directory: %s", e.Name())
		}
	}
}

// measureStart is how long a victim takes from its first word to its last.
func measureStart(t *testing.T, home string, spec Spec) time.Duration {
	least := time.Hour
	for range 3 {
		v := startVictim(t, home, spec, "once")
		v.say(t, "begin")
		begin := time.Now()
		v.say(t, "up")
		least = min(least, time.Since(begin))
		if err := v.cmd.Wait(); err != nil {
			t.Fatal(err)
		}
	}
	return least
}

// gonePatience is how long processes may take to be gone before a test fails.
// The promise is half a second; this is for a machine with much else to do,
// where whoever has to end them waits for its turn.
const gonePatience = 5 * time.Second

// goneWithin waits for all marked commands, and all inits, that were not there
// before to be gone. One that has been killed is as good as gone: when it is its
// turn to die is a matter of how busy the machine is.
func goneWithin(before []string, limit time.Duration) []string {
	for deadline := time.Now().Add(limit); ; time.Sleep(5 * time.Millisecond) {
		left := slices.DeleteFunc(added(before, tentpoleProcesses()), doomed)
		if len(left) == 0 {
			return nil
		}
		if time.Now().After(deadline) {
			return left
		}
	}
}

// doomed tells whether SIGKILL is pending for a process, as tentpoleProcesses
// lists it; proc_pid_status(5).
func doomed(process string) bool {
	pid, _, _ := strings.Cut(process, " ")
	status, err := os.ReadFile("/proc/" + pid + "/status")
	if err != nil {
		return true
	}
	_, rest, _ := strings.Cut(string(status), "\nShdPnd:")
	var pending uint64
	fmt.Sscanf(rest, "%x", &pending)
	return pending&(1<<(unix.SIGKILL-1)) != 0
}

// TestKilledFrozenOwner: neither a frozen command nor one that is just being
// started outlives its owner. On v1 a frozen process does not die.
func TestKilledFrozenOwner(t *testing.T) {
	for _, set := range []LayerSet{Set(PIDs), Set(PIDs, Mount, PID, Cgroup)} {
		spec := Spec{Layers: set}
		if _, err := NewPlan(spec, machine(t)); err != nil {
			skipUnsupported(t, err)
		}
		home, sandboxes := homeOfVictims(t)
		before := lookAround()
		for range moments(10) {
			v := startVictim(t, home, spec, "frozen")
			v.say(t, "begin", "up", "frozen")
			time.Sleep(rand.N(3 * time.Millisecond))
			v.kill()
			if left := goneWithin(before["process"], gonePatience); left != nil {
				t.Fatalf("%s: left: %v", set, left)
			}
		}
		checkNothingIsLeft(t, home, sandboxes, before)
	}
}

// TestStoppedOwner: a tentpole that is stopped is not dead, and what it has is
// not swept; when it is killed then, all goes.
func TestStoppedOwner(t *testing.T) {
	home, sandboxes := homeOfVictims(t)
	before := lookAround()
	v := startVictim(t, home, Spec{Layers: Set(Mount, Root)}, "stay")
	v.say(t, "begin", "up")
	if err := v.cmd.Process.Signal(unix.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	swept, err := Sweep(filepath.Dir(sandboxes))
	if err != nil || len(swept.Trees)+len(swept.Cgroups)+len(swept.Left) > 0 {
		t.Errorf("swept %+v (%v)", swept, err)
	}
	v.kill()
	if left := goneWithin(before["process"], gonePatience); left != nil {
		t.Errorf("left: %v", left)
	}
	checkNothingIsLeft(t, home, sandboxes, before)
}

// TestStoppedInitOfAKilledOwner: with nobody left to wake it, the kernel does.
func TestStoppedInitOfAKilledOwner(t *testing.T) {
	for _, set := range []LayerSet{0, Set(Mount), Set(Mount, PID)} {
		home, sandboxes := homeOfVictims(t)
		before := lookAround()
		v := startVictim(t, home, Spec{Layers: set}, "stay")
		v.say(t, "begin", "up")
		for _, pid := range childrenOf(v.cmd.Process.Pid) {
			unix.Kill(pid, unix.SIGSTOP)
		}
		v.kill()
		if left := goneWithin(before["process"], gonePatience); left != nil {
			t.Errorf("%s: left: %v", set, left)
		}
		checkNothingIsLeft(t, home, sandboxes, before)
	}
}

// TestKilledInit kills the sandbox's init: what it had started must go all
// the same, and nobody must wait for ever.
func TestKilledInit(t *testing.T) {
	m := machine(t)
	before := lookAround()
	for _, set := range []LayerSet{0, Set(Mount), Set(Mount, PID)} {
		s := open(t, m, Spec{Layers: set})
		p, err := s.Start(context.Background(), stubbornCommand())
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
		if left := goneWithin(before["process"], 2*time.Second); left != nil {
			t.Errorf("%s: left: %v", set, left)
		}
		if _, err := s.Start(context.Background(), Command{Args: []string{"true"}}); err == nil {
			t.Error("a command started in a sandbox that is gone")
		}
	}
}
