package scribe

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// scribeDir tells the test program to be a scribe.
const scribeDir = "TENTPOLE_TEST_SCRIBE"

var progress = Progress{Path: "/progress.json", Max: 1000}

func TestMain(m *testing.M) {
	if dir := os.Getenv(scribeDir); dir != "" {
		if err := Write(dir, progress); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// tent is a directory with a process that plays the init.
func tent(t *testing.T, content string) (Tent, *exec.Cmd) {
	t.Helper()
	init := exec.Command("sleep", "1000")
	must(t, init.Start())
	t.Cleanup(func() { init.Process.Kill(); init.Wait() })
	dir := t.TempDir()
	if content != "" {
		must(t, os.WriteFile(filepath.Join(dir, progress.Path), []byte(content), 0o600))
	}
	home, err := os.Open(dir)
	must(t, err)
	proc, err := os.Open(fmt.Sprintf("/proc/%d", init.Process.Pid))
	must(t, err)
	t.Cleanup(func() { home.Close(); proc.Close() })
	return Tent{home, proc}, init
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// start starts a scribe that writes into left.
func start(t *testing.T, dir, left string) *Scribe {
	t.Helper()
	lock, err := Lock(dir)
	must(t, err)
	t.Setenv(scribeDir, left)
	s, err := Start(lock)
	must(t, err)
	return s
}

func TestWhatIsLeftIsWrittenWhenAllHaveDied(t *testing.T) {
	dir, left := t.TempDir(), filepath.Join(t.TempDir(), "left")
	s := start(t, dir, left)
	slow, init := tent(t, "early")
	must(t, s.Hold(1, slow))
	dropped, _ := tent(t, "dropped")
	must(t, s.Hold(2, dropped))
	must(t, s.Drop(2))
	nothing, other := tent(t, "")
	must(t, s.Hold(3, nothing))
	s.lock.Close()
	must(t, s.conn.Close()) // as a killed server's is
	other.Process.Kill()
	must(t, os.WriteFile(filepath.Join(slow.Home.Name(), progress.Path), []byte("late"), 0o600))
	init.Process.Kill()

	lock, err := Lock(dir) // waits for the scribe
	must(t, err)
	defer lock.Close()
	must(t, s.cmd.Wait())
	got, err := Left(left)
	must(t, err)
	if len(got) != 1 || string(got[1]) != "late" {
		t.Errorf("it has written %v", got)
	}
	must(t, Forget(left, 1))
	if got, err := Left(left); len(got) != 0 || err != nil {
		t.Errorf("after that there is %v, %v", got, err)
	}
}

func TestNothingIsLeftWhenTheServerCloses(t *testing.T) {
	left := filepath.Join(t.TempDir(), "left")
	s := start(t, t.TempDir(), left)
	must(t, s.Close())
	if got, err := Left(left); len(got) != 0 || err != nil {
		t.Errorf("it has written %v, %v", got, err)
	}
}

func TestHostileFiles(t *testing.T) {
	for what, lay := range map[string]func(file string) error{
		"a link out":   func(file string) error { return os.Symlink("/etc/passwd", file) },
		"a FIFO":       func(file string) error { return syscall.Mkfifo(file, 0o600) },
		"a large file": func(file string) error { return os.WriteFile(file, make([]byte, progress.Max+1), 0o600) },
	} {
		held, init := tent(t, "")
		must(t, lay(filepath.Join(held.Home.Name(), progress.Path)))
		init.Process.Kill()
		left := t.TempDir()
		if err := write(left, progress, map[int64]Tent{1: held}); err == nil && what != "a link out" {
			t.Errorf("%s: no error", what)
		}
		if got, err := Left(left); len(got) != 0 || err != nil {
			t.Errorf("%s: it has written %v, %v", what, got, err)
		}
	}
}

func TestStateOfAProcessStandsBehindItsName(t *testing.T) {
	for stat, want := range map[string]bool{"7 (sh) S 1": false, "7 (a) Z) R 1": false, "7 (sh) Z 1": true, "7 (sh) X 1": true, "": true} {
		if got := ended([]byte(stat)); got != want {
			t.Errorf("%q: %v", stat, got)
		}
	}
	held, init := tent(t, "")
	if held.ended() {
		t.Error("a living process is taken for a dead one")
	}
	init.Process.Kill()
	init.Wait()
	if !held.ended() {
		t.Error("a dead process is taken for a living one")
	}
}
