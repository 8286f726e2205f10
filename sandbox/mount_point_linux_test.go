package sandbox

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestNothingIsMadeInTheHostsRoot: what is to be mounted where nothing is, in a
// sandbox that has the host's root, is refused, and the host stays as it was.
func TestNothingIsMadeInTheHostsRoot(t *testing.T) {
	m, err := Look()
	if err != nil {
		t.Fatal(err)
	}
	for name, at := range map[string]func(target string) Spec{
		"volume": func(target string) Spec { return Spec{Volumes: []Volume{{Source: t.TempDir(), Target: target}}} },
		"tmpfs":  func(target string) Spec { return Spec{Tmpfs: []Tmpfs{{Target: target}}} },
	} {
		t.Run(name, func(t *testing.T) {
			missing := filepath.Join(t.TempDir(), "missing")
			plan, err := NewPlan(at(missing), m)
			if err != nil {
				t.Fatal(err)
			}
			s, err := Start(context.Background(), plan, Options{})
			if err == nil {
				s.Close()
				t.Error("it was raised")
			} else if !strings.Contains(err.Error(), missing) || !strings.Contains(err.Error(), "--root overlay") {
				t.Errorf("it says %v", err)
			}
			if _, err := os.Stat(missing); err == nil {
				t.Error("there is a directory on the host")
			}
			there := t.TempDir()
			if err := open(t, m, at(there)).Close(); err != nil {
				t.Error(err)
			}
		})
	}
}
