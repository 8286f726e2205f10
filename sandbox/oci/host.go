package oci

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

// The time that a runtime's command may take: to say who it is, and to do
// something on a machine that is busy.
const (
	probePatience = 2 * time.Second
	patience      = 15 * time.Second
)

// mostWords bounds what is heard of a runtime, in bytes.
const mostWords = 4096

// answer is how a command of a runtime's ended.
type answer struct {
	code        int
	out, errors string
}

// call runs a program on the host sandbox to its end. What it says on standard
// output is heard too when out is nil.
func call(ctx context.Context, host *sandbox.Sandbox, limit time.Duration, args []string, in, out *os.File) (a answer, err error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	said, complained := &ear{}, &ear{}
	defer said.close()
	defer complained.close()
	theirs := out
	if out == nil {
		if theirs, err = said.open(); err != nil {
			return a, err
		}
	}
	stderr, err := complained.open()
	if err != nil {
		return a, err
	}
	p, err := host.Start(ctx, sandbox.Command{Args: args, Stdin: in, Stdout: theirs, Stderr: stderr})
	said.begin()
	complained.begin()
	if err != nil {
		return a, orSilent(err)
	}
	status, err := p.Wait(ctx)
	return answer{status.Code, said.words(), complained.words()}, orSilent(err)
}

func orSilent(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return errSilent
	}
	return err
}

// errSilent is a runtime that does not come to an end.
var errSilent = errors.New("it has not answered in time")

// ear hears the first words of a pipe. What the other side keeps open after its
// end is not waited for long.
type ear struct {
	ours, theirs *os.File
	heard        chan string
}

func (e *ear) open() (*os.File, error) {
	var err error
	e.ours, e.theirs, err = os.Pipe()
	return e.theirs, err
}

// begin is called when the other side has its end.
func (e *ear) begin() {
	if e.theirs == nil {
		return
	}
	e.theirs.Close()
	e.heard = make(chan string, 1)
	go func() {
		b, _ := io.ReadAll(io.LimitReader(e.ours, mostWords))
		e.heard <- string(b)
	}()
}

// words are those that came until the program's end; a process that it has left
// behind may hold the pipe open.
func (e *ear) words() string {
	if e.heard == nil {
		return ""
	}
	e.ours.SetReadDeadline(time.Now().Add(time.Second / 5))
	return strings.TrimSpace(<-e.heard)
}

func (e *ear) close() {
	for _, f := range []*os.File{e.ours, e.theirs} {
		if f != nil {
			f.Close()
		}
	}
}

// known asks the program for its version, and knows it by the answer. It runs as
// a command of a sandbox without layers: whatever it starts ends with that.
func (r runtime) known(ctx context.Context, path string) error {
	host, err := sandbox.Open(ctx, sandbox.Spec{}, sandbox.Options{})
	if err != nil {
		return err
	}
	defer host.Close()
	a, err := call(ctx, host, probePatience, []string{path, "--version"}, nil, nil)
	remedy := "see what `" + path + " --version` says; to install it: " + r.install
	switch {
	case err != nil:
		return r.cannot("ask for its version", facts.Clean(err.Error()), remedy)
	case a.code != 0:
		return r.cannot("ask for its version", fmt.Sprintf("it ended with status %d: %s", a.code, short(a.errors)), remedy)
	case !strings.Contains(a.out, r.says):
		return r.cannot("ask for its version", "it is another program: it answered "+short(a.out), remedy)
	}
	return nil
}

// short is the end of what was said, in one line: the reason comes last.
func short(text string) string {
	const most = 300
	text = facts.Clean(strings.Join(strings.Fields(text), " "))
	if len(text) > most {
		text = "…" + text[len(text)-most:]
	}
	if text == "" {
		return "nothing"
	}
	return text
}
