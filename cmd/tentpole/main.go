// Command tentpole is a container playground for the terminal.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"charm.land/fang/v2"
	"github.com/spf13/cobra"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/tui"
)

// Exit statuses; `run` returns the command's own besides.
const (
	exitFailed      = 1
	exitUsage       = 2
	exitCannot      = 3
	exitRun         = 125 // tentpole's own failure under `run`
	exitInterrupted = 130
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	code := status(ctx, execute(ctx))
	stop()
	os.Exit(code)
}

func execute(ctx context.Context) error {
	root := rootCommand()
	var failed error
	keepErrors(root, &failed)
	fitHelp(root, os.Args[1:], helpWidth())
	err := fang.Execute(ctx, root, fang.WithVersion(version()), fang.WithErrorHandler(complain))
	if err == nil && failed != nil {
		complain(os.Stderr, fang.Styles{}, failed)
		err = failed
	}
	return err
}

// keepErrors keeps what a command returns from fang, which asks the terminal
// for its colours before it prints an error: somebody who is still reading the
// terminal (`run`, `learn --plain`) may take the answer away, and fang waits
// for ever.
func keepErrors(c *cobra.Command, failed *error) {
	if run := c.RunE; run != nil {
		c.RunE = func(c *cobra.Command, args []string) error {
			*failed = run(c, args)
			return nil
		}
	}
	for _, sub := range c.Commands() {
		keepErrors(sub, failed)
	}
}

// exitError carries an exit status through the command line library; with no
// error in it there is nothing to say.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit status %d", e.code)
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// complain says what went wrong, in one piece and without colours: an error
// may hold what came out of a sandbox.
func complain(w io.Writer, _ fang.Styles, err error) {
	var exit *exitError
	if errors.As(err, &exit) && exit.err == nil {
		return
	}
	fmt.Fprintln(w, "tentpole: "+cleanLines(err.Error()))
}

func status(ctx context.Context, err error) int {
	var exit *exitError
	var killed *tui.SignalError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &killed) && killed.Signal != os.Interrupt:
		return 128 + signalNumber(killed.Signal)
	case errors.As(err, &exit):
		return exit.code
	case ctx.Err() != nil || errors.Is(err, context.Canceled):
		return exitInterrupted
	case sandbox.IsUsage(err):
		return exitUsage
	case errors.Is(err, sandbox.ErrNotSupported):
		return exitCannot
	}
	return exitFailed
}

// signalNumber is the signal's number, where signals have numbers.
func signalNumber(s os.Signal) int {
	if n, ok := s.(syscall.Signal); ok {
		return int(n)
	}
	return 0
}

// usage turns the command line library's complaints into usage errors.
func usage(_ *cobra.Command, err error) error {
	return &exitError{exitUsage, err}
}

// arguments checks the number of arguments and calls a wrong one usage.
func arguments(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if err := check(c, args); err != nil {
			return &exitError{exitUsage, fmt.Errorf("%w; see `%s --help`", err, c.CommandPath())}
		}
		return nil
	}
}

// cleanLines filters what must not reach a terminal, line by line.
func cleanLines(s string) string {
	out := ""
	start := 0
	for i := 0; i <= len(s); i++ {
		if i == len(s) || s[i] == '\n' {
			if start > 0 {
				out += "\n"
			}
			out += facts.Clean(s[start:i])
			start = i + 1
		}
	}
	return out
}
