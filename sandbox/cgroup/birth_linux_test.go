package cgroup

import (
	"os"
	"os/exec"
	"path"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// Whatever is started at the same time is in the group, with all its threads.
func TestFortyAtOnce(t *testing.T) {
	g := limitedGroup(t, Limits{Memory: 512 * mib, CPUs: 2, PIDs: 1000})
	ready := make(chan *process, 40)
	for range 40 {
		p := start(t, g, "idle")
		go func() {
			p.out.Scan()
			ready <- p
		}()
	}
	var want []int
	for range 40 {
		want = append(want, (<-ready).Process.Pid)
	}
	slices.Sort(want)
	dirs := carriers(g)
	if len(dirs) == 0 {
		t.Fatal("no directory carries the limits")
	}
	for _, dir := range dirs {
		got, err := Processes(dir)
		slices.Sort(got)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s has %v, want %v: %v", dir, got, want, err)
		}
	}
	if err := g.Close(patience); err != nil {
		t.Error(err)
	}
}

// Without limits there is one v2 group or none, and everybody is born in it.
func TestTrackingGroup(t *testing.T) {
	g := makeGroup(t, Limits{})
	if Look().Own == "" {
		if len(g.Directories()) > 0 || g.FD() != -1 {
			t.Errorf("made %v", g.Directories())
		}
		return
	}
	if g.Commands() != nil || len(g.Tasks()) > 0 || len(g.Directories()) != 1 {
		t.Errorf("made %v", g.Directories())
	}
	p := start(t, g, "idle")
	p.hear(t)
	if got, err := Processes(g.Path); err != nil || !slices.Equal(got, []int{p.Process.Pid}) {
		t.Errorf("%v in it: %v", got, err)
	}
	if s := statistics(t, g); s.CPU.Usage == nil || *s.CPU.Usage == 0 || s.Memory.Current != nil {
		t.Errorf("statistics %+v", s)
	}
	f, err := g.OpenKill()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString("1"); err != nil || p.end() != "signal: killed" {
		t.Errorf("ended by %s: %v", p.ProcessState, err)
	}
}

// The init, not limited itself, starts commands in the limited leaf.
func TestInitStartsCommands(t *testing.T) {
	g := makeOwned(t, Limits{PIDs: 100}, Owner{os.Geteuid(), os.Getegid()})
	if g.layout.Commands != "" { // v1: commands join by descriptors
		startByInit(t, g, partner(watchdog, "init"))
	}
}

// Root of a user namespace can do that too, and cannot get a command out of
// the leaf again, nor lift the limit.
func TestRootOfAUserNamespaceStartsCommands(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root: a user namespace with somebody else's ids")
	}
	const inside = 300000
	g := makeOwned(t, Limits{PIDs: 100}, Owner{inside, inside})
	if g.layout.Commands == "" {
		return
	}
	cmd := partner(watchdog, "init")
	ids := []syscall.SysProcIDMap{{ContainerID: 0, HostID: inside, Size: 1}}
	cmd.SysProcAttr.Cloneflags = unix.CLONE_NEWUSER
	cmd.SysProcAttr.UidMappings, cmd.SysProcAttr.GidMappings = ids, ids
	cmd.SysProcAttr.Credential = &syscall.Credential{}
	init := startByInit(t, g, cmd)
	for file, want := range map[string]string{
		path.Join(g.layout.Init, "cgroup.procs"):     "permission denied",
		path.Join(g.Path, "cgroup.procs"):            "device or resource busy",
		path.Join(g.layout.Commands, "pids.max"):     "permission denied",
		path.Join(g.Path, subtreeControl):            "permission denied",
		path.Join(g.layout.Commands, "cgroup.procs"): "<nil>",
	} {
		if said := init.ask(t, file); !strings.HasSuffix(said, want) {
			t.Errorf("to get out: %s, want %s", said, want)
		}
	}
	if err := os.Mkdir(path.Join(g.Path, "way-out"), 0o755); err != nil { // as root can, and they cannot
		t.Error(err)
	}
	if said := init.ask(t, path.Join(g.Path, "way-out/cgroup.procs")); !strings.HasSuffix(said, "permission denied") {
		t.Error("to get out:", said)
	}
}

// startByInit starts an init where it belongs and has it start a command.
func startByInit(t *testing.T, g *Group, cmd *exec.Cmd) *process {
	t.Helper()
	if g.Birth() != nil {
		cmd.SysProcAttr.UseCgroupFD, cmd.SysProcAttr.CgroupFD = true, g.FD()
	}
	init := talk(t, cmd)
	init.hear(t)
	adopt(t, g, init.Process.Pid)
	if got, err := Processes(g.layout.Init); err != nil || !slices.Equal(got, []int{init.Process.Pid}) {
		t.Errorf("%v in the init's leaf: %v", got, err)
	}
	said := init.ask(t, g.layout.Commands)
	if got, err := Processes(g.layout.Commands); err != nil || len(got) != 1 || strconv.Itoa(got[0]) != said {
		t.Fatalf("%v in the commands' leaf, the init says %s: %v", got, said, err)
	}
	return init
}

// An ordinary user in a delegated cgroup v2 has limits without any privilege.
func TestOrdinaryUserInADelegatedCgroup(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root: to delegate a cgroup")
	}
	const user = 1000
	g := makeGroup(t, Limits{Memory: mib, CPUs: 1, PIDs: 1, IO: []IOLimit{{Device: "1:99"}}})
	if g.Commands() == nil {
		return // v1 cannot be delegated
	}
	// What is above the commands' leaf hands controllers on, as a cgroup that
	// systemd delegates does.
	for _, file := range []string{"", "cgroup.procs", subtreeControl} {
		if err := os.Chown(path.Join(g.Path, file), user, user); err != nil {
			t.Fatal(err)
		}
	}
	cmd := partner(watchdog, "user")
	cmd.SysProcAttr.Credential = &syscall.Credential{Uid: user, Gid: user}
	cmd.SysProcAttr.UseCgroupFD, cmd.SysProcAttr.CgroupFD = true, g.FD()
	p := talk(t, cmd)
	if said := p.hear(t); said != path.Join(g.Path, prefix+"cgtest-user")+" 32 killed <nil>" {
		t.Error(said)
	}
}
