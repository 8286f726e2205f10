package experiment

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// escapeAt runs the experiment at a stage of the ladder.
func escapeAt(t *testing.T, rung sandbox.Rung) Result {
	t.Helper()
	s := open(t, sandbox.Spec{Layers: rung.Layers, Root: rung.Root, Partial: true})
	r, err := Run(context.Background(), "escape", On(s), Options{})
	if err != nil {
		t.Fatalf("at %s: %v", rung.Name, err)
	}
	return r
}

// TestEscapeAlongTheLadder: every way out that works without a container is
// closed by the end of the ladder, at the layer that the table expects, and
// nothing on the host is another for it.
func TestEscapeAlongTheLadder(t *testing.T) {
	before := hostState(t)
	var results []Result
	var stages []string
	for _, rung := range sandbox.Ladder() {
		results, stages = append(results, escapeAt(t, rung)), append(stages, rung.Name)
	}
	if d := cmp.Diff(before, hostState(t)); d != "" {
		t.Errorf("the host before and after:\n%s", d)
	}
	last := results[len(results)-1]
	if last.Outcome != Contained {
		t.Errorf("at %s: %s, %s", stages[len(stages)-1], last.Outcome, last.Reason)
	}
	turned := 0
	for _, c := range closed(results) {
		t.Log(c)
		turned += checkClosing(t, c, stages)
	}
	// An ordinary user is refused much of it without any container.
	least := 12
	if os.Geteuid() != 0 {
		least = 8
	}
	if turned < least {
		t.Errorf("%d ways out are open at first and closed by a layer later, want at least %d", turned, least)
	}
}

// checkClosing counts 1 for a way that a layer closes after it was open.
func checkClosing(t *testing.T, c closing, stages []string) int {
	t.Helper()
	if !slices.ContainsFunc(c.outcomes, func(o Outcome) bool { return o != NotApplicable }) {
		return 0 // this machine has no such way
	}
	if c.from < 0 {
		t.Errorf("%s stays open at %s", c.way.ID, stages[len(stages)-1])
		return 0
	}
	if c.from > 0 && !slices.Contains(c.way.Closes, c.by) {
		t.Errorf("%s is closed at %s by %q, the table says %v", c.way.ID, stages[c.from], c.by, c.way.Closes)
	}
	if c.from == 0 && len(c.way.Closes) > 0 {
		t.Errorf("%s is closed in a plain process, though it works in another", c.way.ID)
	}
	if c.from > 0 {
		return 1
	}
	return 0
}

// TestEscapeAlone: each layer closes the ways that the table says by itself,
// without those before it on the ladder, and no other way.
func TestEscapeAlone(t *testing.T) {
	company := map[sandbox.Layer]sandbox.Layer{sandbox.PID: sandbox.Mount, sandbox.Seccomp: sandbox.Capabilities}
	for _, row := range sandbox.Layers() {
		if !slices.ContainsFunc(ways, func(w Way) bool { return slices.Contains(w.Closes, row.Name) }) {
			continue // it closes none
		}
		t.Run(string(row.Name), func(t *testing.T) {
			layers := sandbox.Set(row.Name)
			if with := company[row.Name]; with != "" {
				layers = layers.With(with)
			}
			s := open(t, sandbox.Spec{Layers: layers, Partial: true})
			r, err := Run(context.Background(), "escape", On(s), Options{})
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range ways {
				checkAlone(t, w, r)
			}
		})
	}
}

func checkAlone(t *testing.T, w Way, r Result) {
	t.Helper()
	can := len(w.closers(r.Subject)) > 0
	switch o, _ := r.Observed(w.ID); {
	case o.Outcome == Open && can:
		t.Errorf("%s is open under %s; the table says that one of %v closes it", w.ID, r.Subject.Layers, w.Closes)
	case o.Outcome == Contained && !can && len(w.Closes) > 0:
		t.Errorf("%s is closed under %s, the table says by %v: %s", w.ID, r.Subject.Layers, w.Closes, o.Inside)
	}
}

// TestEscapeCancelled gives up at each of its phases: no canary is left.
func TestEscapeCancelled(t *testing.T) {
	before := canaryFiles(t)
	for phase := range 3 {
		s := open(t, sandbox.Spec{Layers: sandbox.Set(sandbox.IPC)})
		ctx, cancel := context.WithCancel(context.Background())
		seen := 0
		r, err := Run(ctx, "escape", On(s), Options{Progress: func(Progress) {
			if seen++; seen > phase {
				cancel()
			}
		}})
		cancel()
		if err == nil {
			t.Errorf("phase %d: it came to an end: %s", phase, r.Reason)
		}
	}
	if d := cmp.Diff(before, canaryFiles(t)); d != "" {
		t.Errorf("files left behind:\n%s", d)
	}
}

// canaryFiles are this test's canaries' files on the host.
func canaryFiles(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("/tmp/" + markOf(os.Getpid()) + "*")
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// hostState is what ways out could change, as far as it holds still by itself.
func hostState(t *testing.T) map[string]string {
	t.Helper()
	state := map[string]string{"canaries": strings.Join(canaryFiles(t), " ")}
	patterns := []string{
		"/proc/sys/kernel/core_pattern", "/proc/sys/kernel/hostname", "/proc/sys/kernel/modprobe", "/proc/sys/kernel/randomize_va_space",
		"/proc/sys/kernel/sysrq", "/proc/sys/kernel/kexec_load_limit_reboot", "/proc/sys/vm/overcommit_memory", "/proc/self/mountinfo",
		"/proc/swaps", "/proc/modules", "/proc/net/protocols",
		"/sys/kernel/mm/transparent_hugepage/enabled", "/sys/kernel/mm/ksm/run", "/sys/fs/cgroup/*/release_agent",
	}
	for _, pattern := range patterns {
		for _, path := range slices.Collect(matching(pattern)) {
			if b, err := os.ReadFile(path); err == nil {
				state[path] = firstColumns(path, string(b))
			}
		}
	}
	var clock unix.Timex
	if _, err := unix.Adjtimex(&clock); err != nil {
		t.Fatal(err)
	}
	state["tick"] = fmt.Sprint(clock.Tick, clock.Freq, clock.Status)
	// The kernel collects keys and sockets of processes that have ended a little
	// later.
	for what, path := range map[string]string{"keys": "/proc/keys", "sockets": "/proc/net/unix"} {
		for end := time.Now().Add(10 * time.Second); ; {
			b, _ := os.ReadFile(path)
			state[what] = fmt.Sprint(strings.Count(string(b), markOf(os.Getpid())))
			if state[what] == "0" || time.Now().After(end) {
				break
			}
			runtime.Gosched()
		}
	}
	return state
}

func matching(pattern string) func(func(string) bool) {
	found, _ := filepath.Glob(pattern)
	return slices.Values(found)
}

// firstColumns leaves out how many sockets a protocol has just now, and how
// many mounts a module.
func firstColumns(path, content string) string {
	if path != "/proc/net/protocols" && path != "/proc/modules" {
		return content
	}
	var names []string
	for line := range strings.Lines(content) {
		names = append(names, strings.Fields(line)[0])
	}
	return strings.Join(names, " ")
}
