package tent

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestCrowd: in a crowd a tent that has computed for long goes last, and a key has
// it go first again; when the crowd is over, nobody goes last.
func TestCrowd(t *testing.T) {
	crowd := &Crowd{processors: 1, tents: map[*Tent]*member{}} // looked at by hand
	busy, quiet := pitch(t, 1), pitch(t, 2)
	busy.Crowd, quiet.Crowd = crowd, crowd
	computes, types := open(t, busy, nil), open(t, quiet, nil)
	group := groupOf(t, start(t, computes).PID())
	usual := readRank(t, group)

	mine, now := computes.member.turn, time.Now().Add(time.Hour) // both are settled
	look := func(wanted time.Duration) {
		for _, of := range crowd.tents {
			of.turn.at = now
		}
		now = now.Add(time.Second)
		mine.used = computes.member.processor.Used() - wanted
		crowd.look(now)
	}
	look(time.Second)
	if last := readRank(t, group); last == usual || !computes.member.last || types.member.last {
		t.Fatalf("who computes has %s, as usual %s; who does not goes last: %v", last, usual, types.member.last)
	}
	for mine.credit <= 0 {
		computes.Typed()
	}
	if rank := readRank(t, group); rank != usual {
		t.Errorf("who types has %s, not %s", rank, usual)
	}
	look(time.Second)
	look(0)
	if rank := readRank(t, group); rank != usual || crowd.crowded.Load() {
		t.Errorf("when the crowd is over it has %s, not %s", rank, usual)
	}
}

// readRank is what the group's files say.
func readRank(t *testing.T, dir string) string {
	t.Helper()
	var all []string
	for _, name := range []string{"cpu.idle", "cpu.shares", "cpu.weight"} {
		raw, err := os.ReadFile(filepath.Join(dir, name))
		if err == nil {
			all = append(all, name+" "+strings.TrimSpace(string(raw)))
		}
	}
	if len(all) == 0 {
		t.Fatalf("%s weighs nothing", dir)
	}
	return strings.Join(all, ", ")
}

// groupOf is the directory of the group that weighs a process.
func groupOf(t *testing.T, pid int) string {
	t.Helper()
	groups, err := os.ReadFile(fmt.Sprintf("/proc/%d/cgroup", pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(groups)) {
		f := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if f[1] == "cpu" || f[1] == "cpu,cpuacct" {
			return filepath.Join("/sys/fs/cgroup", f[1], f[2])
		}
	}
	_, dir, _ := strings.Cut(string(groups), "0::")
	return filepath.Join("/sys/fs/cgroup", strings.TrimSpace(dir))
}
