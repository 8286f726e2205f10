package vm

import (
	"context"
	"fmt"
	"io"
	"os"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// ownerRole has the test binary boot a machine and wait to be killed.
const ownerRole = "TENTPOLE_TEST_OWNER"

func TestMain(m *testing.M) {
	if os.Getenv(ownerRole) != "" {
		os.Exit(own())
	}
	state, err := os.MkdirTemp("", "tentpole-vm-test-")
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	os.Setenv("XDG_STATE_HOME", state)
	status := m.Run()
	if booted {
		if m, err := shared(); err == nil {
			m.Close()
		}
	}
	os.RemoveAll(state)
	os.Exit(status)
}

// own says what it has started, and waits for the end.
func own() int {
	m, err := Boot(context.Background(), sandbox.Spec{}, false)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println(m.Emulator(), m.Disk())
	io.Copy(io.Discard, os.Stdin)
	return 0
}
