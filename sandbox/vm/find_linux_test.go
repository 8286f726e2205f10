package vm

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/network"
)

// fake puts an emulator into $PATH that is a script.
func fake(t *testing.T, script string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, emulator), []byte("#!/bin/sh\n"+script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":/usr/bin:/bin")
	return dir
}

func TestWithoutQEMU(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	err := Probe(t.Context())
	if !errors.Is(err, sandbox.ErrNotSupported) || !strings.Contains(err.Error(), "apt-get install qemu-system-x86 linux-image-cloud-amd64") {
		t.Errorf("%v", err)
	}
}

func TestWithoutAKernel(t *testing.T) {
	fake(t, "")
	t.Setenv(KernelVariable, filepath.Join(t.TempDir(), "vmlinuz-1"))
	err := Probe(t.Context())
	if !errors.Is(err, sandbox.ErrNotSupported) || !strings.Contains(err.Error(), "no such file") || !strings.Contains(err.Error(), "linux-image-cloud-amd64") {
		t.Errorf("%v", err)
	}
}

// TestHangs: a boot that comes to nothing is ended, and the error says what the
// console said last, without its control characters.
func TestHangs(t *testing.T) {
	if err := Probe(t.Context()); err != nil {
		t.Skip(err)
	}
	dir := fake(t, `printf 'first\r\nwaiting \033[31mfor a disk\r\n' >&4; : >"${0%/*}/said"; exec sleep 1000`)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		for ; ctx.Err() == nil; time.Sleep(5 * time.Millisecond) {
			if _, err := os.Stat(filepath.Join(dir, "said")); err == nil {
				cancel()
			}
		}
	}()
	m, err := Boot(ctx, sandbox.Spec{}, false)
	if err == nil {
		m.Close()
		t.Fatal("it has booted")
	}
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "waiting") || strings.Contains(err.Error(), "\033") || !strings.Contains(err.Error(), "--kernel") {
		t.Errorf("%v", err)
	}
}

// TestRefusesToStart: what QEMU itself says is in the error.
func TestRefusesToStart(t *testing.T) {
	if err := Probe(t.Context()); err != nil {
		t.Skip(err)
	}
	fake(t, `echo "no such machine" >&2; exit 1`)
	if _, err := Boot(t.Context(), sandbox.Spec{}, false); err == nil || !strings.Contains(err.Error(), "no such machine") {
		t.Errorf("%v", err)
	}
}

// TestCannot: what a machine has nothing for is named.
func TestCannot(t *testing.T) {
	for what, spec := range map[string]sandbox.Spec{
		"volumes": {Volumes: []sandbox.Volume{{Source: "/tmp", Target: "/v"}}},
		"network": {Network: network.KindHost},
		"memory":  limited(1 << 20),
	} {
		if err := check(spec); !errors.Is(err, sandbox.ErrNotSupported) || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := check(limited(leastMemory)); err != nil {
		t.Error(err)
	}
}

func limited(memory int64) (s sandbox.Spec) {
	s.Limits.Memory = memory
	return s
}

// TestArguments: what QEMU must be told, on every board.
func TestArguments(t *testing.T) {
	for _, b := range append(fastBoards, emulatedBoards...) {
		args := strings.Join(b.arguments("/boot/k", "/d/disk", "/init", 256<<20, 2), " ")
		for _, want := range []string{"-no-reboot", "-m 256M", "-smp 2", "-kernel /boot/k", "filename=/d/disk", "rdinit=/init", "panic=-1",
			"spawn=deny", "virtio-serial-" + b.bus, "-nodefaults"} {
			if !strings.Contains(args, want) {
				t.Errorf("%s: lacks %s", args, want)
			}
		}
	}
}
