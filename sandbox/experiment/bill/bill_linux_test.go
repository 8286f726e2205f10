package bill

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox/experiment"
)

// TestOnThisMachine: everything that there is has a price, and leaves nothing.
func TestOnThisMachine(t *testing.T) {
	dir, err := os.MkdirTemp("", "tentpole-bill-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	t.Setenv("XDG_STATE_HOME", dir)
	t.Setenv("SUDO_UID", "")
	b, err := Run(context.Background(), Options{Stages: []string{"process", "container"}, Rounds: 1})
	if err != nil {
		t.Fatal(err)
	}
	if len(b.Columns) != 3 {
		t.Fatalf("%+v", b.Columns)
	}
	plain, process := b.Columns[0], b.Columns[1]
	for _, c := range b.Columns {
		for _, p := range c.Prices {
			free := p.Measure == "idle-cpu" || p.Measure == "file" // nothing, and where there are no such files
			if c.Lacks+c.Error != "" || !free && (!p.Known() || p.Median <= 0) {
				t.Errorf("%s: %+v %s%s", c.Name, p, c.Lacks, c.Error)
			}
		}
	}
	if a, b := plain.Price("memory").Median, process.Price("memory").Median; a >= b {
		t.Errorf("with an init it takes %v bytes, without %v", b, a)
	}
	if plain.Subject != experiment.BareKind {
		t.Errorf("%+v", plain)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "tentpole", "sandboxes", "*@*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
