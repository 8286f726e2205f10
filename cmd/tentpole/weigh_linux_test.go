package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// weight is what processes take of the machine.
type weight struct {
	processes int
	pss       int64 // bytes: private memory, and the share in what is common; proc(5)
	private   int64 // bytes that nobody else has
	cpu       time.Duration
}

// weigh adds up processes; one that has just ended weighs nothing.
func weigh(pids []string) (w weight) {
	for _, pid := range pids {
		rollup, err := os.ReadFile("/proc/" + pid + "/smaps_rollup")
		stat, err2 := os.ReadFile("/proc/" + pid + "/stat")
		if err != nil || err2 != nil {
			continue
		}
		w.processes++
		w.pss += kilobytes(rollup, "Pss:")
		w.private += kilobytes(rollup, "Private_Dirty:") + kilobytes(rollup, "Private_Clean:")
		w.cpu += processorTime(stat)
	}
	return w
}

// kilobytes reads one line of a table, in bytes.
func kilobytes(table []byte, word string) int64 {
	for line := range bytes.Lines(table) {
		if f := strings.Fields(string(line)); len(f) > 1 && f[0] == word {
			n, _ := strconv.ParseInt(f[1], 10, 64)
			return n << 10
		}
	}
	return 0
}

// processorTime is utime and stime of proc_pid_stat(5), in ticks of 10 ms.
func processorTime(stat []byte) time.Duration {
	const utime, stime, tick = 11, 12, 10 * time.Millisecond // counted after the name
	f := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	user, _ := strconv.Atoi(f[utime])
	system, _ := strconv.Atoi(f[stime])
	return time.Duration(user+system) * tick
}

// charged is what the memory groups of processes hold, files in memory and the
// kernel's own too, and which processes are in none.
func charged(pids []string) (bytes int64, aside []string) {
	seen := map[string]bool{}
	for _, pid := range pids {
		if dir, inside := memoryGroup(pid); inside {
			seen[dir] = true
		} else {
			aside = append(aside, pid)
		}
	}
	for dir := range seen {
		raw, _ := os.ReadFile(dir)
		n, _ := strconv.ParseInt(strings.TrimSpace(string(raw)), 10, 64)
		bytes += n
	}
	return bytes, aside
}

// memoryGroup is the file with what a tent's group holds; cgroups(7).
func memoryGroup(pid string) (usage string, inside bool) {
	groups, _ := os.ReadFile("/proc/" + pid + "/cgroup")
	for line := range strings.Lines(string(groups)) {
		f := strings.SplitN(strings.TrimSpace(line), ":", 3)
		switch {
		case len(f) < 3 || !strings.Contains(f[2], "tentpole"):
		case f[1] == "memory":
			return filepath.Join("/sys/fs/cgroup/memory", f[2], "memory.usage_in_bytes"), true
		case f[1] == "":
			usage, inside = filepath.Join("/sys/fs/cgroup", f[2], "memory.current"), true
		}
	}
	return usage, inside
}

// everybody are the processes below the server.
func (s *served) everybody() (pids []string) {
	for pid := range descendants(s.cmd.Process.Pid) {
		pids = append(pids, pid)
	}
	return pids
}

// own is the server's process.
func (s *served) own() []string { return []string{fmt.Sprint(s.cmd.Process.Pid)} }
