package main

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/tentpole-labs/tentpole/sandbox"
)

func runCommand() *cobra.Command {
	var flags specFlags
	var transcript bool
	c := &cobra.Command{
		Use:   "run [flags] -- COMMAND [ARGUMENT...]",
		Short: "Run a command in a sandbox",
		Long: "Run a command in a sandbox, and return its exit status.\n\n" +
			"125 is tentpole's own failure, 126 a command that cannot be executed, 127 one that was not found, 128+N one that signal N ended.",
		Example: "  tentpole run --layer mount,pid -- sh\n  tentpole run --stage container -- hostname",
		Args:    arguments(cobra.MinimumNArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			spec, err := flags.spec()
			if err != nil {
				return err
			}
			code, err := run(c, spec, args, transcript)
			if err == nil && code == 0 {
				return nil
			}
			return &exitError{code, err}
		},
	}
	flags.add(c)
	c.Flags().BoolVar(&transcript, "transcript", false, "show on standard error what the kernel was asked")
	return c
}

// run starts the sandbox and the command, and returns the exit status.
func run(c *cobra.Command, spec sandbox.Spec, args []string, transcript bool) (int, error) {
	ctx := c.Context()
	m, err := sandbox.Look()
	if err != nil {
		return runStatus(ctx, err), err
	}
	p, err := sandbox.NewPlan(spec, m)
	if err != nil {
		return runStatus(ctx, err), err
	}
	command := sandbox.Command{Args: args, Env: runEnvironment(p), Dir: workingDirectory(p), Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
	terminal := term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stdout.Fd()))
	if terminal {
		command.Terminal = sizeOf(os.Stdin)
	}
	box, process, err := sandbox.Run(ctx, p, sandbox.Options{Observe: func(d sandbox.Done) {
		if transcript {
			printTranscript(c.ErrOrStderr(), []sandbox.Done{d})
		}
	}}, command)
	if err != nil {
		return runStatus(ctx, err), err
	}
	defer box.Close()
	wait := process.Wait
	if terminal {
		wait = func(ctx context.Context) (sandbox.Status, error) { return onTerminal(ctx, box, process) }
	}
	ended, err := wait(ctx)
	if err != nil {
		return runStatus(ctx, err), err
	}
	return ended.Code, box.Close()
}

// runStatus is the exit status of a command that did not run.
func runStatus(ctx context.Context, err error) int {
	var command *sandbox.CommandError
	switch {
	case ctx.Err() != nil:
		return exitInterrupted
	case sandbox.IsUsage(err):
		return exitUsage
	case errors.Is(err, sandbox.ErrNotSupported):
		return exitCannot
	case errors.As(err, &command) && errors.Is(err, fs.ErrNotExist):
		return 127
	case command != nil:
		return 126
	}
	return exitRun
}

// runEnvironment is that of the person, so that the command finds what it
// finds outside, with the sandbox's mark.
func runEnvironment(p *sandbox.Plan) []string {
	return append(os.Environ(), "TENTPOLE_SANDBOX="+p.Name)
}

// workingDirectory is the person's own as long as the root is the host's.
func workingDirectory(p *sandbox.Plan) string {
	if dir, err := os.Getwd(); err == nil && p.Root == sandbox.RootHost {
		return dir
	}
	return "/"
}
