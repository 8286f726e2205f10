package server

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/charmbracelet/ssh"
	gossh "golang.org/x/crypto/ssh"
)

// Teacher is the name by which the board is asked for. Where there are keys of
// teachers it is no learner's.
const Teacher = "teacher"

// teacherKey is where the permissions of a teacher have the fingerprint.
const teacherKey = "tentpole-teacher"

// LoadTeachers reads public keys from a file, one a line, as sshd(8) has them in
// authorized_keys. Options before a key mean nothing here, and are refused.
func LoadTeachers(file string) (keys []gossh.PublicKey, err error) {
	rest, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the teacher's key: %w", err)
	}
	for rest = bytes.TrimSpace(rest); len(rest) > 0; rest = bytes.TrimSpace(rest) {
		key, _, options, after, err := gossh.ParseAuthorizedKey(rest)
		switch {
		case err != nil:
			return nil, fmt.Errorf("read the teacher's key from %s: %w; it is the public key that is wanted, such as ~/.ssh/id_ed25519.pub", file, err)
		case len(options) > 0:
			return nil, fmt.Errorf("read the teacher's key from %s: there are options before a key, which mean nothing here: remove them", file)
		}
		keys, rest = append(keys, key), after
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("read the teacher's key from %s: %w", file, errors.New("there is no key in it"))
	}
	return keys, nil
}

// teaches tells whether the key is a teacher's.
func (s *Server) teaches(key gossh.PublicKey) bool {
	return slices.ContainsFunc(s.Teachers, func(k gossh.PublicKey) bool { return bytes.Equal(k.Marshal(), key.Marshal()) })
}

// teach shows the board.
func (s *Server) teach(session ssh.Session, fingerprint string) {
	terminal, ok := terminalOf(session)
	if !ok {
		return
	}
	terminal.Term = termOf(terminal.Term)
	s.Log.Info("a teacher came", "key", fingerprint)
	err := s.Board(s.ending, session, terminal)
	s.Log.Info("a teacher left", "key", fingerprint, "why", err)
	if err != nil {
		refuse(session, "the board has failed. The server's log says why")
		return
	}
	session.Exit(0)
}
