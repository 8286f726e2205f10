package guest

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"

	"github.com/hashicorp/yamux"

	"github.com/tentpole-labs/tentpole/sandbox/internal/sealed"
)

// server answers the host.
type server struct {
	boot     string
	children children
	mu       sync.Mutex
	programs map[string]*os.File // by hash
}

// serve answers requests until the host hangs up.
func serve(session *yamux.Session, boot string) error {
	s := &server{boot: boot, programs: map[string]*os.File{}, children: newChildren()}
	go s.children.reap()
	for {
		stream, err := session.AcceptStream()
		if err != nil {
			return fmt.Errorf("the host has hung up: %w", err)
		}
		lines := NewLines(stream)
		var r Request
		if err := lines.Hear(&r); err != nil {
			stream.Close()
			continue
		}
		var stdio [3]*yamux.Stream
		for i := range stdio {
			if r.Run == nil {
				break
			}
			if stdio[i], err = session.AcceptStream(); err != nil {
				return fmt.Errorf("the host has hung up: %w", err)
			}
		}
		go func() {
			defer stream.Close()
			s.answer(r, lines, stdio)
		}()
	}
}

func (s *server) answer(r Request, lines *Lines, stdio [3]*yamux.Stream) {
	var err error
	switch {
	case r.Hello != nil:
		err = lines.Say(Answer{Hello: &Hello{Release: release(), Boot: s.boot, Uptime: uptime()}})
	case r.Program != nil:
		err = s.keep(*r.Program, lines)
	case r.Run != nil:
		err = s.run(*r.Run, lines, stdio)
	case r.Dial != "":
		err = dial(r.Dial, lines)
	case r.Panic != nil:
		if err = MayPanic(r.Panic.HostBoot, s.boot); err == nil {
			err = crash()
		}
	}
	if err != nil {
		lines.Say(Answer{Error: err.Error(), Errno: errnoOf(err)})
	}
}

// keep takes a program into memory, where nobody can change it.
func (s *server) keep(p Program, lines *Lines) error {
	h := sha256.New()
	f, err := sealed.Copy(io.TeeReader(io.LimitReader(lines.Rest(), p.Size), h))
	if err != nil {
		return err
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != p.Hash {
		f.Close()
		return fmt.Errorf("the program that came is %s, not %s", got, p.Hash)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.programs[p.Hash] = f
	return lines.Say(Answer{})
}

func (s *server) program(hash string) (*os.File, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.programs[hash]; f != nil {
		return f, nil
	}
	return nil, errors.New("no program " + hash + " has come")
}

// dial connects inside and passes on what either side says.
func dial(address string, lines *Lines) error {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := lines.Say(Answer{}); err != nil {
		return err
	}
	var both sync.WaitGroup
	both.Go(func() {
		io.Copy(conn, lines.Rest())
		conn.(*net.TCPConn).CloseWrite()
	})
	io.Copy(lines, conn)
	lines.ReadWriter.(io.Closer).Close()
	both.Wait()
	return nil
}
