package export

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
)

// restricts tells whether the peer has Landlock here: setpriv(1) from
// util-linux 2.41 on.
func (q peer) restricts() bool {
	help, _ := exec.Command("setpriv", "--help").Output()
	return q.form == Unshare && bytes.Contains(help, []byte("--landlock-rule"))
}

// laterSetpriv is as setpriv(1) of util-linux 2.41 takes its arguments, and
// writes down what it was asked for.
const laterSetpriv = `#!/bin/sh
[ "$1" != --help ] || { echo --seccomp-filter --landlock-access --landlock-rule; exit; }
while :; do
	case $1 in
	--no-new-privs) echo "$1" ;;
	--seccomp-filter) echo "$1"; cat "$2" > "$ASKED.filter"; shift ;;
	--*) echo "$1 $2"; shift ;;
	*) break ;;
	esac
	shift
done >> "$ASKED"
exec "$@"
`

// TestLaterSetpriv: where setpriv(1) has filters and Landlock, the script uses
// them, in the order of the plan.
func TestLaterSetpriv(t *testing.T) {
	m, here := machine(t)
	m.Landlock = 3
	spec := sandbox.Spec{Layers: sandbox.Set(sandbox.NoNewPrivs, sandbox.Seccomp, sandbox.Landlock), Access: sandbox.Access{Read: []string{"/usr"}, Write: []string{"/tmp", "/no such place"}}}
	p, err := sandbox.NewPlan(spec, m)
	if err != nil {
		t.Fatal(err)
	}
	e, err := As(Unshare, p, here, nil)
	if err != nil {
		t.Fatal(err)
	}
	dir := directory(t)
	write(t, filepath.Join(dir, "setpriv"), laterSetpriv)
	asked := filepath.Join(dir, "asked")
	cmd := runScript(t, e, dir, []string{"sh", "-c", "[ ! -e /proc/self/fd/9 ] && pwd"})
	cmd.Env = append(cmd.Env, "PATH="+dir+":"+os.Getenv("PATH"), "ASKED="+asked)
	out, err := cmd.CombinedOutput()
	if here, _ := os.Getwd(); err != nil || string(out) != here+"\n" {
		t.Fatalf("%v\n%s", err, out)
	}
	got, err := os.ReadFile(asked)
	if err != nil {
		t.Fatal(err)
	}
	want := "--no-new-privs\n--landlock-access fs\n--landlock-rule path-beneath::/tmp\n--landlock-rule path-beneath:execute,read-file,read-dir:/usr\n--seccomp-filter\n"
	if string(got) != want {
		t.Errorf("it was asked for\n%swant\n%s", got, want)
	}
	filter, err := os.ReadFile(asked + ".filter")
	if planned, _ := first[op.Seccomp](p); err != nil || !bytes.Equal(filter, planned.Filter) {
		t.Errorf("the filter has %d bytes (%v), the plan's %d", len(filter), err, len(planned.Filter))
	}
}
