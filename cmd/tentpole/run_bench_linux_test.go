package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// BenchmarkRun compares whole processes: `tentpole run` of a command that does
// nothing in a whole container, and `runc run` of the same, by the config.json
// that `tentpole plan --as oci` gives for it.
func BenchmarkRun(b *testing.B) {
	if os.Geteuid() != 0 {
		b.Skip("needs root: runc is set up for it")
	}
	program := buildSmall(b)
	bundle := workRoot(b)
	root := filepath.Join(bundle, "rootfs")
	for _, dir := range []string{"bin", "dev", "proc", "sys"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			b.Fatal(err)
		}
	}
	static, err := os.ReadFile("/bin/busybox")
	if err != nil {
		b.Skip("busybox is not installed: apt-get install busybox-static")
	}
	if err := os.WriteFile(filepath.Join(root, "bin", "true"), static, 0o755); err != nil {
		b.Fatal(err)
	}
	b.Setenv("XDG_STATE_HOME", workRoot(b))
	container := []string{"--stage", "container", "--root", root, "--upper", "tmpfs"}
	config, err := exec.Command(program, append(append([]string{"plan", "--as", "oci"}, container...), "--", "/bin/true")...).Output()
	if err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(bundle, "config.json"), config, 0o644); err != nil {
		b.Fatal(err)
	}
	for _, peer := range []struct {
		name string
		args []string
	}{
		{"tentpole", append(append([]string{program, "run"}, container...), "--", "/bin/true")},
		{"runc", []string{"runc", "--root", b.TempDir(), "run", "--bundle", bundle, "tentpole-bench-run"}},
	} {
		b.Run(peer.name, func(b *testing.B) {
			if _, err := exec.LookPath(peer.args[0]); err != nil {
				b.Skip(peer.args[0] + " is not installed")
			}
			var took []time.Duration
			for b.Loop() {
				begin := time.Now()
				c := exec.Command(peer.args[0], peer.args[1:]...)
				c.Stdin = strings.NewReader("") // crun chowns what it is given, the host's /dev/null too
				if out, err := c.CombinedOutput(); err != nil {
					b.Fatalf("%v\n%s", err, out)
				}
				took = append(took, time.Since(begin))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2]), "ns/op")
		})
	}
}

// buildSmall builds the program as `make` does, with the small programs in it.
func buildSmall(b testing.TB) string {
	b.Helper()
	program := filepath.Join(workRoot(b), "tentpole")
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-tags", "smallinit", "-o", program, ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	return program
}
