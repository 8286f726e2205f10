package experiment

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// The decoys need a mount, which must not show on the host: the test runs
// itself again in a mount namespace of its own.
const again = "TENTPOLE_TEST_AGAIN"

func TestMain(m *testing.M) {
	if os.Getenv(again) != "" {
		if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
			fmt.Fprintln(os.Stderr, "make mounts private:", err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// apart runs the calling test in a mount namespace of its own, and returns
// true in there.
func apart(t *testing.T) bool {
	t.Helper()
	if os.Getenv(again) != "" {
		return true
	}
	cmd := exec.Command("/proc/self/exe", "-test.run", "^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), again+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
	if os.Geteuid() != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("in a mount namespace of its own: %v\n%s", err, out)
	}
	t.Logf("%s", out)
	return false
}

func open(t *testing.T, spec sandbox.Spec) *sandbox.Sandbox {
	t.Helper()
	state, err := os.MkdirTemp("", "tentpole-state-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(state, 0o711); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(state) })
	t.Setenv("XDG_STATE_HOME", state)
	t.Setenv("SUDO_UID", "")
	s, err := sandbox.Open(context.Background(), spec, sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// uniquePath is a path that no other run uses at the same time.
func uniquePath(t *testing.T) string {
	return fmt.Sprintf("/tmp/tentpole-canary-%d-%s.txt", os.Getpid(), strings.ReplaceAll(t.Name(), "/", "-"))
}

func hows(r Result) []string {
	var out []string
	for _, p := range r.Places {
		out = append(out, p.How)
	}
	slices.Sort(out)
	return out
}

func TestFileWithTheHostsRoot(t *testing.T) {
	file := uniquePath(t)
	s := open(t, sandbox.Spec{Layers: sandbox.Set(sandbox.Mount)})
	r, err := Run(context.Background(), "file", On(s), Options{Path: file})
	if err != nil {
		t.Fatal(err)
	}
	if r.Outcome != Open || len(r.Places) != 1 || r.Places[0].Path != file || r.Places[0].How != "same" {
		t.Errorf("outcome %s, places %+v", r.Outcome, r.Places)
	}
	if r.Places[0].UID != uint32(os.Getuid()) {
		t.Errorf("owner on the host: %d, want %d", r.Places[0].UID, os.Getuid())
	}
	if _, err := os.Lstat(file); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the file is still there: %v", err)
	}
}

func TestFileInAnOverlay(t *testing.T) {
	file := uniquePath(t)
	s := open(t, sandbox.Spec{Layers: sandbox.Set(sandbox.Mount, sandbox.PID), Root: sandbox.RootOverlay})
	r, err := Run(context.Background(), "file", On(s), Options{Path: file})
	if err != nil {
		t.Fatal(err)
	}
	if got := hows(r); r.Outcome != OneWay || !slices.Equal(got, []string{"proc-root", "upper"}) {
		t.Errorf("outcome %s, found %v: %+v", r.Outcome, got, r.Places)
	}
	for _, p := range r.Places {
		if p.UID != uint32(os.Getuid()) {
			t.Errorf("owner of %s on the host: %d, want %d", p.Path, p.UID, os.Getuid())
		}
		if _, err := os.Lstat(p.Path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is still there: %v", p.Path, err)
		}
	}
	if _, err := json.Marshal(r); err != nil {
		t.Error(err)
	}
}

// TestPrivateFile: a tmpfs of the sandbox's own hides the name from a search,
// and not from whoever goes through the process.
func TestPrivateFile(t *testing.T) {
	s := open(t, sandbox.Spec{Layers: sandbox.Set(sandbox.Mount)})
	p, err := s.Start(context.Background(), sandbox.Command{Args: []string{"mount", "-t", "tmpfs", "tmpfs", "/mnt"}})
	if err != nil {
		t.Fatal(err)
	}
	if status, err := p.Wait(context.Background()); err != nil || status.Code != 0 {
		t.Fatal(status, err)
	}
	r, err := Run(context.Background(), "file", On(s), Options{Path: "/mnt/" + filepath.Base(uniquePath(t))})
	if err != nil {
		t.Fatal(err)
	}
	if got := hows(r); r.Outcome != OneWay || !slices.Equal(got, []string{"proc-root"}) {
		t.Errorf("outcome %s, found %+v", r.Outcome, r.Places)
	}
}

// decoyed plants, when the file is made, what a careless search would mix up.
type decoyed struct {
	Subject
	t                 *testing.T
	dir, caught       string
	other, hard, bind string
}

func (d *decoyed) Create(ctx context.Context, path, content string) (Canary, error) {
	c, err := d.Subject.Create(ctx, path, content)
	if err != nil {
		return nil, err
	}
	d.other = d.plant("other", path, func(p string) error { return os.WriteFile(p, []byte("somebody else's\n"), 0o644) })
	d.hard = d.plant("hard", path, func(p string) error { return os.Link(d.caught, p) })
	d.bind = d.plant("bind", path, func(p string) error {
		if err := os.WriteFile(p, nil, 0o644); err != nil {
			return err
		}
		return syscall.Mount(d.caught, p, "", syscall.MS_BIND, "")
	})
	return c, nil
}

// plant makes a directory with something of the file's name in it.
func (d *decoyed) plant(dir, file string, do func(string) error) string {
	at := filepath.Join(d.dir, dir, filepath.Base(file))
	if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
		d.t.Fatal(err)
	}
	if err := do(at); err != nil {
		d.t.Fatal(err)
	}
	return at
}

func TestDecoys(t *testing.T) {
	if !apart(t) {
		return
	}
	file := uniquePath(t)
	s := open(t, sandbox.Spec{Layers: sandbox.Set(sandbox.Mount, sandbox.PID), Root: sandbox.RootOverlay})
	dir := t.TempDir()
	d := &decoyed{Subject: On(s), t: t, dir: dir, caught: s.Plan().Caught(file)}
	r, err := Run(context.Background(), "file", d, Options{Path: file})
	if d.bind != "" {
		if err := syscall.Unmount(d.bind, 0); err != nil {
			t.Error(err)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, p := range r.Places {
		got[p.Path] = p.How
		if strings.HasPrefix(p.Path, "/proc/") {
			got["through the process"] = p.How
			delete(got, p.Path)
		}
	}
	want := map[string]string{d.caught: "upper", d.hard: "same", d.bind: "bind", "through the process": "proc-root"}
	for p, how := range want {
		if got[p] != how {
			t.Errorf("%s: labelled %q, want %q", p, got[p], how)
		}
	}
	if len(got) != len(want) {
		t.Errorf("places: %+v", r.Places)
	}
	if len(r.Namesakes) != 1 || r.Namesakes[0].Path != d.other {
		t.Errorf("namesakes: %+v, want %s", r.Namesakes, d.other)
	}
	if r.Outcome != OneWay {
		t.Errorf("outcome %s: decoys are not the file at its path", r.Outcome)
	}
	if b, err := os.ReadFile(d.other); err != nil || string(b) != "somebody else's\n" {
		t.Errorf("the other file was touched: %q %v", b, err)
	}
}

func TestExistingFileIsRefused(t *testing.T) {
	file := uniquePath(t)
	if err := os.WriteFile(file, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	defer os.Remove(file)
	s := open(t, sandbox.Spec{})
	_, err := Run(context.Background(), "file", On(s), Options{Path: file})
	if !errors.Is(err, fs.ErrExist) {
		t.Fatalf("error %v", err)
	}
	if !strings.Contains(err.Error(), "on the host it belongs to ") {
		t.Errorf("it does not say whose it is: %v", err)
	}
	if b, err := os.ReadFile(file); err != nil || string(b) != "mine" {
		t.Errorf("the file was touched: %q %v", b, err)
	}
}

// TestTwoLearners: an experiment waits for the file of another tentpole, which
// is there as long as that one searches.
func TestTwoLearners(t *testing.T) {
	file := uniquePath(t)
	if err := os.WriteFile(file, []byte(signature+"another\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	s := open(t, sandbox.Spec{})
	waited := false
	r, err := Run(t.Context(), "file", On(s), Options{Path: file, Progress: func(p Progress) {
		if strings.HasPrefix(p.Phase, "waiting for another") {
			waited = true
			os.Remove(file)
		}
	}})
	if err != nil || !waited || r.Outcome != Open {
		t.Errorf("waited: %v, outcome %q: %v", waited, r.Outcome, err)
	}
}

// impatient gives up as soon as the file is made.
type impatient struct {
	Subject
	giveUp context.CancelFunc
}

func (i impatient) Create(ctx context.Context, path, content string) (Canary, error) {
	defer i.giveUp()
	return i.Subject.Create(ctx, path, content)
}

// TestCancelled ends the experiment in the middle: the file must go all the
// same.
func TestCancelled(t *testing.T) {
	file := uniquePath(t)
	s := open(t, sandbox.Spec{})
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	_, err := Run(ctx, "file", impatient{On(s), cancel}, Options{Path: file})
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if _, err := os.Lstat(file); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the file is still there: %v", err)
	}
}

func TestBadPathAndName(t *testing.T) {
	s := open(t, sandbox.Spec{})
	for _, path := range []string{"relative", "/tmp/../etc/x", "/", "/tmp/"} {
		if _, err := Run(context.Background(), "file", On(s), Options{Path: path}); !sandbox.IsUsage(err) {
			t.Errorf("%q: %v", path, err)
		}
	}
	if _, err := Run(context.Background(), "fil", On(s), Options{}); !sandbox.IsUsage(err) || !strings.Contains(err.Error(), `"file"`) {
		t.Error(err)
	}
}
