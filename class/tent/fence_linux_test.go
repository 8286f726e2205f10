package tent

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox/seccomp"
)

// tryCalls makes every call that a tent refuses, with arguments that no kernel
// takes, and says which were answered by anything but the filter.
func tryCalls() {
	refused := refusedHere()
	arch := seccomp.Arch(runtime.GOARCH)
	policy, err := seccomp.Deny(arch)
	if err != nil {
		fmt.Println(err)
		return
	}
	all, err := policy.Calls(arch)
	if err != nil || len(refused) < 20 {
		fmt.Println(len(refused), err)
		return
	}
	const nothing = ^uintptr(0)
	for _, c := range all {
		if !slices.Contains(refused, c.Name) {
			continue
		}
		if _, _, err := syscall.RawSyscall6(uintptr(c.Number), nothing, nothing, nothing, nothing, nothing, nothing); err != syscall.EPERM {
			fmt.Println(c.Name, err)
		}
	}
	fmt.Println("tried")
}

func TestCallsThatAreRefused(t *testing.T) {
	out, _ := start(t, open(t, pitch(t, 1), nil)).ask(program + " calls")
	if out != "tried" {
		t.Errorf("not refused: %s", out)
	}
}

// TestATentInsideIsRaised: what lessons need is not refused.
func TestATentInsideIsRaised(t *testing.T) {
	s := start(t, open(t, pitch(t, 1), nil))
	const inner = `mount -t tmpfs x /mnt && mount -t proc proc /proc && hostname inner && mkdir /mnt/old && ip link set lo up && echo $$`
	if out, status := s.ask("unshare -UrmpfuinC --mount-proc sh -c '" + inner + "' 2>&1"); out != "1" || status != "0" {
		t.Errorf("it ended with %s: %s", status, out)
	}
}

func TestNamespacesAreBounded(t *testing.T) {
	p := pitch(t, 1)
	p.Limits.PIDs = DefaultLimits.PIDs
	s := start(t, open(t, p, nil))
	for _, c := range counts {
		file := "/proc/sys/user/max_" + c.what
		if _, err := os.Stat(file); err != nil {
			continue // nor has the kernel such a thing
		}
		if out, _ := s.ask("cat " + file + "; echo 99999 > " + file + " || true"); !strings.HasPrefix(out, fmt.Sprint(c.most)) || !strings.Contains(out, "denied") {
			t.Errorf("%s: %s", file, out)
		}
	}
	// Each holds the one inside it. The tent's own is one of them.
	const nest = `n=$((n+1)); export n; unshare -n sh ~/nest || echo ended at $n`
	if out, _ := s.ask(`echo '` + nest + `' > ~/nest; unshare -Ur sh ~/nest 2>/dev/null`); out != "ended at 65" {
		t.Errorf("network namespaces: %s", out)
	}
}

func TestWhatAProcessMayHave(t *testing.T) {
	s := start(t, open(t, pitch(t, 1), nil))
	for flag, want := range map[string]uint64{"-n": rlimits.Files, "-c": rlimits.Core, "-q": rlimits.Queues, "-i": rlimits.Signals} {
		if out, status := s.ask("bash -c 'ulimit -H " + flag + " && ! ulimit " + flag + " 1000000 2>&1'"); status != "0" || !strings.HasPrefix(out, fmt.Sprintln(want)[:len(fmt.Sprint(want))]) {
			t.Errorf("ulimit %s: %s, %s, want %d", flag, out, status, want)
		}
	}
}

// TestTentsAreKilledFirst: when the machine has no memory left, it is a learner's
// process that goes, and not the server.
func TestTentsAreKilledFirst(t *testing.T) {
	s := start(t, open(t, pitch(t, 1), nil))
	if score, _ := s.ask("cat /proc/self/oom_score_adj"); score != sacrificed {
		t.Errorf("a process inside has an oom_score_adj of %s", score)
	}
}
