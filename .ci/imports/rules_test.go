package main

import (
	"strings"
	"testing"
)

const ours = "example.org/m"

// TestBreaks breaks each rule once, and keeps each once.
func TestBreaks(t *testing.T) {
	for _, c := range []struct {
		name, path string
		rule       string // a part of it; empty when nothing breaks
	}{
		{"cmd/m/main.go", ours + "/tui", ""},
		{"cmd/m/main.go", ours + "/sandbox/facts", ""},
		{"cmd/m/main.go", ours + "/strange", "cmd may import"},
		{"tui/model.go", ours + "/lessons/play", ""},
		{"tui/model.go", ours + "/tui/panel", ""},
		{"tui/model.go", ours + "/content", "tui may import"},
		{"tui/model.go", ours + "/cmd/m", "tui may import"},
		{"tui/model_test.go", ours + "/content", ""},
		{"lessons/play/engine.go", ours + "/lessons", ""},
		{"lessons/play/engine.go", ours + "/tui", "lessons/play may import"},
		{"lessons/load.go", "fmt", ""},
		{"lessons/load.go", ours + "/sandbox", "lessons imports nothing"},
		{"lessons/load.go", ours + "/lessons/play", "lessons imports nothing"},
		{"lessons/load_test.go", ours + "/content", ""},
		{"lessons/load_test.go", ours + "/sandbox", "lessons imports nothing"},
		{"content/content.go", "embed", ""},
		{"content/content.go", ours + "/lessons", "content imports nothing"},
		{"sandbox/plan.go", ours + "/sandbox/rootfs", ""},
		{"sandbox/plan.go", ours + "/lessons", "sandbox imports nothing"},
		{"pkg/x.go", ours + "/sandbox", "no packages outside"},
		{"sandbox/plan.go", "golang.org/x/sys/unix", ""},
		{"tui/model_linux.go", "golang.org/x/sys/unix", "stays inside sandbox"},
		{"sandboxes/x.go", "golang.org/x/sys/unix", "stays inside sandbox"},
		{"lessons/lock.go", "golang.org/x/sys/windows", "syscall is enough"},
		{"lessons/play/lock.go", "golang.org/x/sys/unix", "syscall is enough"},
		{"sandbox/facts/text.go", "github.com/charmbracelet/x/ansi", "no Charm package"},
		{"lessons/play/text.go", "charm.land/glamour/v2", "no Charm package"},
		{"tui/model.go", "charm.land/bubbletea/v2", ""},
	} {
		f := file{name: c.name, dir: c.name[:strings.LastIndex(c.name, "/")], test: strings.HasSuffix(c.name, "_test.go")}
		got := strings.Join(breaks(ours, f, c.path), "; ")
		if c.rule == "" && got != "" || !strings.Contains(got, c.rule) {
			t.Errorf("%s imports %s: %q, want %q", c.name, c.path, got, c.rule)
		}
	}
}

func TestTooLate(t *testing.T) {
	for path, fine := range map[string]bool{
		"fmt": true, "encoding/json": true, "os/exec": true, "golang.org/x/sys/unix": true, ours + "/sandbox/internal/wire": true,
		"net": false, "net/netip": false, "regexp/syntax": false, "text/template": false,
		ours + "/sandbox": false, ours + "/sandbox/facts": false, "github.com/moby/sys/mountinfo": false,
	} {
		standard := !strings.Contains(path, ".")
		if say := tooLate(ours, path, standard); (say == "") != fine {
			t.Errorf("%s: %q", path, say)
		}
	}
}

func TestVersionLess(t *testing.T) {
	for _, c := range []struct {
		a, b string
		less bool
	}{
		{"v0.0.24", "v0.0.26", true},
		{"v0.0.26", "v0.0.26", false},
		{"v0.0.27", "v0.0.26", false},
		{"v0.1.0", "v0.0.26", false},
		{"v0.0.9", "v0.0.26", true},
		{"v0.0.26-0.20260101000000-abcdefabcdef", "v0.0.26", true},
	} {
		if got, err := versionLess(c.a, c.b); err != nil || got != c.less {
			t.Errorf("%s before %s: %v %v, want %v", c.a, c.b, got, err, c.less)
		}
	}
	if _, _, err := parseVersion("latest"); err == nil {
		t.Error("latest is a version")
	}
}
