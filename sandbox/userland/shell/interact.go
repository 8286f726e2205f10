//go:build linux

package shell

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"

	"golang.org/x/sys/unix"
	"mvdan.cc/sh/v3/syntax"
)

// interact reads commands at a terminal until Ctrl-D or `exit`.
func (s *session) interact() int {
	keepThreads()
	s.catchSignals()
	defer s.jobs.hangUp()
	last := 0
	for {
		s.jobs.report(os.Stderr)
		os.Chdir(s.runner.Dir) // for /proc/PID/cwd, and so that a place in use is in use
		stmts, err := s.readCommand()
		switch {
		case errors.Is(err, errInterrupted):
			s.evaluate("(exit 130)")
			continue
		case err == io.EOF:
			fmt.Fprintln(os.Stderr)
			return last
		case err != nil:
			fmt.Fprintf(os.Stderr, "sh: %v\n", err)
			s.evaluate("(exit 2)")
			continue
		}
		for _, stmt := range stmts {
			interrupted := false
			last, interrupted = s.run(stmt)
			if interrupted {
				s.evaluate("(exit 130)")
				break
			}
			if s.runner.Exited() {
				return last
			}
		}
	}
}

// catchSignals keeps the shell alive when signals meant for its commands reach
// it. They are caught and not ignored: what is ignored stays so in commands.
func (s *session) catchSignals() {
	caught := make(chan os.Signal, 8)
	signal.Notify(caught, unix.SIGINT, unix.SIGQUIT, unix.SIGTERM, unix.SIGTSTP, unix.SIGTTIN, unix.SIGTTOU)
	go func() {
		for sig := range caught {
			if sig == unix.SIGINT {
				s.interrupt()
			}
		}
	}()
}

// interrupt ends the statement that runs at the prompt, if any.
func (s *session) interrupt() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cancel != nil {
		s.cancel()
	}
}

// run runs a statement that was typed.
func (s *session) run(stmt *syntax.Stmt) (last int, interrupted bool) {
	ctx, cancel := context.WithCancel(context.Background())
	s.mu.Lock()
	s.cancel = cancel
	s.mu.Unlock()
	last = status(s.runner.Run(ctx, stmt))
	interrupted = ctx.Err() != nil
	s.mu.Lock()
	s.cancel = nil
	s.mu.Unlock()
	// What the statement left in the background goes on: its context is not
	// cancelled.
	return last, interrupted
}

// readCommand reads lines until they are a whole command.
func (s *session) readCommand() ([]*syntax.Stmt, error) {
	text, prompt := "", s.prompt()
	for {
		line, err := s.readLine(prompt)
		if err != nil {
			if text != "" && err == io.EOF {
				return nil, errors.New("unexpected end of file")
			}
			return nil, err
		}
		text += line + "\n"
		file, err := syntax.NewParser().Parse(strings.NewReader(text), "sh")
		if syntax.IsIncomplete(err) || err == nil && continues(line) {
			prompt = "> "
			continue
		}
		if err != nil {
			return nil, errors.New(strings.TrimPrefix(err.Error(), "sh:"))
		}
		s.rewrite(file)
		return file.Stmts, nil
	}
}

// continues tells whether a line ends in a backslash that is not itself
// escaped.
func continues(line string) bool {
	return (len(line)-len(strings.TrimRight(line, `\`)))%2 == 1
}
