//go:build linux

package shell

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
	"mvdan.cc/sh/v3/interp"
	"mvdan.cc/sh/v3/syntax"
)

// session is one shell: the interpreter and what it does not have.
type session struct {
	runner   *interp.Runner
	input    *os.File // what the interpreter reads; commands get os.Stdin for it
	terminal *terminal
	jobs     *jobs
	traps    traps
	history  history

	mu     sync.Mutex
	cancel context.CancelFunc // ends the statement that runs at the prompt
}

func newSession(call invocation, atTerminal bool) (*session, error) {
	s := &session{input: os.Stdin}
	if atTerminal {
		s.terminal = openTerminal(os.Stdin)
		s.input = s.terminal.file
	}
	s.jobs = newJobs(s.terminal)
	if _, err := os.Getwd(); err != nil { // it is gone, or out of reach
		os.Chdir("/")
	}
	set := append(append([]string(nil), call.set...), "--")
	r, err := interp.New(
		interp.Interactive(atTerminal),
		interp.StdIO(s.input, os.Stdout, os.Stderr),
		interp.Params(append(set, call.params...)...),
		interp.CallHandler(s.call),
		interp.ExecHandlers(func(interp.ExecHandlerFunc) interp.ExecHandlerFunc { return s.exec }),
		interp.OpenHandler(open),
	)
	if err != nil {
		return nil, err
	}
	s.runner = r
	r.Reset()
	s.evaluate(zeroVariable + "=" + quote(call.name))
	return s, nil
}

// evaluate runs a line of our own.
func (s *session) evaluate(line string) {
	file, err := syntax.NewParser().Parse(strings.NewReader(line), "")
	if err != nil {
		return // it cannot be: all words are quoted
	}
	for _, stmt := range file.Stmts {
		s.runner.Run(context.Background(), stmt)
	}
}

// quote is a word that the parser reads as the string.
func quote(s string) string {
	q, err := syntax.Quote(s, syntax.LangBash)
	if err != nil {
		return "''" // a NUL, which no word can hold
	}
	return q
}

// open opens a file for a redirection, and words errors as other shells do.
// The interpreter prints what a path error says.
func open(ctx context.Context, path string, flag int, perm os.FileMode) (io.ReadWriteCloser, error) {
	hc := interp.HandlerCtx(ctx)
	full := path
	if !strings.HasPrefix(path, "/") {
		full = hc.Dir + "/" + path
	}
	file, err := os.OpenFile(full, flag, perm|0o666)
	if err == nil {
		return file, nil
	}
	op, why := "sh: can't open", reason(err)
	if flag&os.O_CREATE != 0 {
		op = "sh: can't create"
	}
	return nil, &os.PathError{Op: op, Path: path, Err: errors.New(why)}
}

// reason is the kernel's answer in an error, as strerror(3) words it.
func reason(err error) string {
	var errno syscall.Errno
	switch {
	case errors.As(err, &errno):
	case errors.Is(err, fs.ErrNotExist):
		errno = unix.ENOENT
	case errors.Is(err, fs.ErrPermission):
		errno = unix.EACCES
	default:
		return err.Error()
	}
	text := errno.Error()
	return strings.ToUpper(text[:1]) + text[1:]
}
