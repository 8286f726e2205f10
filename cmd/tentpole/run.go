package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/image"
)

func runCommand() *cobra.Command {
	var flags specFlags
	var transcript bool
	var user string
	c := &cobra.Command{
		Use:   "run [flags] -- COMMAND [ARGUMENT...]",
		Short: "Run a command in a sandbox",
		Long: "Run a command in a sandbox, and return its exit status.\n\n" +
			"125 is tentpole's own failure, 126 a command that cannot be executed, 127 one that was not found, 128+N one that signal N ended.",
		Example: "  tentpole run --layer mount,pid -- sh\n  tentpole run --stage container -- hostname",
		RunE: func(c *cobra.Command, args []string) error {
			code, err := run(c, flags, args, user, transcript)
			if err == nil && code == 0 {
				return nil
			}
			return &exitError{code, err}
		},
	}
	flags.add(c)
	c.Flags().StringVarP(&user, "user", "u", "", "who the command runs as, inside: USER or USER:GROUP (default: root, or the image's)")
	c.Flags().BoolVar(&transcript, "transcript", false, "show on standard error what the kernel was asked")
	return c
}

// run starts the sandbox and the command, and returns the exit status.
func run(c *cobra.Command, flags specFlags, args []string, user string, transcript bool) (int, error) {
	ctx := c.Context()
	p, from, err := flags.plan(c)
	if err != nil {
		return runStatus(ctx, err), err
	}
	sayMissing(c.ErrOrStderr(), p)
	command := sandbox.Command{Args: from.Config.Command(args), Env: runEnvironment(p, from.Config), Dir: workingDirectory(p, from.Config), User: cmp.Or(user, from.Config.User),
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
	if len(command.Args) == 0 {
		return exitUsage, &sandbox.UsageError{What: "command", Why: "there is none: tentpole run [flags] -- COMMAND"}
	}
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

// sayMissing says which layers of a stage this machine does without.
func sayMissing(w io.Writer, p *sandbox.Plan) {
	for _, m := range p.Missing {
		fmt.Fprintf(w, "tentpole: without the layer %s: %s\n", m.Layer, cleanLines(m.Because))
	}
}

// runStatus is the exit status of a command that did not run.
func runStatus(ctx context.Context, err error) int {
	var command *sandbox.CommandError
	var known *exitError
	switch {
	case errors.As(err, &known):
		return known.code
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

// runEnvironment is that of the person, so that the command finds what it finds
// outside, with the sandbox's mark; in an image's root it is the image's.
func runEnvironment(p *sandbox.Plan, from image.Config) []string {
	mark := "TENTPOLE_SANDBOX=" + p.Name
	if p.Root != sandbox.RootImage {
		return append(os.Environ(), mark)
	}
	env := []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", mark}
	if t, ok := os.LookupEnv("TERM"); ok {
		env = append(env, "TERM="+t)
	}
	return append(env, from.Env...)
}

// workingDirectory is the person's own as long as the root is the host's.
func workingDirectory(p *sandbox.Plan, from image.Config) string {
	if dir, err := os.Getwd(); err == nil && p.Root == sandbox.RootHost {
		return dir
	}
	return cmp.Or(from.WorkingDir, "/")
}
