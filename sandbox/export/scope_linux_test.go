package export

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
)

// aSystemd makes a scope's directory and starts the command, as
// systemd-run(1) --scope does.
const aSystemd = `#!/bin/sh
while :; do
	case $1 in
	--unit) mkdir "$SLICE/$2"; shift 2 ;;
	--property) shift 2 ;;
	--*) shift ;;
	*) break ;;
	esac
done
exec "$@"
`

// TestScope: where only systemd makes cgroups, the script asks it for a scope
// and limits what it starts there. The cgroups are plain directories here.
func TestScope(t *testing.T) {
	slice := directory(t)
	place := delegated(slice)
	place.Scope = &cgroup.Scope{Slice: "app.slice", Dir: slice, Controllers: controllers}
	limitedIn(t, slice, place)
	checkFiles(t, filepath.Join(slice, "tentpole-script-*.scope"))
}

// TestUnified: in a cgroup of v2 that is the caller's own, the script makes
// others, and hands the controllers on to them.
func TestUnified(t *testing.T) {
	own := directory(t)
	place := delegated(own)
	place.Own, place.Parents = own, []cgroup.Parent{{Dir: own, Controllers: controllers, Enable: controllers}}
	limitedIn(t, own, place)
	checkFiles(t, filepath.Join(own, "tentpole-script-*"))
	if got, err := os.ReadFile(filepath.Join(own, "cgroup.subtree_control")); err != nil || string(got) != "+memory +pids\n" {
		t.Errorf("%q %v", got, err)
	}
}

var controllers = []string{cgroup.Memory, cgroup.PIDs}

// delegated is a machine of v2 whose caller may make groups in a directory.
func delegated(dir string) (place cgroup.Place) {
	for _, name := range controllers {
		place.Controllers = append(place.Controllers, cgroup.Controller{Name: name, Version: 2, Dir: dir})
	}
	return place
}

// limitedIn runs the script of a plan with limits on a machine with such a
// place for its cgroups.
func limitedIn(t *testing.T, dir string, place cgroup.Place) {
	t.Helper()
	m, here := machine(t)
	m.Cgroups = place
	p, err := sandbox.NewPlan(sandbox.Spec{Layers: sandbox.Set(sandbox.Memory, sandbox.PIDs)}, m)
	if err != nil {
		t.Fatal(err)
	}
	e, err := As(Unshare, p, here, nil)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "systemd-run"), aSystemd)
	cmd := runScript(t, e, dir, []string{"true"})
	cmd.Env = append(cmd.Env, "PATH="+dir+":"+os.Getenv("PATH"), "SLICE="+dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s\n%s", err, out, e.Text)
	}
}

// checkFiles checks what was written, in the only group that fits the pattern.
func checkFiles(t *testing.T, pattern string) {
	t.Helper()
	for file, want := range map[string]string{
		"cgroup.subtree_control": "+memory +pids", "commands/cgroup.procs": "0",
		"commands/memory.max": "268435456", "commands/pids.max": "128",
	} {
		found, _ := filepath.Glob(filepath.Join(pattern, file))
		if len(found) != 1 {
			t.Errorf("%s: %v", file, found)
			continue
		}
		if got, err := os.ReadFile(found[0]); err != nil || strings.TrimSpace(string(got)) != want {
			t.Errorf("%s: %q %v, want %q", file, got, err, want)
		}
	}
}
