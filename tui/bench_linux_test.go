package tui

import (
	"os"
	"os/exec"
	"syscall"
	"testing"
)

// BenchmarkFirstFrame is the whole process, from exec until its window shows the
// first screen: the goal is 60 ms with a warm page cache. Without
// TENTPOLE_BINARY, which names a program to measure at home, it is this test's
// own with a lesson.
func BenchmarkFirstFrame(b *testing.B) {
	exe, shows := os.Getenv("TENTPOLE_BINARY"), "tentpole"
	if exe == "" {
		var err error
		if exe, err = os.Executable(); err != nil {
			b.Fatal(err)
		}
		shows = "step 1 of"
	}
	for b.Loop() {
		b.StopTimer()
		w := openWindow(b)
		cmd := exec.Command(exe)
		cmd.Env = append(os.Environ(), inWindow+"=1", "TERM=xterm-256color", "LC_ALL=C.UTF-8")
		cmd.Stdin, cmd.Stdout, cmd.Stderr = w.far, w.far, w.far
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
		b.StartTimer()
		if err := cmd.Start(); err != nil {
			b.Fatal(err)
		}
		w.until(shows)
		b.StopTimer()
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait() // ended by the signal
		b.StartTimer()
	}
}
