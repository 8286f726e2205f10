package experiment

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
	_ "github.com/tentpole-labs/tentpole/sandbox/experiment/inside/takeover" // this program runs acts
	"github.com/tentpole-labs/tentpole/sandbox/internal/sealed"
)

// program is the open file of the acts' program, for as long as tentpole runs.
var program = sync.OnceValues(func() (*os.File, error) { return sealed.Program(embedded) })

// First is what a container without an init of its own runs as its first process:
// the acts' program, and the arguments by which it reaps and stays. It begins
// with a line on its standard input, says a line when it is there, and ends with
// its standard input.
func First() (exe *os.File, args []string, err error) {
	exe, err = program()
	return exe, []string{inside.Name, "reap", deadline(years)}, err
}

// years is the deadline of an act that stays as long as it is wanted.
const years = 10 * 365 * 24 * time.Hour

// deadline is one as an act is given it: in seconds.
func deadline(d time.Duration) string { return strconv.Itoa(int(d / time.Second)) }

// Talk is a conversation with an act that runs inside.
type Talk struct {
	Process Process
	act     string
	in      *os.File
	out     *os.File
	lines   *bufio.Reader
	over    bool
	heard   int // bytes
	closed  error
	once    sync.Once
}

// ActError is what the kernel answered to an act. It wraps the errno.
type ActError struct {
	Act    string
	Answer inside.Error
}

func (e *ActError) Error() string { return fmt.Sprintf("%s inside: %s", e.Act, word(e.Answer.Text)) }

func (e *ActError) Unwrap() error {
	if e.Answer.Errno == 0 {
		return nil
	}
	return syscall.Errno(e.Answer.Errno)
}

// ask runs an act on the trial's subject to its end, and decodes what it says
// into answer, which may be nil.
func (t *Trial) ask(ctx context.Context, act string, given, answer any) error {
	return askIn(ctx, t.Subject, act, given, answer)
}

// askIn runs an act on any subject to its end.
func askIn(ctx context.Context, s Subject, act string, given, answer any) error {
	talk, err := Begin(ctx, s, act, given)
	if err != nil {
		return err
	}
	defer talk.Close()
	if answer != nil {
		if err := talk.Hear(ctx, answer); err != nil {
			return err
		}
	}
	return talk.End(ctx)
}

// talk begins an act on the trial's subject, which ends with the trial at the
// latest.
func (t *Trial) talk(ctx context.Context, act string, given any) (*Talk, error) {
	return t.talkIn(ctx, t.Subject, act, given)
}

// talkIn begins an act on any subject.
func (t *Trial) talkIn(ctx context.Context, s Subject, act string, given any) (*Talk, error) {
	talk, err := Begin(ctx, s, act, given)
	if err == nil {
		t.atEnd(talk.Close)
	}
	return talk, err
}

// Begin starts an act inside and gives it its first message. The caller closes
// the conversation.
func Begin(ctx context.Context, s Subject, act string, given any) (*Talk, error) {
	return begin(ctx, s, asking{act: act, given: given})
}

// asking is what is asked of a subject.
type asking struct {
	act   string
	given any
	// program is the one whose act it is; nil for that of package inside.
	program func() (*os.File, error)
	// besides is an open file that the act finds as its standard error; it stays
	// the caller's. nil for none.
	besides *os.File
	// lasts is how long it may take; 0 is inside.Deadline.
	lasts time.Duration
}

func begin(ctx context.Context, s Subject, a asking) (*Talk, error) {
	if a.program == nil {
		a.program = program
	}
	first, err := json.Marshal(a.given)
	if err != nil {
		return nil, err
	}
	exe, err := a.program()
	if err != nil {
		return nil, &sandbox.Error{Op: "put together the program for", Target: a.act, Err: err}
	}
	talk := &Talk{act: a.act}
	theirs, err := talk.open()
	if err != nil {
		talk.release()
		return nil, err
	}
	if a.besides == nil {
		a.besides = theirs[1]
	}
	lasts := deadline(cmp.Or(a.lasts, inside.Deadline))
	talk.Process, err = s.Start(ctx, Command{Args: []string{inside.Name, a.act, lasts}, Program: exe,
		Stdin: theirs[0], Stdout: theirs[1], Stderr: a.besides})
	for _, f := range theirs {
		f.Close()
	}
	if err != nil {
		talk.release()
		return nil, err
	}
	if err := talk.send(first); err != nil {
		return nil, errors.Join(err, talk.Close())
	}
	return talk, nil
}

// Attend begins an act that only stays inside, for as long as it is wanted: a
// process to read facts of. The caller closes the conversation.
func Attend(ctx context.Context, s Subject) (*Talk, error) {
	return begin(ctx, s, asking{act: "stay", lasts: years})
}

// open makes the pipes; theirs are standard input and output.
func (t *Talk) open() (theirs [2]*os.File, err error) {
	if theirs[0], t.in, err = os.Pipe(); err != nil {
		return theirs, err
	}
	if t.out, theirs[1], err = os.Pipe(); err != nil {
		return theirs, errors.Join(err, theirs[0].Close())
	}
	t.lines = bufio.NewReaderSize(t.out, 64<<10)
	return theirs, nil
}

// Say sends a message to the act.
func (t *Talk) Say(v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return t.send(b)
}

// send does not wait for an act that does not read.
func (t *Talk) send(line []byte) error {
	t.in.SetWriteDeadline(time.Now().Add(10 * time.Second))
	if _, err := t.in.Write(append(line, '\n')); err != nil {
		return &sandbox.Error{Op: "talk to the act", Target: t.act, Err: err}
	}
	return nil
}

// Hear waits for the act's next message and decodes it. An act that failed
// gives *ActError, one that ended without a word a *sandbox.Error.
func (t *Talk) Hear(ctx context.Context, v any) error {
	m, err := t.next(ctx)
	switch {
	case err != nil:
		return err
	case m.Over:
		return t.broke(errors.New("it ended without an answer"))
	}
	if err := json.Unmarshal(m.Say, v); err != nil {
		return t.broke(err)
	}
	return nil
}

// End waits for the end of an act that has said all.
func (t *Talk) End(ctx context.Context) error {
	for !t.over {
		if _, err := t.next(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (t *Talk) next(ctx context.Context) (m inside.Message, err error) {
	stop := context.AfterFunc(ctx, func() { t.out.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	line, err := readLine(t.lines, inside.LineLimit)
	if ctx.Err() != nil {
		return m, ctx.Err()
	}
	if err != nil {
		return m, t.broke(err)
	}
	if t.heard += len(line); t.heard > talkLimit {
		return m, t.broke(fmt.Errorf("it said more than %d bytes", talkLimit))
	}
	if err := json.Unmarshal(line, &m); err != nil {
		return m, t.broke(fmt.Errorf("it said %.100q", bytes.TrimSpace(line)))
	}
	t.over = t.over || m.Over
	if m.Error != nil {
		return m, &ActError{t.act, *m.Error}
	}
	return m, nil
}

// talkLimit bounds what an act may say in all, in bytes.
const talkLimit = 32 << 20

// readLine reads a line of at most limit bytes.
func readLine(from *bufio.Reader, limit int) (line []byte, err error) {
	for {
		part, err := from.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case len(line) > limit:
			return nil, fmt.Errorf("it said more than %d bytes at once", limit)
		case err == nil:
			return line, nil
		case err != bufio.ErrBufferFull:
			return nil, err
		}
	}
}

func (t *Talk) broke(err error) error {
	t.over = true
	return &sandbox.Error{Op: "hear from the act", Target: t.act, Err: err}
}

// Hang up the act's standard input: one that waits goes on, and ends.
func (t *Talk) Hang() error { return t.in.Close() }

// patience is how long an act may take to end by itself.
const patience = 2 * time.Second

// Close ends the act: its standard input ends, and it is killed when it does not
// leave by itself.
func (t *Talk) Close() error {
	t.once.Do(func() {
		t.release()
		if t.Process == nil {
			return
		}
		select {
		case <-t.Process.Done():
		case <-time.After(patience):
			if err := t.Process.Signal(syscall.SIGKILL); err != nil && !errors.Is(err, os.ErrProcessDone) {
				t.closed = err
				return
			}
			<-t.Process.Done()
		}
	})
	return t.closed
}

func (t *Talk) release() {
	for _, f := range []*os.File{t.in, t.out} {
		if f != nil {
			f.Close()
		}
	}
}
