//go:build linux

package shell

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
	"mvdan.cc/sh/v3/interp"
	"mvdan.cc/sh/v3/syntax"
)

// invocation is how the shell was called.
type invocation struct {
	login   bool
	command *string  // after -c
	script  string   // "" reads standard input
	name    string   // $0
	set     []string // options for `set`
	params  []string
}

// Main is the shell; it returns the exit status. A login shell reads
// /etc/profile first.
func Main(login bool, args []string) int {
	if len(args) > 0 && args[0] == leaderOption {
		return leader()
	}
	call, err := parseArguments(args)
	if err != nil {
		fmt.Fprintf(os.Stderr, "sh: %v\n", err)
		return 2
	}
	call.login = call.login || login
	atTerminal := call.command == nil && call.script == "" && term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stderr.Fd()))
	s, err := newSession(call, atTerminal)
	if err != nil {
		fmt.Fprintf(os.Stderr, "sh: %v\n", err)
		return 1
	}
	if call.login {
		s.source("/etc/profile")
	}
	if atTerminal {
		return s.interact()
	}
	return s.batch(call)
}

// parseArguments reads the options of POSIX's sh.
func parseArguments(args []string) (invocation, error) {
	call := invocation{name: "sh"}
	command := false
	for len(args) > 0 && len(args[0]) > 1 && strings.IndexByte("-+", args[0][0]) >= 0 {
		arg := args[0]
		args = args[1:]
		if arg == "--" {
			break
		}
		if arg == "-o" || arg == "+o" {
			if len(args) == 0 {
				return call, errors.New("-o: an option's name is wanted")
			}
			call.set = append(call.set, arg, args[0])
			args = args[1:]
			continue
		}
		for _, letter := range arg[1:] {
			switch letter {
			case 'c':
				command = true
			case 'l':
				call.login = true
			case 'i', 's':
			default:
				if !strings.ContainsRune("aefnux", letter) {
					return call, fmt.Errorf("invalid option -- '%c'", letter)
				}
				call.set = append(call.set, arg[:1]+string(letter))
			}
		}
	}
	switch {
	case command && len(args) == 0:
		return call, errors.New("-c requires an argument")
	case command:
		call.command, args = &args[0], args[1:]
		if len(args) > 0 {
			call.name, args = args[0], args[1:]
		}
	case len(args) > 0:
		call.script, call.name, args = args[0], args[0], args[1:]
	}
	call.params = args
	return call, nil
}

// batch runs a script from -c, a file or standard input.
func (s *session) batch(call invocation) int {
	switch {
	case call.command != nil:
		return s.script(*call.command, call.name)
	case call.script != "":
		b, err := os.ReadFile(call.script)
		if err != nil {
			fmt.Fprintf(os.Stderr, "sh: can't open '%s': %s\n", call.script, reason(err))
			return 2
		}
		return s.script(string(b), call.name)
	}
	return s.lines(bytewise{os.Stdin}, call.name)
}

// script runs a text. A script that is one program becomes that program.
func (s *session) script(text, name string) int {
	file, err := syntax.NewParser().Parse(strings.NewReader(text), name)
	if err == nil && len(file.Stmts) == 1 && s.replaceable(file.Stmts[0]) {
		becomeCommand(file.Stmts[0])
		s.rewrite(file)
		return status(s.runner.Run(context.Background(), file))
	}
	return s.lines(strings.NewReader(text), name)
}

// lines runs a script as it is read: what stands before a mistake has run.
func (s *session) lines(r io.Reader, name string) int {
	keepThreads()
	last := 0
	for stmts, err := range syntax.NewParser().StmtsSeq(r) {
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s:%v\n", name, err)
			return 2
		}
		s.rewrite(stmts)
		last = status(s.runner.Run(context.Background(), stmts))
		if s.runner.Exited() {
			return last
		}
	}
	s.evaluate("exit $?") // for the trap on EXIT
	return last
}

// bytewise reads a byte at a time.
type bytewise struct{ io.Reader }

func (b bytewise) Read(p []byte) (int, error) { return b.Reader.Read(p[:min(1, len(p))]) }

// source runs a file in this shell; one that is not there is no error.
func (s *session) source(file string) {
	b, err := os.ReadFile(file)
	if err != nil {
		return
	}
	parsed, err := syntax.NewParser().Parse(strings.NewReader(string(b)), file)
	if err != nil {
		fmt.Fprintf(os.Stderr, "%v\n", err)
		return
	}
	s.rewrite(parsed)
	for _, stmt := range parsed.Stmts {
		s.runner.Run(context.Background(), stmt)
	}
}

// status is the exit status of what has run.
func status(err error) int {
	var exit interp.ExitStatus
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return int(exit)
	}
	return 1
}
