package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox/userland/applet"
)

// TestMain makes the test binary the program when it is started under the name
// of a command.
func TestMain(m *testing.M) {
	if applet.Has(os.Args[0]) {
		main()
	}
	os.Exit(m.Run())
}

// TestStatus wants a command's exit status to be the process's.
func TestStatus(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args   []string
		status int
	}{
		{[]string{"true"}, 0}, {[]string{"/bin/false"}, 1}, {[]string{"tiny", "sh", "-c", "exit 7"}, 7}, {[]string{"-sh", "-c", "exit 8"}, 8},
		{[]string{"tiny", "nosuch"}, 127}, {[]string{"tiny"}, 127},
	} {
		cmd := exec.Cmd{Path: self, Args: c.args}
		cmd.Run()
		if got := cmd.ProcessState.ExitCode(); got != c.status {
			t.Errorf("%v ended with %d, want %d", c.args, got, c.status)
		}
	}
}

// BenchmarkStart is the time of a command as a process of its own, from clone to
// wait. It builds the program as make does.
func BenchmarkStart(b *testing.B) {
	program := filepath.Join(b.TempDir(), "tiny")
	build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", program, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	for _, args := range [][]string{{"true"}, {"ls", "/"}, {"id"}, {"uname", "-a"}, {"ip", "link"}, {"sh", "-c", ":"}} {
		b.Run(args[0], func(b *testing.B) {
			for b.Loop() {
				cmd := exec.Cmd{Path: program, Args: args}
				if err := cmd.Run(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
