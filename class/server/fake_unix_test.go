//go:build unix

package server

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/tentpole-labs/tentpole/class/store"
	"github.com/tentpole-labs/tentpole/sandbox"
)

// fakeTents play the kernel's part: what is in the tents of a class.
type fakeTents struct {
	mu     sync.Mutex
	raised []store.Learner
	given  map[string]string // the progress a tent was raised with, by name
	open   int
}

func (f *fakeTents) raise(_ context.Context, l store.Learner, progress []byte) (Tent, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.raised = append(f.raised, l)
	f.given[l.Name] = string(progress)
	f.open++
	return &fakeTent{all: f, name: l.Name}, nil
}

func (f *fakeTents) standing() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.open
}

type fakeTent struct {
	all  *fakeTents
	name string

	mu   sync.Mutex
	done []byte
	why  error
}

var errHoards = errors.New("you have too much of it")

func (t *fakeTent) Progress() ([]byte, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	raw := t.done
	t.done = nil
	return raw, nil
}

func (t *fakeTent) Why() error { return t.why }

func (t *fakeTent) Close() error {
	t.all.mu.Lock()
	defer t.all.mu.Unlock()
	t.all.open--
	return nil
}

func (t *fakeTent) Start(_ context.Context, term string, size sandbox.Size) (Program, error) {
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		return nil, err
	}
	for _, fd := range fds {
		syscall.SetNonblock(fd, true)
	}
	p := &fakeProgram{tent: t, term: term, size: size, ours: os.NewFile(uintptr(fds[0]), "terminal"), theirs: os.NewFile(uintptr(fds[1]), "program"), done: make(chan struct{}), resized: make(chan sandbox.Size, 64)}
	go p.play()
	return p, nil
}

// fakeProgram answers lines.
type fakeProgram struct {
	tent         *fakeTent
	term         string
	size         sandbox.Size
	ours, theirs *os.File
	resized      chan sandbox.Size
	status       int
	kept         string
	ending       sync.Once
	done         chan struct{}
	keys         atomic.Int32 // it was told of
}

func (p *fakeProgram) Typed() { p.keys.Add(1) }

func (p *fakeProgram) play() {
	fmt.Fprintf(p.theirs, "hello %s on %s\n", p.tent.name, p.term)
	lines := bufio.NewScanner(p.theirs)
	for lines.Scan() {
		word, rest, _ := strings.Cut(lines.Text(), " ")
		switch word {
		case "size":
			s := <-p.resized
			fmt.Fprintf(p.theirs, "size %d %d\n", s.Cols, s.Rows)
		case "do":
			p.tent.mu.Lock()
			p.tent.done = []byte(rest)
			p.tent.mu.Unlock()
			fmt.Fprintln(p.theirs, "did")
		case "remember":
			p.kept = rest
			fmt.Fprintln(p.theirs, "remembered")
		case "recall":
			fmt.Fprintln(p.theirs, p.kept)
		case "hoard":
			p.tent.why = errHoards
			p.end()
			return
		case "exit":
			fmt.Sscan(rest, &p.status)
			fmt.Fprintln(p.theirs, "bye")
			p.end()
			return
		default:
			fmt.Fprintln(p.theirs, "echo", lines.Text())
		}
	}
	p.end()
}

func (p *fakeProgram) end() { p.ending.Do(func() { p.theirs.Close(); close(p.done) }) }

func (p *fakeProgram) Terminal() *os.File          { return p.ours }
func (p *fakeProgram) Resize(s sandbox.Size) error { p.resized <- s; return nil }
func (p *fakeProgram) Done() <-chan struct{}       { return p.done }
func (p *fakeProgram) Release()                    { p.ours.Close() }
func (p *fakeProgram) Signal(s syscall.Signal) error {
	if s == syscall.SIGCONT {
		fmt.Fprintln(p.theirs, "drawn again")
		return nil
	}
	p.end()
	return nil
}
func (p *fakeProgram) Wait(context.Context) (sandbox.Status, error) {
	<-p.done
	return sandbox.Status{Code: p.status}, nil
}

// quiet is where a test's server writes its log; what it says is looked at.
type quiet struct {
	mu   sync.Mutex
	text strings.Builder
}

func (q *quiet) Write(b []byte) (int, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.text.Write(b)
}

func (q *quiet) String() string {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.text.String()
}

var _ io.Writer = (*quiet)(nil)

// must ends the test on an error.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
