package export

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// TestLinkOut: a link in a foreign root must not lead the script to the host's
// files; it refuses before it makes anything there.
func TestLinkOut(t *testing.T) {
	m, here := machine(t)
	root, outside := smallRoot(t), everybodys(t)
	if err := os.Symlink(outside, filepath.Join(root, "opt")); err != nil {
		t.Fatal(err)
	}
	for name, spec := range map[string]sandbox.Spec{
		"volume": {Volumes: []sandbox.Volume{{Source: everybodys(t), Target: "/opt/made"}}},
		"tmpfs":  {Tmpfs: []sandbox.Tmpfs{{Target: "/opt/made"}}},
	} {
		t.Run(name, func(t *testing.T) {
			spec.Layers, spec.Root, spec.Source = sandbox.Set(sandbox.Root), sandbox.RootDirectory, root
			p, err := sandbox.NewPlan(spec, m)
			if err != nil {
				t.Fatal(err)
			}
			e, err := As(Unshare, p, here, []string{"true"})
			if err != nil {
				t.Fatal(err)
			}
			run := peers[0].start(t, e, nil)
			run.end(t)
			if said := run.complaints.String(); run.cmd.ProcessState.ExitCode() == 0 || !strings.Contains(said, "leads out of the new root") {
				t.Errorf("%v %s", run.cmd.ProcessState, said)
			}
			if _, err := os.Stat(filepath.Join(outside, "made")); err == nil {
				t.Error("it made something on the host")
			}
		})
	}
}
