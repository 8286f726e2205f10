package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	gossh "golang.org/x/crypto/ssh"
)

// pupil is somebody of a class: a connection of their own, and a terminal.
type pupil struct {
	client *gossh.Client
	in     io.WriteCloser
	// loggedIn is how long it took from dialling to the first screen.
	loggedIn time.Duration

	mu    sync.Mutex
	came  *sync.Cond // on mu: something was shown, or the session has ended
	shown []byte     // what was shown last
	count int        // bytes so far
	err   error      // why there is no more
}

// patience is how long anything may take on a busy machine.
const patience = 3 * time.Minute

// newSigner makes a key.
func newSigner() (gossh.Signer, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	return gossh.NewSignerFromKey(private)
}

// join has somebody new come in, and waits for the first screen.
func (s *served) join(name string) (*pupil, error) {
	begin := time.Now()
	p, err := s.connect(name)
	if err != nil {
		return nil, err
	}
	if err := p.waitFor("enter"); err != nil {
		return nil, errors.Join(err, p.client.Close())
	}
	p.loggedIn = time.Since(begin)
	return p, nil
}

// dial logs somebody new in.
func (s *served) dial(name string) (*gossh.Client, error) {
	signer, err := newSigner()
	if err != nil {
		return nil, err
	}
	return s.dialWith(name, signer)
}

// dialWith logs somebody in by a key, with the code if it is asked for.
func (s *served) dialWith(name string, key gossh.Signer) (*gossh.Client, error) {
	answer := func(_, _ string, questions []string, _ []bool) (out []string, err error) {
		for range questions {
			out = append(out, s.said["code"])
		}
		return out, nil
	}
	return gossh.Dial("tcp", "127.0.0.1:"+s.port, &gossh.ClientConfig{User: name, HostKeyCallback: s.hostKey,
		Auth: []gossh.AuthMethod{gossh.PublicKeys(key), gossh.KeyboardInteractive(answer)}, Timeout: patience})
}

// connect has somebody new open a window.
func (s *served) connect(name string) (*pupil, error) {
	c, err := s.dial(name)
	if err != nil {
		return nil, err
	}
	p := &pupil{client: c}
	p.came = sync.NewCond(&p.mu)
	if err := p.open(); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return p, nil
}

func (p *pupil) open() error {
	session, err := p.client.NewSession()
	if err != nil {
		return err
	}
	out, err := session.StdoutPipe()
	if err != nil {
		return err
	}
	if p.in, err = session.StdinPipe(); err != nil {
		return err
	}
	if err := errors.Join(session.RequestPty("xterm-256color", 40, 100, nil), session.Shell()); err != nil {
		return err
	}
	go p.read(out)
	return nil
}

// read keeps the end of what is shown, until there is no more.
func (p *pupil) read(out io.Reader) {
	const enough = 1 << 16
	b := make([]byte, 1<<12)
	for {
		n, err := out.Read(b)
		p.mu.Lock()
		p.shown = append(p.shown, b[:n]...)
		p.shown = p.shown[max(0, len(p.shown)-enough):]
		p.count += n
		p.err = err
		p.mu.Unlock()
		p.came.Broadcast()
		if err != nil {
			return
		}
	}
}

// until waits for something that what was shown makes true.
func (p *pupil) until(what string, true func() bool) error {
	late := time.AfterFunc(patience, func() { p.client.Close() })
	defer late.Stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	for !true() {
		if p.err != nil {
			return fmt.Errorf("%s: %w after %q", what, p.err, p.shown[max(0, len(p.shown)-2000):])
		}
		p.came.Wait()
	}
	return nil
}

func (p *pupil) waitFor(text string) error {
	return p.until(text, func() bool { return bytes.Contains(p.shown, []byte(text)) })
}

// key types, and tells how long the answer took.
func (p *pupil) key(word string) (time.Duration, error) {
	p.mu.Lock()
	before := p.count
	p.mu.Unlock()
	begin := time.Now()
	if _, err := io.WriteString(p.in, word); err != nil {
		return 0, err
	}
	err := p.until("an answer to "+word, func() bool { return p.count > before })
	return time.Since(begin), err
}

// typist is how somebody types who moves through a list: up and down.
func (p *pupil) typist(stop <-chan struct{}, pause func() time.Duration) (took []time.Duration, err error) {
	for i := 0; ; i++ {
		select {
		case <-stop:
			return took, nil
		case <-time.After(pause()):
		}
		one, err := p.key([]string{"\x1b[B", "\x1b[A"}[i%2])
		if err != nil {
			return took, err
		}
		took = append(took, one)
	}
}
