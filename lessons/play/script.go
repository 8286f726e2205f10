package play

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// script is sh(1) inside, reading commands from a pipe. After each line it
// writes a word nobody can guess, with the exit status, so that the end of the
// line's output is known.
type script struct {
	process *sandbox.Process
	in      *os.File
	out     *os.File
	lines   *bufio.Reader
	word    string
}

// Script starts a shell for single lines.
func (r *running) Script(ctx context.Context) (Script, error) {
	inR, inW, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer inR.Close()
	outR, outW, err := os.Pipe()
	if err != nil {
		inW.Close()
		return nil, err
	}
	defer outW.Close()
	p, err := r.Start(ctx, sandbox.Command{Args: []string{"sh"}, Env: r.Environment(), Stdin: inR, Stdout: outW, Stderr: outW})
	if err != nil {
		inW.Close()
		outR.Close()
		return nil, fmt.Errorf("start a shell inside: %w", err)
	}
	r.note(p)
	return &script{process: p, in: inW, out: outR, lines: bufio.NewReader(outR), word: rand.Text()}, nil
}

// Run runs one line. It is evaluated in the shell itself, so that cd and
// variables last, but with nothing to read: a command that reads its input
// would eat the next line. "command" keeps a syntax error from ending the
// shell (POSIX, 2.8.1).
func (s *script) Run(ctx context.Context, line string, out io.Writer) (int, error) {
	quoted := "'" + strings.ReplaceAll(line, "'", `'\''`) + "'"
	_, err := fmt.Fprintf(s.in, "command eval %s </dev/null\nprintf '\\n%s %%s\\n' $?\n", quoted, s.word)
	if err != nil {
		return 0, s.gone(err)
	}
	stop := context.AfterFunc(ctx, func() { s.out.Close() })
	defer stop()
	return s.copy(ctx, out)
}

// copy copies until the word comes. The line end before the word is ours.
func (s *script) copy(ctx context.Context, out io.Writer) (int, error) {
	var held []byte // a line end that may be ours
	for {
		b, err := s.lines.ReadSlice('\n')
		if rest, ok := bytes.CutPrefix(b, []byte(s.word+" ")); ok && held != nil {
			status, _ := strconv.Atoi(strings.TrimSpace(string(rest)))
			return status, nil
		}
		b = append(held, b...)
		if held = nil; bytes.HasSuffix(b, []byte("\n")) {
			b, held = b[:len(b)-1], []byte("\n")
		}
		if _, err := out.Write(b); err != nil {
			return 0, err
		}
		switch {
		case ctx.Err() != nil:
			return 0, ctx.Err()
		case err != nil && !errors.Is(err, bufio.ErrBufferFull):
			return 0, s.gone(err)
		}
	}
}

func (s *script) gone(err error) error {
	return fmt.Errorf("the shell inside has ended: %w", err)
}

func (s *script) Close() error {
	return errors.Join(s.in.Close(), ignoreClosed(s.out.Close()))
}

func ignoreClosed(err error) error {
	if errors.Is(err, os.ErrClosed) {
		return nil
	}
	return err
}
