package export

import (
	"context"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// look is what a command inside finds: the places it was given, a /dev, links, and
// where it may write.
const look = `
pwd; id -u
ls /sys/class/net
for f in /srv/note /dev/null /dev/pts/ptmx /dev/shm /dev/fd/0 /proc/self /sys/kernel; do [ -e $f ] && echo $f; done
for f in /srv/x /tmp/x /x /proc/sys/vm/swappiness; do touch $f 2> /dev/null && echo writes $f; done
true`

// TestSameView runs one command in the plan's own sandbox and in each export of
// it: what it says is the same.
func TestSameView(t *testing.T) {
	m, here := machine(t)
	for _, c := range cases(t, m) {
		if c.name != "directory" {
			continue
		}
		p, err := sandbox.NewPlan(c.spec, m)
		if err != nil {
			t.Fatal(err)
		}
		want := said(t, p, look)
		if !strings.Contains(want, "/srv/note") || !strings.Contains(want, "writes /tmp/x") || strings.Contains(want, "writes /srv/x") {
			t.Fatalf("the sandbox itself is not as asked for:\n%s", want)
		}
		for _, peer := range peers {
			t.Run(peer.name, func(t *testing.T) {
				if got, ok := peer.said(t, p, here, look); ok && got != want {
					t.Errorf("it says\n%s\nthe plan's own sandbox\n%s", got, want)
				}
			})
		}
	}
}

// TestLandlockIsMissed: /proc does not tell of Landlock, so that no board shows
// whether the exports that claim to be without it are.
func TestLandlockIsMissed(t *testing.T) {
	m, here := machine(t)
	if m.Landlock == 0 {
		skip(t, "this kernel has no Landlock")
	}
	const write = "touch /usr/tentpole-export 2> /dev/null && echo written; true"
	p, err := sandbox.NewPlan(sandbox.Spec{Layers: sandbox.Set(sandbox.Root, sandbox.Landlock)}, m)
	if err != nil {
		t.Fatal(err)
	}
	if got := said(t, p, write); got != "" {
		t.Fatalf("in the plan's own sandbox: %s", got)
	}
	for _, peer := range peers {
		t.Run(peer.name, func(t *testing.T) {
			got, ok := peer.said(t, p, here, write)
			if missed := !peer.restricts(); ok && missed != (got == "written\n") {
				t.Errorf("it is without Landlock: %v, and says %q", missed, got)
			}
		})
	}
}

// said runs a shell's command in the plan's own sandbox.
func said(t *testing.T, p *sandbox.Plan, line string) string {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	box, process, err := sandbox.Run(context.Background(), p, sandbox.Options{}, sandbox.Command{Args: []string{"sh", "-c", line}, Stdout: write})
	write.Close()
	if err != nil {
		t.Fatal(err)
	}
	defer box.Close()
	text, err := io.ReadAll(read)
	if err != nil {
		t.Fatal(err)
	}
	if status, err := process.Wait(context.Background()); err != nil || status.Code != 0 {
		t.Fatalf("%+v %v", status, err)
	}
	return string(text)
}

// said runs it in an export; ok is false when there are no words for the plan.
func (q peer) said(t *testing.T, p *sandbox.Plan, here Surroundings, line string) (text string, ok bool) {
	t.Helper()
	args := []string{"sh", "-c", line}
	e, ok := q.export(t, p, here, args)
	if !ok {
		return "", false
	}
	run := q.start(t, e, args)
	run.end(t)
	if run.cmd.ProcessState.ExitCode() != 0 {
		t.Errorf("%v\n%s", run.cmd.ProcessState, run.complaints.String())
	}
	return run.output.String(), true
}
