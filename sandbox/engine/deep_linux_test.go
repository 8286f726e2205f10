package engine

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDeepState: Podman, which opens its socket by the path that it is given, is
// not started for one that it could not open.
func TestDeepState(t *testing.T) {
	dir, err := os.MkdirTemp("", "tentpole-engine-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	state := filepath.Join(dir, strings.Repeat("deep-", 24))
	t.Setenv("XDG_STATE_HOME", state)
	t.Setenv("SUDO_UID", "")
	err = servePodman(t.Context(), Podman.connection(""))
	if err == nil || !strings.Contains(err.Error(), "longer than the 107 bytes") || !strings.HasSuffix(err.Error(), "point XDG_STATE_HOME to a directory with a shorter name") {
		t.Errorf("%v", err)
	}
	left, err := filepath.Glob(filepath.Join(state, "tentpole", "sandboxes", "*scratch*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
