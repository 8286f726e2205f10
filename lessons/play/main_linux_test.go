package play

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// TestMain puts a tentpole on PATH for blocks that call it by its name. It is
// this program, and knows no more than `tentpole run --seccomp FILE -- COMMAND`.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "tentpole" {
		os.Exit(runFiltered(os.Args[1:]))
	}
	os.Exit(withTentpole(m))
}

func withTentpole(m *testing.M) int {
	dir, err := os.MkdirTemp("", "play")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	self, err := os.Executable()
	if err == nil {
		err = os.Symlink(self, filepath.Join(dir, "tentpole"))
	}
	if err == nil {
		err = os.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// runFiltered runs a command under a profile and returns its exit status.
func runFiltered(args []string) int {
	if len(args) < 5 || args[0] != "run" || args[1] != "--seccomp" || args[3] != "--" {
		fmt.Fprintf(os.Stderr, "tentpole of the tests: %q\n", args)
		return 125
	}
	ctx := context.Background()
	status, err := underProfile(ctx, args[2], sandbox.Command{Args: args[4:], Env: os.Environ(), Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 125
	}
	return status.Code
}

func underProfile(ctx context.Context, file string, c sandbox.Command) (sandbox.Status, error) {
	profile, err := os.ReadFile(file)
	if err != nil {
		return sandbox.Status{}, err
	}
	machine, err := sandbox.Look()
	if err != nil {
		return sandbox.Status{}, err
	}
	plan, err := sandbox.NewPlan(sandbox.Spec{Layers: sandbox.Set(sandbox.Seccomp), Calls: sandbox.CallRules{Profile: string(profile)}}, machine)
	if err != nil {
		return sandbox.Status{}, err
	}
	box, process, err := sandbox.Run(ctx, plan, sandbox.Options{}, c)
	if err != nil {
		return sandbox.Status{}, err
	}
	defer box.Close()
	return process.Wait(ctx)
}
