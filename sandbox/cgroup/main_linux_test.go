package cgroup

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coreos/go-systemd/v22/dbus"
	"golang.org/x/sys/unix"
)

// TestMain compares the cgroups before and after: what a test leaves behind is
// a failure of the whole package.
func TestMain(m *testing.M) {
	if role := os.Getenv(roleVariable); role != "" {
		os.Exit(play(role, os.Args[1:]))
	}
	code := m.Run()
	if left := leftBehind(); len(left) > 0 {
		fmt.Fprintln(os.Stderr, "left behind by the tests:", left)
		code = 1
	}
	os.Exit(code)
}

// leftBehind lists the groups of this test that are still there.
func leftBehind() []string {
	var left []string
	for _, dir := range Look().Directories() {
		found, _ := filepath.Glob(path.Join(dir, prefix+testName("*")))
		left = append(left, found...)
	}
	return left
}

func testName(name string) string { return fmt.Sprintf("cgtest-%d-%s", os.Getpid(), name) }

const patience = 10 * time.Second

var groupNumber atomic.Int32

// makeGroup makes a group for limits; where this user can have none, the test
// is skipped and says why.
func makeGroup(t testing.TB, limits Limits) *Group {
	t.Helper()
	g := makeOwned(t, limits, Owner{os.Geteuid(), os.Getegid()})
	if g.layout.Unit != "" {
		adopt(t, g, start(t, nil, "idle").Process.Pid)
	}
	return g
}

// makeOwned makes a group for somebody, without an init.
func makeOwned(t testing.TB, limits Limits, owner Owner) *Group {
	t.Helper()
	return makeAt(t, Look(), limits, owner)
}

func makeAt(t testing.TB, place Place, limits Limits, owner Owner) *Group {
	t.Helper()
	g, err := place.Make(testName(strconv.Itoa(int(groupNumber.Add(1)))), limits, owner)
	if errors.Is(err, errors.ErrUnsupported) && os.Geteuid() != 0 {
		t.Skipf("needs root: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		dirs := g.Directories()
		if err := g.Close(patience); err != nil {
			t.Error(err)
		}
		// systemd may have made a scope again just before it removed it.
		for deadline := time.Now().Add(patience); g.layout.Unit != "" && exists(dirs[0]) && time.Now().Before(deadline); {
			time.Sleep(time.Millisecond)
		}
		for _, dir := range dirs {
			if exists(dir) {
				t.Error(dir, "is left")
			}
		}
	})
	return g
}

func adopt(t testing.TB, g *Group, pid int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := g.Adopt(ctx, pid); err != nil {
		t.Fatal(err)
	}
}

// limitedGroup makes a group whose limits hold.
func limitedGroup(t testing.TB, limits Limits) *Group {
	t.Helper()
	g := makeGroup(t, limits)
	if err := g.Apply(limits); err != nil {
		t.Fatal(err)
	}
	return g
}

// partner is the test binary in another part. It dies with this thread, and
// by itself when its time is over.
func partner(limit time.Duration, role string, args ...string) *exec.Cmd {
	cmd := exec.Command("/proc/self/exe", args...)
	cmd.Env = append(os.Environ(), roleVariable+"="+role, "GOMAXPROCS=2", "GODEBUG=containermaxprocs=0,updatemaxprocs=0")
	cmd.SysProcAttr = &unix.SysProcAttr{Pdeathsig: unix.SIGKILL}
	cmd.WaitDelay = limit
	return cmd
}

// process is a partner that talks in lines.
type process struct {
	*exec.Cmd
	in   io.WriteCloser
	out  *bufio.Scanner
	done bool
}

// start starts a partner among the commands of a group, nil for nowhere in
// particular, and waits for its first line.
func start(t testing.TB, g *Group, role string, args ...string) *process {
	t.Helper()
	if g == nil {
		return talk(t, partner(watchdog, role, args...))
	}
	if g.layout.Unit == "" || os.Geteuid() == 0 {
		return talk(t, command(g, role, args...))
	}
	// Only who is in the scope may start others there: systemd puts it in.
	p := talk(t, partner(watchdog, "attach", append([]string{role}, args...)...))
	attachToScope(t, g, p.Process.Pid)
	p.in.Write([]byte("."))
	return p
}

func attachToScope(t testing.TB, g *Group, pid int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	s, err := dialSystemd(ctx, g.layout.Scope.Bus)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.(*dbus.Conn).AttachProcessesToUnit(ctx, g.layout.Unit, "/commands", []uint32{uint32(pid)}); err != nil {
		t.Fatal(err)
	}
}

func talk(t testing.TB, cmd *exec.Cmd) *process {
	t.Helper()
	p := &process{Cmd: cmd}
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		p.in, err = cmd.StdinPipe()
	}
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	p.out = bufio.NewScanner(out)
	t.Cleanup(func() {
		if !p.done {
			p.Process.Kill()
			p.Wait()
		}
	})
	return p
}

// command is a partner that will be in the group: born there on v2, joining by
// itself on v1.
func command(g *Group, role string, args ...string) *exec.Cmd {
	cmd := partner(watchdog, role, args...)
	if tasks := g.Tasks(); len(tasks) > 0 {
		cmd = partner(watchdog, "enter", append([]string{strconv.Itoa(len(tasks)), role}, args...)...)
		cmd.ExtraFiles = tasks
	}
	dir := g.Commands()
	if dir == nil {
		dir = g.Birth()
	}
	if dir != nil {
		cmd.SysProcAttr.UseCgroupFD, cmd.SysProcAttr.CgroupFD = true, int(dir.Fd())
	}
	return cmd
}

// hear waits for a line.
func (p *process) hear(t testing.TB) string {
	t.Helper()
	if !p.out.Scan() {
		t.Fatal("no more to hear: ", p.end())
	}
	return p.out.Text()
}

// ask says a line and waits for one.
func (p *process) ask(t testing.TB, line string) string {
	t.Helper()
	if _, err := io.WriteString(p.in, line+"\n"); err != nil {
		t.Fatal(err)
	}
	return p.hear(t)
}

// end waits for the process and tells how it ended.
func (p *process) end() string {
	p.done = true
	p.in.Close()
	p.Wait()
	return p.ProcessState.String()
}

// content reads a control file.
func content(t testing.TB, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(b))
}

// carriers are the directories that hold a group's commands.
func carriers(g *Group) []string {
	var dirs []string
	for _, c := range []string{Memory, CPU, accounting, PIDs, IO, Freezer} {
		if dir, version := g.layout.carrier(c); version != 0 && !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

func statistics(t testing.TB, g *Group) Statistics {
	t.Helper()
	s, err := g.Statistics()
	if err != nil {
		t.Fatal(err)
	}
	return s
}
