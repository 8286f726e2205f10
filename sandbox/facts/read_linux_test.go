package facts

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

func mustRead(t *testing.T, pid int, opts ...Option) Facts {
	t.Helper()
	f, err := Read(t.Context(), pid, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func mustSelf(t *testing.T, opts ...Option) Facts {
	t.Helper()
	f, err := Self(t.Context(), opts...)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestSelf(t *testing.T) {
	f := mustSelf(t)
	if f.PID != os.Getpid() || int(f.UIDs.Effective) != os.Geteuid() || int(f.GIDs.Real) != os.Getgid() {
		t.Errorf("pid %d uids %+v gids %+v", f.PID, f.UIDs, f.GIDs)
	}
	if name, _ := os.Hostname(); f.Hostname != name {
		t.Errorf("hostname %q, want %q", f.Hostname, name)
	}
	if diff := cmp.Diff(os.Args, f.Args); diff != "" {
		t.Error(diff)
	}
	var st unix.Stat_t
	if err := unix.Stat("/", &st); err != nil {
		t.Fatal(err)
	}
	if f.Root.Inode != st.Ino || f.Root.Path != "/" {
		t.Errorf("root %+v, want inode %d", f.Root, st.Ino)
	}
	if m, ok := f.MountAt("/"); !ok || m.Device != f.Root.Device {
		t.Errorf("root on %s, mount table says %+v", f.Root.Device, m)
	}
	if f.SeenFrom != f.Namespaces["user"] || len(f.Unreadable) > 0 {
		t.Errorf("of itself a process can read everything: %v", f.Unreadable)
	}
	if !slices.ContainsFunc(f.Interfaces, func(i Interface) bool { return i.Name == "lo" }) {
		t.Errorf("no loopback among %v", f.Interfaces)
	}
	if f.BootTime.IsZero() || len(f.Cgroups) == 0 || f.Processes != nil {
		t.Errorf("boot %v, cgroups %v, processes %v", f.BootTime, f.Cgroups, f.Processes)
	}
}

// namespaceFlags are the kinds a child can be given at its start.
var namespaceFlags = map[Namespace]uintptr{
	"mount": unix.CLONE_NEWNS, "uts": unix.CLONE_NEWUTS, "ipc": unix.CLONE_NEWIPC, "pid": unix.CLONE_NEWPID,
	"net": unix.CLONE_NEWNET, "user": unix.CLONE_NEWUSER, "cgroup": unix.CLONE_NEWCGROUP, "time": unix.CLONE_NEWTIME,
}

func TestExactlyTheNewNamespacesAreOwn(t *testing.T) {
	host := mustSelf(t)
	sets := [][]Namespace{{}, {"mount", "uts"}, {"ipc", "net", "cgroup"}, namespaces[:]}
	for _, ns := range namespaces {
		sets = append(sets, []Namespace{ns})
	}
	for _, set := range sets {
		t.Run(join(set), func(t *testing.T) {
			var flags uintptr
			for _, ns := range set {
				flags |= namespaceFlags[ns]
			}
			want := slices.Clone(set)
			if os.Geteuid() != 0 && flags != 0 && !slices.Contains(want, "user") {
				want = append(want, "user")
			}
			board := Compare(host, mustRead(t, start(t, flags).Process.Pid))
			for _, ns := range namespaces {
				word := Shared
				if slices.Contains(want, ns) {
					word = Own
				}
				if r, _ := board.Row("ns." + string(ns)); r.Word != word {
					t.Errorf("%s is %s, want %s (%s)", r.Label, r.Word, word, r.Note)
				}
			}
		})
	}
}

func join(set []Namespace) string {
	s := "none"
	for _, ns := range set {
		s += "+" + string(ns)
	}
	return s
}

func TestUserNamespace(t *testing.T) {
	p := start(t, unix.CLONE_NEWUSER|unix.CLONE_NEWNET)
	f := mustRead(t, p.Process.Pid)
	want := []IDRange{{Inside: 0, Outside: uint32(mappedTo(os.Getuid())), Count: 1}}
	if diff := cmp.Diff(want, f.UIDMap); diff != "" {
		t.Error(diff)
	}
	board := Compare(mustSelf(t), f)
	outside := itoa(mappedTo(os.Getuid()))
	for id, cells := range map[string][3]string{
		"uid":        {"0", outside, Mapped},
		"runs_as":    {outside, "0", Mapped},
		"interfaces": {"", "lo", Own},
	} {
		r, _ := board.Row(id)
		if cells[0] == "" {
			cells[0] = r.Host
		}
		if got := [3]string{r.Host, r.Inside, r.Word}; !strings.HasPrefix(got[1], cells[1]) || got[0] != cells[0] || got[2] != cells[2] {
			t.Errorf("%s: %q, want %q", id, got, cells)
		}
	}
	if r, _ := board.Row("capabilities"); r.Word != Own && r.Word != Fewer {
		t.Errorf("capabilities of an own user namespace are %s", r.Word)
	}
}

func TestHostname(t *testing.T) {
	before := mustSelf(t)
	p := start(t, unix.CLONE_NEWUTS, "hostname=tent")
	if f := mustRead(t, p.Process.Pid, WithHostname("told")); f.Hostname != "told" {
		t.Errorf("hostname %q although it was told", f.Hostname)
	}
	f := mustRead(t, p.Process.Pid)
	if os.Geteuid() != 0 {
		if f.Hostname != "" || f.Unreadable["hostname"] == "" {
			t.Errorf("hostname %q, unreadable %v", f.Hostname, f.Unreadable)
		}
		return
	}
	if f.Hostname != "tent" {
		t.Errorf("hostname %q (%v), want tent", f.Hostname, f.Unreadable)
	}
	// Asking must not have moved this process, on any of its threads.
	if diff := cmp.Diff(before.Namespaces, mustSelf(t).Namespaces); diff != "" {
		t.Error(diff)
	}
	threads, err := filepath.Glob("/proc/self/task/*/ns/uts")
	if err != nil {
		t.Fatal(err)
	}
	for _, thread := range threads {
		link, err := os.Readlink(thread)
		if n, _ := parseNamespaceLink(link); err == nil && n == f.Namespaces["uts"] {
			t.Errorf("%s stayed in the other namespace", thread)
		}
	}
}

func TestAskingNeverMovesTheMainThread(t *testing.T) {
	if askedOnMain {
		t.Error("the main thread was thrown away")
	}
}

func TestBootTimeOfAnOwnClock(t *testing.T) {
	flags := uintptr(0)
	if os.Geteuid() != 0 {
		flags = unix.CLONE_NEWUSER
	}
	p := start(t, flags, "clock=864000")
	host, f := mustSelf(t), mustRead(t, p.Process.Pid)
	if f.TimeOffsets.Boottime != 240*time.Hour || f.TimeOffsets.Monotonic != 0 {
		t.Errorf("offsets %+v", f.TimeOffsets)
	}
	// Two looks round to the second each for itself.
	if off := host.BootTime.Sub(f.BootTime) - 240*time.Hour; off.Abs() > time.Second {
		t.Errorf("boot time is off by %v", off)
	}
	if r, _ := Compare(host, f).Row("boot"); r.Word != Own || r.Host == r.Inside {
		t.Errorf("row %+v", r)
	}
}

func TestChroot(t *testing.T) {
	dir := emptyDir(t)
	p := start(t, unix.CLONE_NEWNS, "chroot="+dir)
	f := mustRead(t, p.Process.Pid)
	if f.Root.Path != dir {
		t.Errorf("root path %q, want %q", f.Root.Path, dir)
	}
	r, _ := Compare(mustSelf(t), f).Row("root")
	if r.Word != Own || !strings.HasSuffix(r.Inside, dir) {
		t.Errorf("root row %+v", r)
	}
}

func TestNoNewPrivs(t *testing.T) {
	p := start(t, 0, "no_new_privs")
	r, _ := Compare(Facts{}, mustRead(t, p.Process.Pid)).Row("no_new_privs")
	if r.Inside != "yes" || r.Word != Limited {
		t.Errorf("row %+v", r)
	}
}

func TestHostileName(t *testing.T) {
	p := start(t, 0, "name=\x1b[2J\nUid:\t0")
	f := mustRead(t, p.Process.Pid)
	if want := "\x1b[2J\nUid:\t0"; f.Comm != want {
		t.Errorf("comm %q, want %q", f.Comm, want)
	}
	if int(f.UIDs.Real) != os.Getuid() {
		t.Error("a name made a line of its own")
	}
	if got := f.Cleaned().Comm; got != `\x1b[2J\x0aUid:\x090` {
		t.Errorf("cleaned: %q", got)
	}
}

func TestProcesses(t *testing.T) {
	start(t, unix.CLONE_NEWPID, "child") // the neighbours
	p := start(t, unix.CLONE_NEWPID, "child")
	f := mustRead(t, p.Process.Pid, WithProcesses())
	var inside []int
	for _, row := range f.Processes {
		inside = append(inside, row.NSPID)
		if !row.Inside || row.Comm != f.Comm {
			t.Errorf("row %+v", row)
		}
	}
	if len(inside) != 2 || inside[0] != 1 || f.Processes[1].Parent != p.Process.Pid {
		t.Errorf("processes %+v", f.Processes)
	}
}

func TestProcessesOfASharedNamespace(t *testing.T) {
	p := start(t, 0, "child")
	f := mustRead(t, p.Process.Pid, WithProcesses())
	var inside, self int
	for _, row := range f.Processes {
		if row.Inside {
			inside++
		}
		if row.PID == os.Getpid() {
			self++
		}
	}
	if inside != 2 || self != 1 {
		t.Errorf("%d inside, self %d times, of %d", inside, self, len(f.Processes))
	}
}

func TestGone(t *testing.T) {
	p := start(t, 0)
	p.end()
	_, err := Read(t.Context(), p.Process.Pid)
	checkGone(t, err)
	if !strings.Contains(err.Error(), itoa(p.Process.Pid)) {
		t.Errorf("the error does not name the process: %v", err)
	}
}

func checkGone(t *testing.T, err error) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || !errors.Is(err, fs.ErrNotExist) || !errors.Is(err, unix.ESRCH) {
		t.Errorf("error %v", err)
	}
}

// One that has exited and was not collected still has a row in /proc.
func TestExitedAndNotCollected(t *testing.T) {
	p := start(t, 0)
	if err := p.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := unix.Waitid(unix.P_PID, p.Process.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil); err != nil {
		t.Fatal(err)
	}
	_, err := Read(t.Context(), p.Process.Pid)
	checkGone(t, err)
}

// The process ends after it was found, between any two of the files.
func TestEndsWhileBeingRead(t *testing.T) {
	p := start(t, 0)
	target, err := openProc(itoa(p.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	defer target.close()
	own, err := openProc("self")
	if err != nil {
		t.Fatal(err)
	}
	defer own.close()
	r := &reader{target: target, own: own, pid: p.Process.Pid}
	saved := steps
	defer func() { steps = saved }()
	steps = slices.Insert(slices.Clone(saved), len(saved)/2, step{"end", func(*reader) error { p.end(); return nil }})
	_, err = r.read(t.Context())
	checkGone(t, err)
}

func TestEndsAtAnyMoment(t *testing.T) {
	for range 20 {
		p := start(t, 0)
		ended := make(chan struct{})
		go func() { p.end(); close(ended) }()
		for {
			f, err := Read(t.Context(), p.Process.Pid)
			if err != nil {
				checkGone(t, err)
				break
			}
			if len(f.Namespaces) == 0 || len(f.Mounts) == 0 {
				t.Fatalf("half a process was given out as a whole: %+v", f)
			}
		}
		<-ended
	}
}

func TestArgumentsOfRead(t *testing.T) {
	if _, err := Read(t.Context(), 0); !errors.Is(err, unix.EINVAL) {
		t.Errorf("pid 0: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Self(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// Somebody else's process has facts that anybody can read and others that not.
func TestWithoutPermission(t *testing.T) {
	f, err := Read(t.Context(), 1)
	if errors.Is(err, fs.ErrNotExist) {
		skip(t, "process 1 is hidden")
	}
	if err != nil {
		t.Fatal(err)
	}
	if f.Unreadable["ns.mount"] == "" && os.Geteuid() == 0 {
		return // root may read everything, and mostly does
	}
	if len(f.NSPIDs) == 0 || f.Namespaces["mount"] != 0 {
		t.Errorf("facts %+v", f)
	}
	r, _ := Compare(mustSelf(t), f).Row("ns.mount")
	if r.Word != Unknown || r.Inside != "?" || !strings.Contains(r.Note, "permission denied") {
		t.Errorf("row %+v", r)
	}
}

func BenchmarkRead(b *testing.B) {
	for b.Loop() {
		if _, err := Read(b.Context(), os.Getpid()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadProcesses(b *testing.B) {
	for b.Loop() {
		if _, err := Read(b.Context(), os.Getpid(), WithProcesses()); err != nil {
			b.Fatal(err)
		}
	}
}
