package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// report runs the machine and prints what the tests say, as they say it.
func (m machine) report(ctx context.Context, events string) error {
	var names []string
	for _, run := range m.runs {
		names = append(names, run.Name)
	}
	r := newResults(os.Stdout, os.Getenv("TENTPOLE_MUST") == "1", names)
	keep, err := keepEvents(events)
	if err != nil {
		return err
	}
	defer keep.Close()
	if err := m.run(ctx, keep, r); err != nil {
		m.printConsole(os.Stderr)
		return err
	}
	if r.close(); r.failed {
		return errFailed
	}
	return keep.Close()
}

// keepEvents opens the file that the events are also written to.
func keepEvents(name string) (*os.File, error) {
	if name == "" {
		name = os.DevNull
	}
	return os.Create(name)
}

// run runs the machine to its end.
func (m machine) run(ctx context.Context, keep io.Writer, r *results) error {
	events, port, err := os.Pipe()
	if err != nil {
		return err
	}
	defer events.Close()
	cmd := m.command(ctx, "file:"+m.console(), port)
	err = cmd.Start()
	port.Close()
	if err != nil {
		return err
	}
	read := r.read(io.TeeReader(events, keep))
	ended := cmd.Wait()
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case read != nil || ended != nil:
		return errors.Join(read, ended)
	case !r.ended:
		return errors.New("the machine stopped before it had run all tests")
	}
	return nil
}

// consoleEnd is how many lines of the kernel's messages are shown when the
// machine did not come to its end.
const consoleEnd = 40

func (m machine) printConsole(out io.Writer) {
	text, err := os.ReadFile(m.console())
	if err != nil {
		return
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	for _, line := range lines[max(0, len(lines)-consoleEnd):] {
		fmt.Fprintln(out, "console:", strings.TrimRight(line, "\r"))
	}
}

// interactive runs the machine with its console on this terminal.
func (m machine) interactive(ctx context.Context) error {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer null.Close()
	cmd := m.command(ctx, "mon:stdio", null)
	cmd.Stdin, cmd.Stdout = os.Stdin, os.Stdout
	if err := cmd.Run(); ctx.Err() == nil {
		return err
	}
	return context.Cause(ctx)
}
