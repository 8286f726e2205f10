package export

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
)

// TestTerminal runs scripts on a terminal: the command has one, its words are
// as they were given, and its exit status comes back, an interactive shell's
// as well.
func TestTerminal(t *testing.T) {
	if _, err := exec.LookPath("script"); err != nil {
		skip(t, "there is no script(1)")
	}
	m, here := machine(t)
	overlay := sandbox.Spec{Layers: sandbox.Set(sandbox.Root, sandbox.PID, sandbox.Capabilities)}
	small := overlay
	small.Root, small.Source = sandbox.RootDirectory, smallRoot(t)
	words := []string{"sh", "-c", `[ -t 0 ] && [ -t 1 ] && echo "$1|$2"; exit 5`, "sh", "it's", "two  blanks"}
	for _, c := range []struct {
		name        string
		spec        sandbox.Spec
		args        []string
		typed, want string
		status      int
	}{
		{"overlay", overlay, words, "", "it's|two  blanks", 5},
		{"directory", small, words, "", "it's|two  blanks", 5},
		{"interactive", overlay, nil, "exit 4\n", "", 4},
		{"host", sandbox.Spec{Layers: sandbox.Set(sandbox.UTS)}, words, "", "it's|two  blanks", 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := sandbox.NewPlan(c.spec, m)
			if err != nil {
				t.Fatal(err)
			}
			e, err := As(Unshare, p, here, nil)
			if err != nil {
				t.Fatal(err)
			}
			said, status := onTerminal(t, e, c.args, c.typed)
			if !strings.Contains(said, c.want) || status != c.status {
				t.Errorf("status %d, want %d: %s", status, c.status, said)
			}
		})
	}
}

// onTerminal runs a script on a pseudo terminal, that of script(1).
func onTerminal(t *testing.T, e Export, args []string, typed string) (said string, status int) {
	t.Helper()
	dir := directory(t)
	file := filepath.Join(dir, "script")
	write(t, file, e.Text)
	line := "sh " + file
	for _, a := range args {
		line += " " + op.Quote(a)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "script", "-qec", line, "/dev/null")
	cmd.Env = append(os.Environ(), "TMPDIR="+dir)
	cmd.Stdin = strings.NewReader(typed)
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}
