package scribe

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/google/renameio/v2"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/search"
)

// The descriptors that a scribe is started with; os/exec.Cmd.ExtraFiles.
const (
	connFD = 3 + iota
	lockFD
)

// Scribe is the server's end of it. Close it when all tents are down.
type Scribe struct {
	conn *net.UnixConn
	lock *os.File
	cmd  *exec.Cmd
}

// Lock takes hold of a directory of classes: one server has it at a time, and its
// scribe after it. It waits for a scribe that is still writing.
func Lock(dir string) (*os.File, error) {
	const patience = 15 * time.Second
	file := filepath.Join(dir, "lock")
	f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	for limit := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return f, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) || time.Now().After(limit) {
			f.Close()
			return nil, &sandbox.Error{Op: "lock", Target: file, Err: err, Remedy: "another server has these classes: end it, or choose another directory with --data"}
		}
	}
}

// Start starts a scribe: this program, with those arguments, which call [Write].
// The lock stays taken until both are gone.
func Start(lock *os.File, args ...string) (*Scribe, error) {
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_SEQPACKET|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("socketpair", err)
	}
	ours, theirs := os.NewFile(uintptr(fds[0]), "scribe"), os.NewFile(uintptr(fds[1]), "server")
	defer ours.Close()
	defer theirs.Close()
	conn, err := unixConn(ours)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command("/proc/self/exe", args...)
	cmd.Args[0] = os.Args[0]
	cmd.Stderr = os.Stderr
	cmd.ExtraFiles = []*os.File{theirs, lock}
	// Who ends the server from its terminal does not mean the scribe.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return &Scribe{conn: conn, lock: lock, cmd: cmd}, nil
}

func unixConn(f *os.File) (*net.UnixConn, error) {
	c, err := net.FileConn(f) // a copy of its own
	if err != nil {
		return nil, err
	}
	return c.(*net.UnixConn), nil
}

// Hold has the scribe hold a learner's tent.
func (s *Scribe) Hold(learner int64, t Tent) error {
	err := s.tell(learner, syscall.UnixRights(int(t.Home.Fd()), int(t.Init.Fd())))
	if err != nil {
		err = fmt.Errorf("have the scribe hold a tent: %w", err)
	}
	return err
}

// Drop has it let go: the server has taken everything in.
func (s *Scribe) Drop(learner int64) error { return s.tell(learner, nil) }

func (s *Scribe) tell(learner int64, rights []byte) error {
	_, _, err := s.conn.WriteMsgUnix(binary.LittleEndian.AppendUint64(nil, uint64(learner)), rights, nil)
	return err
}

// Close ends the scribe and gives the lock back.
func (s *Scribe) Close() error {
	return errors.Join(s.conn.Close(), s.cmd.Wait(), s.lock.Close())
}

// Write is the scribe: it holds tents until the server is gone, and then writes
// what is left in them into a directory.
func Write(dir string, p Progress) error {
	signal.Ignore(syscall.SIGHUP, syscall.SIGINT, syscall.SIGTERM)
	f := os.NewFile(connFD, "server")
	syscall.CloseOnExec(lockFD) // held, and not used
	conn, err := unixConn(f)
	if err != nil {
		return err
	}
	f.Close()
	tents, err := hold(conn)
	if err != nil {
		return err
	}
	return write(dir, p, tents)
}

// hold keeps account of the tents until the server is gone.
func hold(conn *net.UnixConn) (map[int64]Tent, error) {
	const fds, size = 2, 4 // of an int in a control message; cmsg(3)
	tents := map[int64]Tent{}
	message, rights := make([]byte, 8), make([]byte, syscall.CmsgSpace(fds*size))
	for {
		n, oobn, _, _, err := conn.ReadMsgUnix(message, rights)
		if n == 0 || errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) {
			return tents, nil
		}
		if err != nil {
			return nil, err
		}
		learner := int64(binary.LittleEndian.Uint64(message))
		if t, held := tents[learner]; held {
			t.Home.Close()
			t.Init.Close()
			delete(tents, learner)
		}
		if oobn > 0 {
			if tents[learner], err = tentOf(rights[:oobn]); err != nil {
				return nil, err
			}
		}
	}
}

func tentOf(rights []byte) (Tent, error) {
	messages, err := syscall.ParseSocketControlMessage(rights)
	if err != nil {
		return Tent{}, err
	}
	fds, err := syscall.ParseUnixRights(&messages[0])
	if err != nil {
		return Tent{}, err
	}
	for _, fd := range fds {
		syscall.CloseOnExec(fd)
	}
	return Tent{Home: os.NewFile(uintptr(fds[0]), "home"), Init: os.NewFile(uintptr(fds[1]), "init")}, nil
}

// write writes everything down. One that cannot be written keeps no other from it.
func write(dir string, p Progress, tents map[int64]Tent) (err error) {
	if len(tents) == 0 {
		return nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	const patience = 10 * time.Second
	limit := time.Now().Add(patience)
	for learner, t := range tents {
		for !t.ended() && time.Now().Before(limit) {
			time.Sleep(2 * time.Millisecond)
		}
		err = errors.Join(err, writeOne(fileOf(dir, learner), p, t))
	}
	return err
}

func writeOne(file string, p Progress, t Tent) error {
	raw, _, err := search.ReadThrough(fmt.Sprintf("/proc/self/fd/%d", t.Home.Fd()), p.Path, p.Max+1)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil // nothing was done
	case err != nil:
		return err
	case int64(len(raw)) > p.Max:
		return fmt.Errorf("read %s: it is larger than %d bytes", p.Path, p.Max)
	}
	return renameio.WriteFile(file, raw, 0o600)
}

// ended tells whether the tent's init has died, and with it everybody in its pid
// namespace; pid_namespaces(7), proc_pid_stat(5).
func (t Tent) ended() bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/self/fd/%d/stat", t.Init.Fd()))
	return err != nil || ended(stat)
}

// ended reads the state, which stands behind a name that may hold anything.
func ended(stat []byte) bool {
	end := bytes.LastIndexByte(stat, ')')
	return end+2 >= len(stat) || stat[end+2] == 'Z' || stat[end+2] == 'X'
}
