package tent

import (
	"errors"
	"strings"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
)

// TestLimitsOfALearner: on cgroup v2 a learner has limits of their own, which hold,
// below the tent's, which nobody inside can lift. On v1 there is nothing to see.
func TestLimitsOfALearner(t *testing.T) {
	tent := open(t, pitch(t, 1), nil)
	s := start(t, tent)
	if !tent.box.Delegated() {
		if out, status := s.ask("ls -A /sys/fs/cgroup"); out != "" || status != "0" || cgroup.Look().Mode == cgroup.V2 {
			t.Errorf("nothing is delegated, and there is %q", out)
		}
		return
	}
	for _, c := range []struct{ command, out, status string }{
		{"cat /proc/self/cgroup", "0::/user/session", "0"},
		{"cd /sys/fs/cgroup/user && cat cgroup.subtree_control", "cpu memory pids", "0"},
		{"mkdir small few ice && echo 16M > small/memory.max && cat small/memory.max", "16777216", "0"},
		{"sh -c 'echo 0 > small/cgroup.procs; exec tail /dev/zero'", "", "137"},
		{"echo 2 > few/pids.max; sh -c 'echo 0 > few/cgroup.procs; ls | wc -l' 2>/dev/null", "", "2"},
		{"sh -c 'echo 0 > ice/cgroup.procs; exec sleep 1000' & echo here", "here", "0"},
	} {
		out, status := s.ask(c.command)
		if !strings.Contains(out, c.out) || status != c.status {
			t.Errorf("%s: %s, status %s", c.command, out, status)
		}
	}
	s.ask("until grep -q . ice/cgroup.procs; do sleep 0.1; done; echo 1 > ice/cgroup.freeze")
	for _, lift := range []string{
		"echo max > memory.max", "echo max > pids.max", "echo max > cpu.max", "echo 100 > cpu.weight", "echo 1000 > cgroup.max.descendants",
		"echo -memory > cgroup.subtree_control", "echo 0 > cgroup.procs", "mkdir beside", "rmdir user",
	} {
		lift = "cd /sys/fs/cgroup && " + lift
		if out, status := s.ask("{ " + lift + "; } 2>&1"); status == "0" {
			t.Errorf("the learner has done %s: %s", lift, out)
		}
		if err := tent.run(t.Context(), sandbox.Command{Args: []string{"/bin/sh", "-c", lift + " 2>/dev/null"}}); err == nil {
			t.Errorf("the tent's root has done %s", lift)
		}
	}
	processor, err := tent.box.Processor()
	if err != nil {
		t.Fatal(err)
	}
	defer processor.Close()
	if err := errors.Join(processor.Yield(), processor.Compete()); err != nil {
		t.Error(err)
	}
	// What the learner has made, and frozen, goes with the tent.
	if err := tent.Close(); err != nil {
		t.Error(err)
	}
}
