package experiment

import (
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// TestDiskLimit: where the state directory lies on no block device it is n/a
// everywhere.
func TestDiskLimit(t *testing.T) {
	m, err := sandbox.Look()
	if err != nil {
		t.Fatal(err)
	}
	without, with := Open, Limited
	if m.Disk == "" {
		without, with = NotApplicable, NotApplicable
	}
	turnsWith(t, "disk-limit", sandbox.IO, without, with, nil)
}
