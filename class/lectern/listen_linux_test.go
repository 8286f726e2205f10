package lectern

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDeepDirectory: a class is held, and found, below a directory whose path is
// longer than that of a socket may be.
func TestDeepDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), strings.Repeat("deep-", 24))
	must(t, os.Mkdir(dir, 0o700))
	path := Socket(dir, "blue")
	listener, err := Listen(path)
	must(t, err)
	defer listener.Close()
	if _, err := Listen(path); !errors.Is(err, ErrHeld) {
		t.Errorf("a second class listens there: %v", err)
	}
	board, err := Dial(path)
	must(t, err)
	must(t, board.Close())
}
