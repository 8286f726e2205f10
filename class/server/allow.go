package server

import (
	"bufio"
	"bytes"
	"fmt"
	"os"

	gossh "golang.org/x/crypto/ssh"
)

// Allowed are the keys and names that may join; nil lets in everybody who knows the
// class's code. Who is listed needs the code, too.
type Allowed struct {
	keys  map[string]bool
	names map[string]bool
}

// LoadAllowed reads a list: on each line a key as in authorized_keys of sshd(8), or a
// name. Options of keys have no meaning here and are refused.
func LoadAllowed(file string) (*Allowed, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read who is allowed: %w", err)
	}
	a := &Allowed{keys: map[string]bool{}, names: map[string]bool{}}
	lines := bufio.NewScanner(bytes.NewReader(raw))
	for n := 1; lines.Scan(); n++ {
		line, _, _ := bytes.Cut(bytes.TrimSpace(lines.Bytes()), []byte("#"))
		if len(line) == 0 {
			continue
		}
		if err := a.add(line); err != nil {
			return nil, fmt.Errorf("read who is allowed: %s, line %d: %w", file, n, err)
		}
	}
	return a, lines.Err()
}

func (a *Allowed) add(line []byte) error {
	if name, ok := nameOf(string(bytes.TrimSpace(line))); ok {
		a.names[name] = true
		return nil
	}
	key, _, options, _, err := gossh.ParseAuthorizedKey(line)
	if err != nil || len(options) > 0 {
		return fmt.Errorf("this is neither a key (ssh-ed25519 AAAA…) nor a name")
	}
	a.keys[string(key.Marshal())] = true
	return nil
}

// may tells whether somebody may be in the class under a name, with a key or nil.
func (a *Allowed) may(name string, key gossh.PublicKey) bool {
	return a == nil || a.names[name] || key != nil && a.keys[string(key.Marshal())]
}
