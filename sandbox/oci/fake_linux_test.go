package oci

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// fake puts a script in runc's place.
func fake(t *testing.T, script string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "runc"), []byte("#!/bin/sh\n"+script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
}

// TestProbe: what is missing, refuses, is something else or does not answer is
// told in a sentence, with the remedy.
func TestProbe(t *testing.T) {
	for name, script := range map[string]struct{ script, says string }{
		"refuses":       {"echo 'not\033[1m today' >&2; exit 1", `status 1: not\x1b[1m today`},
		"says junk":     {"echo crun version 2", "another program"},
		"says too much": {"exec yes", "not answered in time"},
		"hangs":         {"exec sleep 1000", "not answered in time"},
		"leaves one":    {"sleep 1000 & exit 3", "status 3"},
	} {
		t.Run(name, func(t *testing.T) {
			state(t)
			fake(t, script.script)
			err := Probe(t.Context(), "oci:runc")
			if !errors.Is(err, sandbox.ErrNotSupported) || !strings.Contains(err.Error(), script.says) || !strings.Contains(err.Error(), "apt-get install runc") {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestMissing(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	t.Setenv("TENTPOLE_RUNSC", "")
	for _, r := range runtimes {
		if err := Probe(t.Context(), r.name); !errors.Is(err, sandbox.ErrNotSupported) || !strings.Contains(err.Error(), r.install) {
			t.Errorf("%s: %v", r.name, err)
		}
		if s, err := Open(t.Context(), r.name, sandbox.Spec{}); !errors.Is(err, sandbox.ErrNotSupported) {
			t.Errorf("%s: %v, %v", r.name, s, err)
		}
	}
}

// TestRefused: a runtime that says no leaves nothing, and what it says is told.
func TestRefused(t *testing.T) {
	state(t)
	fake(t, `case "$*" in --version) echo runc version 9; exit;; esac; echo "the moon is 'full'" >&2; exit 7`)
	if err := Probe(t.Context(), "oci:runc"); err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), "oci:runc", sandbox.Spec{})
	if s != nil || !errors.Is(err, sandbox.ErrNotSupported) || !strings.Contains(err.Error(), "the moon is 'full'") || !strings.Contains(err.Error(), "create --bundle") {
		t.Errorf("%v, %v", s, err)
	}
}

// TestSilentAtCreate: a runtime that never ends creating is cut off, what was
// asked of it is told, and it is gone with its sandbox.
func TestSilentAtCreate(t *testing.T) {
	state(t)
	pid := filepath.Join(t.TempDir(), "pid")
	fake(t, `case "$*" in *create*) echo $$ > `+pid+`; exec sleep 1000;; esac`)
	c, err := newContainer("oci:runc", sandbox.Spec{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.furnish(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.limit = 100 * time.Millisecond
	err = c.create(t.Context())
	if !errors.Is(err, sandbox.ErrNotSupported) || !strings.Contains(err.Error(), "wait for runc: not supported on this machine: it has not come to an end within 100ms; try it by hand: ") ||
		!strings.Contains(err.Error(), " create --bundle ") {
		t.Errorf("%v", err)
	}
	c.limit = patience
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	number, err := os.ReadFile(pid)
	if errors.Is(err, os.ErrNotExist) {
		return // a busy machine: it was cut off before it began
	}
	line, _ := os.ReadFile(filepath.Join("/proc", strings.TrimSpace(string(number)), "cmdline"))
	if strings.HasPrefix(string(line), "sleep") {
		t.Errorf("process %s is left: %q", number, line)
	}
}

// TestTyped: what is shown can be pasted.
func TestTyped(t *testing.T) {
	if got := typed([]string{"a", "b c", "it's", "", "$x"}); got != `a 'b c' 'it'\''s' '' '$x'` {
		t.Error(got)
	}
}
