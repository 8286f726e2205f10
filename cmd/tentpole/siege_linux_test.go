package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// attacks are what hostile learners type, each in a tent whose limits were read
// before. All of it ends with the tent.
var attacks = []struct{ name, script string }{
	{"fork bomb", `f() { f | f & }; f`},
	{"memory", `while :; do tail /dev/zero; done`},
	{"disk", `while :; do for d in ~ /tmp /dev/shm; do dd if=/dev/zero of=$d/fill bs=1M; rm $d/fill; done; done`},
	{"processors", `for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do (while :; do :; done) & done`},
	{"descriptors", `for i in $(seq 100); do bash -c 'while exec {f}<>/dev/null; do :; done; sleep 1000' & done`},
	{"terminal", `while :; do cat /usr/bin/*; done`},
	{"terminals", `for p in 1 2; do unshare -Urm bash -c 'for i in 1 2; do mount -t devpts -o newinstance,ptmxmode=666 p /dev/pts; for n in $(seq 500); do exec {f}<>/dev/pts/ptmx; done; done; sleep 1000' & done`},
	{"kills", `while :; do for p in $(seq 2 32768); do [ $p = $$ ] || kill -9 $p; done; done 2>/dev/null`},
	{"namespaces", `while :; do unshare -UrmnpiuCf sleep 1000 & done`},
	{"ways out", `while :; do tentpole experiment run --stage process escape; done`},
	{"messages", `while :; do ipcmk -Q -M 16777216 -S 100; done; logger -f /usr/bin/bash`},
	{"sockets", `while :; do bash -c 'while :; do cat /dev/zero > /dev/udp/127.0.0.1/9; done' & done`},
}

// TestSiege: hostile learners have no effect outside their tents. TENTPOLE_HOSTILE
// asks for another number of them than one for each attack, TENTPOLE_SIEGE for more
// seconds than five.
func TestSiege(t *testing.T) {
	program, dir := needsServer(t)
	hostile, peaceful := number(t, "TENTPOLE_HOSTILE", len(attacks)), 3
	siegeFor := time.Duration(number(t, "TENTPOLE_SIEGE", 5)) * time.Second
	s := serveIn(t, program, dir, "127.0.0.1:0", "--learners", fmt.Sprint(hostile+peaceful+2), "--pids", "128", "--memory", "256M", "--linger", "0")
	alone := s.children()
	canaries := startCanaries(t)
	class := s.gather(t, "learner", peaceful)
	quiet := typing(t, class, siegeFor, nil)

	real := s.armShells(t)
	bad := make([]*pupil, hostile)
	for i := range bad {
		p, err := s.connect(fmt.Sprintf("hostile-%d", i))
		if err == nil {
			err = p.waitFor("$ ")
		}
		if err != nil {
			t.Fatalf("hostile-%d: %v\n%s", i, err, s.stderr.String())
		}
		bad[i] = p
	}
	real()
	s.areBounded(t)
	before := oomKills()
	for i, p := range bad {
		fmt.Fprintln(p.in, attacks[i%len(attacks)].script)
	}
	// Whatever comes of it, it is over in time: the machine is somebody's.
	over := time.AfterFunc(3*siegeFor, func() { hangUp(bad) })
	defer over.Stop()
	var late []*pupil
	besieged := typing(t, class, siegeFor, func() {
		drop := s.crowdTheDoor(t, 40*hostile)
		late = s.gather(t, "late", 2)
		drop()
	})
	t.Logf("%d hostile learners, load %s, %d killed by their own memory limits", hostile, load(), oomKills()-before)
	t.Logf("key to frame, quiet    %s", quantiles(quiet))
	t.Logf("key to frame, besieged %s: %.1f times", quantiles(besieged), quantile(besieged, 0.95).Seconds()/quantile(quiet, 0.95).Seconds())
	t.Logf("log-in, besieged       %s", quantiles(logIns(late)))
	t.Logf("terminals in use       %s", terminals())
	t.Logf("the server has %s", mebibytes(weigh(s.own()).pss))
	canaries(t)

	hangUp(bad)
	for limit := time.Now().Add(patience); s.children()-alone > peaceful+2 && time.Now().Before(limit); time.Sleep(50 * time.Millisecond) {
	}
	if n := s.children() - alone; n != peaceful+2 {
		t.Errorf("%d tents are left of %d", n, peaceful+2)
	}
	for i, p := range append(class, late...) {
		if _, err := p.key("\x1b[B"); err != nil {
			t.Errorf("learner %d does not go on: %v", i, err)
		}
	}
	hangUp(append(class, late...))
	s.end(syscall.SIGTERM)
	clean := exec.Command(program, "clean")
	clean.Env = append(os.Environ(), "XDG_STATE_HOME="+dir, "SUDO_UID=")
	if out, err := clean.CombinedOutput(); err != nil || string(out) != "nothing was left behind\n" {
		t.Errorf("clean: %v\n%s", err, out)
	}
}

// children counts the processes of the server's: its scribe, and a tent's first each;
// proc_tid_children(5).
func (s *served) children() (n int) {
	lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", s.cmd.Process.Pid))
	for _, list := range lists {
		children, _ := os.ReadFile(list)
		n += len(strings.Fields(string(children)))
	}
	return n
}

// armShells makes a shell of what is started in new tents, as a learner's terminal
// has one, with tentpole at hand; and returns what puts it back.
func (s *served) armShells(t *testing.T) (back func()) {
	t.Helper()
	place := filepath.Join(s.dir, "tentpole", "class", "tentpole")
	program, err := os.ReadFile(place)
	if err != nil {
		t.Fatal(err)
	}
	const script = `#!/bin/sh
[ $# -gt 0 ] || PS1='$ ' exec sh
[ -x /tmp/t ] || tail -n +6 "$0" > /tmp/t
chmod 755 /tmp/t
exec /tmp/t "$@"
`
	swap := func(content []byte) {
		if err := os.WriteFile(place+".new", content, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(place+".new", place); err != nil {
			t.Fatal(err)
		}
	}
	swap(append([]byte(script), program...))
	return func() { swap(program) }
}

// areBounded reads the limits of all tents before anything is tried in them.
func (s *served) areBounded(t *testing.T) {
	t.Helper()
	n := 0
	for _, pid := range s.everybody() {
		usage, inside := memoryGroup(pid)
		if !inside {
			continue
		}
		n++
		for _, file := range []string{"memory.limit_in_bytes", "memory.max"} {
			raw, err := os.ReadFile(filepath.Join(filepath.Dir(usage), file))
			if err == nil && len(strings.TrimSpace(string(raw))) > len("9999999999") || err == nil && strings.HasPrefix(string(raw), "max") {
				t.Fatalf("%s has no limit of memory: %s", usage, raw)
			}
		}
		for _, name := range []string{"cpu", "pids", "memory"} {
			if groups, _ := os.ReadFile("/proc/" + pid + "/cgroup"); strings.Contains(string(groups), ":"+name+":") && !strings.Contains(string(groups), ":"+name+":/") {
				t.Fatalf("%s is in no group of %s", pid, name)
			}
		}
	}
	if n == 0 {
		t.Fatal("there are no tents to be bounded")
	}
}

// startCanaries starts processes of several users outside all tents, and returns
// what tells whether they live.
func startCanaries(t *testing.T) func(*testing.T) {
	t.Helper()
	var all []*exec.Cmd
	for _, uid := range []uint32{0, 1000, 65534} {
		c := exec.Command("sleep", "1000")
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Process.Kill(); c.Wait() })
		all = append(all, c)
	}
	return func(t *testing.T) {
		t.Helper()
		for _, c := range all {
			if n, err := syscall.Wait4(c.Process.Pid, nil, syscall.WNOHANG, nil); n != 0 || err != nil {
				t.Errorf("the process %d outside has ended: %d, %v", c.Process.Pid, n, err)
			}
		}
	}
}

// oomKills is how many processes the kernel has killed for memory since it began.
func oomKills() (n int) {
	raw, _ := os.ReadFile("/proc/vmstat")
	_, rest, _ := strings.Cut(string(raw), "oom_kill ")
	fmt.Sscan(rest, &n)
	return n
}

// terminals is how many the whole machine has open.
func terminals() string {
	raw, _ := os.ReadFile("/proc/sys/kernel/pty/nr")
	return strings.TrimSpace(string(raw))
}

// crowdTheDoor makes connections that say nothing, or something and no more, and
// returns what closes them.
func (s *served) crowdTheDoor(t *testing.T, n int) (drop func()) {
	t.Helper()
	var mu sync.Mutex
	var all []net.Conn
	var crowd sync.WaitGroup
	for i := range 20 {
		crowd.Go(func() {
			for j := range n / 20 {
				c, err := net.DialTimeout("tcp", "127.0.0.1:"+s.port, patience)
				if err != nil {
					continue // it has been turned away
				}
				if (i+j)%2 == 0 {
					io.WriteString(c, "SSH-2.0-crowd\r\n")
				}
				mu.Lock()
				all = append(all, c)
				mu.Unlock()
			}
		})
	}
	crowd.Wait()
	return func() {
		for _, c := range all {
			c.Close()
		}
	}
}
