package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
	"github.com/tentpole-labs/tentpole/sandbox/network"
	"github.com/tentpole-labs/tentpole/sandbox/preset"
)

// TestLineOfSetup: the command line that a setup is copied as asks for the very
// same, once a shell has read it.
func TestLineOfSetup(t *testing.T) {
	setups := slices.Concat(preset.Stages(), preset.Likes(true), preset.Likes(false))
	setups = append(setups, preset.Named{Name: "of everything", Setup: preset.Setup{Command: "echo 'a b' | cat", Spec: sandbox.Spec{
		Layers: sandbox.Set(sandbox.Mount), Root: sandbox.RootDirectory, Source: t.TempDir(), ReadOnly: true, Upper: sandbox.UpperMemory,
		Volumes: []sandbox.Volume{{Source: "/srv/a b", Target: "/data", ReadOnly: true}}, Tmpfs: []sandbox.Tmpfs{{Target: "/scratch", Size: 8 << 20}},
		Publish: []network.Port{{Host: 8080, Inside: 80}}, Hostname: "tent", Join: []sandbox.Join{{Name: "other", Namespaces: sandbox.Set(sandbox.IPC)}},
		Limits:       cgroup.Limits{Memory: 64 << 20, MemoryHigh: 1<<20 + 1, Swap: 1 << 20, CPUs: 0.25, Weight: 7, PIDs: 32, IO: []cgroup.IOLimit{{Device: "8:0", WriteBPS: 1 << 20}}},
		Capabilities: []string{}, Calls: sandbox.CallRules{Profile: "docker", Allow: []string{"mount"}, Deny: []string{"ptrace", "bpf"}},
		Access: sandbox.Access{Read: []string{"/usr"}, Write: []string{"/tmp"}, Bind: []int{80}, Connect: []int{443, 53}, Ports: true}, Name: "mine",
	}}})
	for _, s := range setups {
		line := s.Setup.Line()
		out, err := exec.Command("sh", "-c", `printf '%s\0' `+line).Output()
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		words := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
		var flags specFlags
		c := &cobra.Command{}
		flags.add(c)
		if err := c.ParseFlags(words[2:]); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		got, err := flags.spec()
		want := s.Setup.Spec
		want.Partial = false
		// As JSON, where an empty list and none are the same.
		if a, b := inJSON(t, got), inJSON(t, want); err != nil || a != b {
			t.Errorf("%s: %s\nis read as %s, %v\nnot %s", s.Name, line, a, err, b)
		}
		if got := c.Flags().Args(); !slices.Equal(got, s.Setup.Args()) {
			t.Errorf("%s: the command is %q", line, got)
		}
	}
}

func inJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestSetupsDir: below XDG_CONFIG_HOME, and under sudo what is made belongs to
// whoever typed it.
func TestSetupsDir(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", dir)
	uid := os.Getuid()
	if uid == 0 {
		uid = 12345
		t.Setenv("SUDO_USER", "somebody")
		t.Setenv("SUDO_UID", strconv.Itoa(uid))
		t.Setenv("SUDO_GID", strconv.Itoa(uid))
		if err := os.Chown(dir, uid, uid); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	s, err := setups()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Save("mine", preset.Container()); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "tentpole", "setups", "mine.json")
	for _, made := range []string{file, filepath.Dir(file)} {
		if owner, err := exec.Command("stat", "-c", "%u", made).Output(); err != nil || strings.TrimSpace(string(owner)) != strconv.Itoa(uid) {
			t.Errorf("%s belongs to %s, not to %d: %v", made, owner, uid, err)
		}
	}
	if _, err := s.Load("mine"); err != nil {
		t.Error(err)
	}
}
