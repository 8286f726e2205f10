package engine

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestServiceOfTwo: an ordinary user's podman is two processes, and the second
// may not hear of the end of the first.
func TestServiceOfTwo(t *testing.T) {
	dir := t.TempDir()
	program, file := filepath.Join(dir, "podman"), filepath.Join(dir, "second")
	if err := os.WriteFile(program, []byte("#!/bin/sh\nsleep 1000 &\necho $! > $1\nexec sleep 1000\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	s := &service{ended: make(chan struct{})}
	started := make(chan error)
	go s.run([]string{program, file}, os.Environ(), started)
	if err := <-started; err != nil {
		t.Fatal(err)
	}
	var second int
	eventually(t, "the second process", func() bool {
		b, _ := os.ReadFile(file)
		var err error
		second, err = strconv.Atoi(strings.TrimSpace(string(b)))
		return err == nil
	})
	if err := s.stop(); err != nil {
		t.Error(err)
	}
	eventually(t, "its end", func() bool {
		b, err := os.ReadFile("/proc/" + strconv.Itoa(second) + "/stat") // proc_pid_stat(5)
		_, state, _ := strings.Cut(string(b), ") ")
		return errors.Is(err, os.ErrNotExist) || errors.Is(err, unix.ESRCH) || strings.HasPrefix(state, "Z")
	})
}

// eventually waits for something, for long.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it was waited for in vain: " + what)
		}
	}
}
