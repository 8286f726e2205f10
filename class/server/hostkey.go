package server

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/charmbracelet/keygen"
	gossh "golang.org/x/crypto/ssh"

	"github.com/tentpole-labs/tentpole/class/store"
)

// HostKey is what the server is known by.
type HostKey struct {
	pem    []byte
	public gossh.PublicKey
}

// LoadHostKey reads the key from a directory, and makes it the first time. Nobody
// else may read it.
func LoadHostKey(dir string) (*HostKey, error) {
	file := filepath.Join(dir, "host_ed25519")
	if _, err := os.Lstat(file); errors.Is(err, fs.ErrNotExist) {
		if _, err := keygen.New(file, keygen.WithKeyType(keygen.Ed25519), keygen.WithWrite()); err != nil {
			return nil, fmt.Errorf("make the host key %s: %w; make the directory writable, or choose another one", file, err)
		}
	}
	st, err := os.Lstat(file)
	if err != nil {
		return nil, fmt.Errorf("read the host key: %w", err)
	}
	if !st.Mode().IsRegular() || st.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("use the host key %s: others can read it (%v); chmod 600 it, or remove it for a new one", file, st.Mode())
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the host key: %w", err)
	}
	key, err := hostKey(raw)
	if err != nil {
		return nil, fmt.Errorf("read the host key %s: %w; remove it for a new one", file, err)
	}
	return key, nil
}

// SharedHostKey is the key of all servers on a store that several share, or ssh
// would warn whoever comes from one to the other.
func SharedHostKey(ctx context.Context, kept *store.Store) (*HostKey, error) {
	raw, err := kept.HostKey(ctx, newHostKey)
	if err != nil {
		return nil, err
	}
	key, err := hostKey(raw)
	if err != nil {
		return nil, fmt.Errorf("read the host key in the store: %w; delete the row of the table host_key for a new one", err)
	}
	return key, nil
}

func newHostKey() ([]byte, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	block, err := gossh.MarshalPrivateKey(private, "")
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(block), nil
}

func hostKey(raw []byte) (*HostKey, error) {
	signer, err := gossh.ParsePrivateKey(raw)
	if err != nil {
		return nil, err
	}
	return &HostKey{pem: raw, public: signer.PublicKey()}, nil
}

// Fingerprint is what ssh shows of the key when it sees it first.
func (k *HostKey) Fingerprint() string { return gossh.FingerprintSHA256(k.public) }

// Words are the first eight bytes of the fingerprint, a word each: easier to
// compare across a room.
func (k *HostKey) Words() string {
	sum := sha256.Sum256(k.public.Marshal())
	words := make([]string, 8)
	for i := range words {
		words[i] = byteWords[sum[i]]
	}
	return strings.Join(words, " ")
}
