package tui

import (
	"os"
	"testing"
)

// TestExperimentHere runs one of the catalogue on this machine, as the screen
// does.
func TestExperimentHere(t *testing.T) {
	dir, err := os.MkdirTemp("", "tentpole-tui-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o711); err != nil { // a sandbox's other ids pass through
		t.Fatal(err)
	}
	t.Setenv("XDG_STATE_HOME", dir)
	t.Setenv("SUDO_UID", "")
	o := options(t, &fakeEngine{})
	o.Lab = Lab{}
	d, m := begin(t, o, 200, 60)
	m.openExperiments()
	e := m.sheets.experiments
	for e.at().experiment != "hostname" {
		d.Press("down")
	}
	for e.at().stage != "uts" {
		d.Press("left")
	}
	d.Press("enter")
	d.Wait()
	want(t, d, "# contained", "the machine's name after the change", "--stage uts")
	if err := m.Close(); err != nil {
		t.Error(err)
	}
}
