package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// looks are the ways to see what is on the machine, one thing a line, by the
// word the line begins with.
var looks = []struct {
	kind string
	list func() []string
}{
	{"process", processes},
	{"cgroup", func() []string { return dirs(cgroups) }},
	{"mount", mounts},
	{"interface", func() []string { return entries("/sys/class/net") }},
	{"file", func() []string { return entries("/tmp", "/var/tmp", "/dev/shm") }},
	{"state", func() []string {
		return entries("/var/lib/tentpole/sandboxes", "/root/.local/state/tentpole/sandboxes", "/home/tester/.local/state/tentpole/sandboxes")
	}},
}

func lookAround() []string {
	var out []string
	for _, l := range looks {
		for _, thing := range l.list() {
			out = append(out, l.kind+" "+thing)
		}
	}
	return out
}

// patience is how long things may be on their way out.
const patience = 5 * time.Second

// settle returns what is there and was not before, after giving it time to go.
func settle(before []string, patience time.Duration) []string {
	for deadline := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		left := slices.DeleteFunc(lookAround(), func(thing string) bool { return slices.Contains(before, thing) })
		if len(left) == 0 || time.Now().After(deadline) {
			return left
		}
	}
}

// processes are those of programs: the kernel's own and zombies have no
// command line.
func processes() []string {
	var out []string
	for _, dir := range entries("/proc") {
		pid := filepath.Base(dir)
		args, err := os.ReadFile(dir + "/cmdline")
		if _, number := strconv.Atoi(pid); number == nil && err == nil && len(args) > 0 {
			out = append(out, pid+" "+strings.TrimSpace(strings.ReplaceAll(string(args), "\x00", " ")))
		}
	}
	return out
}

func mounts() []string {
	text, _ := os.ReadFile("/proc/self/mountinfo")
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

// entries are the paths of what is in directories, but for a lock, which
// stays.
func entries(dirs ...string) []string {
	var out []string
	for _, dir := range dirs {
		list, _ := os.ReadDir(dir)
		for _, e := range list {
			if e.Name() != ".lock" {
				out = append(out, filepath.Join(dir, e.Name()))
			}
		}
	}
	return out
}

// dirs are the directories below one.
func dirs(top string) []string {
	var out []string
	_ = filepath.WalkDir(top, func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			out = append(out, name)
		}
		return nil
	})
	return out
}

// remove ends the processes and cgroups that were left, so that the next
// package does not find them. The rest is in nobody's way.
func remove(left []string) {
	for _, thing := range left {
		if fields := strings.Fields(thing); fields[0] == "process" {
			pid, _ := strconv.Atoi(fields[1])
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
	for _, thing := range slices.Backward(left) {
		if dir, ok := strings.CutPrefix(thing, "cgroup "); ok {
			removeGroup(dir)
		}
	}
}

// removeGroup tries for a moment: a process that was killed is still in it.
func removeGroup(dir string) {
	for range 100 {
		if err := os.Remove(dir); err == nil || os.IsNotExist(err) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}
