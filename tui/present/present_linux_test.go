package present

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestDeepDirectory: a talk is held, and found, below a directory whose path is
// longer than that of a socket may be.
func TestDeepDirectory(t *testing.T) {
	socket := filepath.Join(t.TempDir(), strings.Repeat("deep-", 24), "present.sock")
	w, err := Listen(socket)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := w.Tell(State{Step: "one"}); err != nil {
		t.Fatal(err)
	}
	if s, err := notes(t, socket).Hear(); err != nil || s.Step != "one" {
		t.Errorf("heard %+v, %v", s, err)
	}
	if _, err := Listen(socket); err == nil {
		t.Error("a second talk listens there")
	}
}
