package play

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// hostPrompt is what the learner's shell on the host asks with.
const hostPrompt = "host$ "

// hostShells is how shells that read a prompt of the learner's at their start
// come to ask with another all the same, in the host's colour; every other
// takes PS1 (sh(1p)), or keeps the learner's.
var hostShells = map[string]struct{ args, env []string }{
	// Once, before the first prompt: a shell started from this one asks as ever.
	"bash": {env: []string{`PROMPT_COMMAND=PS1='\[\e[1;34m\]host$\[\e[0m\] '; unset PROMPT_COMMAND`}},
	"fish": {args: []string{"-C", "function fish_prompt; set_color --bold blue; printf 'host$ '; set_color normal; end"}},
}

// ofOuter are variables that describe the terminal around tentpole, and would
// be lies about the one in its pane.
var ofOuter = []string{"LINES", "COLUMNS", "TERMCAP", "TERM_PROGRAM", "TERM_PROGRAM_VERSION", "VTE_VERSION", "WINDOWID"}

// HostShell starts the learner's own shell on the host, with the learner's
// environment and rights, on a terminal of its own. It knows the lesson's volumes
// by their variables. Closing it ends what was started in it.
func (p *Player) HostShell(_ context.Context, cols, rows int) (Shell, error) {
	return startHostShell(cols, rows, p.Volumes())
}

// startHostShell starts one with more in its environment.
func startHostShell(cols, rows int, more []string) (Shell, error) {
	path := hostShellPath(os.Getenv("SHELL"))
	name := filepath.Base(path)
	special := hostShells[name]
	if path, ok := withOwnDirectory(os.Getenv("PATH")); ok {
		more = append(slices.Clone(more), path)
	}
	p, err := sandbox.StartOnHost(sandbox.HostCommand{
		Args: append([]string{path, "-i"}, special.args...), Env: hostEnvironment(os.Environ(), append(slices.Clone(special.env), more...)),
		Dir: hostDir(), Terminal: sandbox.Size{Rows: uint16(rows), Cols: uint16(cols)},
	})
	if err != nil {
		return nil, fmt.Errorf("start a shell on the host: %w", err)
	}
	return hostShell{p}, nil
}

// withOwnDirectory is PATH with the directory of this program behind it, for
// lessons that have the learner type its name; not where PATH leads to one.
func withOwnDirectory(path string) (variable string, ok bool) {
	own, err := os.Executable()
	if err != nil || filepath.Base(own) != "tentpole" {
		return "", false
	}
	if _, err := exec.LookPath("tentpole"); err == nil {
		return "", false
	}
	return "PATH=" + path + string(os.PathListSeparator) + filepath.Dir(own), true
}

// hostShellPath is the learner's shell, or that which every system has.
func hostShellPath(shell string) string {
	if path, err := exec.LookPath(shell); err == nil && filepath.IsAbs(path) {
		return path
	}
	return "/bin/sh"
}

// hostEnvironment has no name twice: which of the two counts, shells and
// libraries do not agree on.
func hostEnvironment(own, special []string) []string {
	ours := append([]string{"PS1=" + hostPrompt, "TERM=xterm-256color"}, special...)
	drop := slices.Clone(ofOuter)
	for _, v := range ours {
		drop = append(drop, nameOf(v))
	}
	return append(slices.DeleteFunc(slices.Clone(own), func(v string) bool { return slices.Contains(drop, nameOf(v)) }), ours...)
}

func nameOf(variable string) string {
	name, _, _ := strings.Cut(variable, "=")
	return name
}

// hostDir is where the learner is at home.
func hostDir() string {
	home, err := os.UserHomeDir()
	if err != nil {
		return "/"
	}
	if info, err := os.Stat(home); err != nil || !info.IsDir() {
		return "/"
	}
	return home
}

type hostShell struct{ process *sandbox.HostProcess }

func (s hostShell) Read(b []byte) (int, error)  { return s.process.Terminal().Read(b) }
func (s hostShell) Write(b []byte) (int, error) { return s.process.Terminal().Write(b) }
func (s hostShell) Close() error                { return s.process.Close() }

func (s hostShell) Resize(cols, rows int) error {
	return s.process.Resize(sandbox.Size{Rows: uint16(rows), Cols: uint16(cols)})
}
