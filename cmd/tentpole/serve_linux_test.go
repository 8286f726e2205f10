package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"
)

// served is a `tentpole serve` that runs.
type served struct {
	t            testing.TB
	program, dir string
	cmd          *exec.Cmd
	said         map[string]string // what it has shown, by the first word
	port         string
	stderr       bytes.Buffer
	stopped      bool
}

// serveIn starts a server with its state in a directory.
func serveIn(t testing.TB, program, dir, listen string, flags ...string) *served {
	t.Helper()
	s := &served{t: t, program: program, dir: dir, said: map[string]string{}}
	s.cmd = exec.Command(program, append([]string{"serve", "--class", "blue", "--listen", listen}, flags...)...)
	s.cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+dir, "SUDO_UID=")
	s.cmd.Stderr = &s.stderr
	// As a service is: a session has its share of the processors, and those who type
	// here would take it; sched(7), "The autogroup feature".
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.end(syscall.SIGTERM) })
	for lines := bufio.NewScanner(out); len(s.said) < 5; {
		if !lines.Scan() {
			s.end(syscall.SIGKILL)
			t.Fatalf("it shows no invitation: %v, %s", s.said, s.stderr.String())
		}
		const column = 11
		line := lines.Text()
		s.said[strings.TrimSpace(line[:column])] = line[column:]
	}
	_, rest, _ := strings.Cut(s.said["join with"], "-p ")
	s.port, _, _ = strings.Cut(rest, " ")
	return s
}

// end ends the server and waits for it.
func (s *served) end(sig syscall.Signal) {
	s.t.Helper()
	if s.stopped {
		return
	}
	s.stopped = true
	s.cmd.Process.Signal(sig)
	err := s.cmd.Wait()
	if sig == syscall.SIGTERM && err != nil {
		s.t.Errorf("it ended with %v\n%s", err, s.stderr.String())
	}
}

// ssh is the command line of OpenSSH for a learner, with a key and known hosts in
// the directory: whoever runs the test has some, too.
func (s *served) ssh(name string) string {
	key := filepath.Join(s.dir, "key-of-"+name)
	if _, err := os.Stat(key); err != nil {
		if out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key).CombinedOutput(); err != nil {
			s.t.Fatalf("ssh-keygen: %v\n%s", err, out)
		}
	}
	return fmt.Sprintf("ssh -F /dev/null -o UserKnownHostsFile=%s/known -o StrictHostKeyChecking=accept-new -o IdentitiesOnly=yes -o IdentityAgent=none -i %s -p %s %s@127.0.0.1",
		s.dir, key, s.port, name)
}

func needsServer(t testing.TB) (program, dir string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root: every learner has user ids of their own")
	}
	if _, err := exec.LookPath("ssh"); err != nil {
		skip(t, "OpenSSH's client is not installed: apt-get install openssh-client")
	}
	return buildSmall(t), workRoot(t)
}

// TestServeOnATerminal: somebody joins with OpenSSH and plays; the server is
// killed; after its next start they are where they were, by their key alone.
func TestServeOnATerminal(t *testing.T) {
	program, dir := needsServer(t)
	s := serveIn(t, program, dir, "127.0.0.1:0")
	m := newTmux(t, program, 100, 40)
	s.begin(m, "ada")
	m.press("q")
	m.waitFor("1 of  9 steps") // it is kept inside
	kept := false
	for limit := time.Now().Add(time.Minute); !kept && time.Now().Before(limit); time.Sleep(20 * time.Millisecond) {
		kept = s.keeps("ada")
	}
	if !kept {
		t.Fatalf("what was done is not kept outside\n%s", s.stderr.String())
	}
	all := descendants(s.cmd.Process.Pid)
	if len(all) < 2 {
		t.Fatalf("below the server there is only %v", all)
	}
	s.end(syscall.SIGKILL)
	m.waitFor("left: 255")
	if left := remaining(all, 30*time.Second); len(left) > 0 {
		t.Errorf("the killed server has left %v", left)
	}

	again := serveIn(t, program, dir, "127.0.0.1:"+s.port)
	for _, what := range []string{"code", "key", "in words"} {
		if again.said[what] != s.said[what] {
			t.Errorf("%s was %s, and is %s", what, s.said[what], again.said[what])
		}
	}
	m.line("clear; " + again.ssh("ada") + "; echo left: $?")
	m.waitFor("1 of  9 steps")
	m.press("q")
	m.waitFor("left: 0")
	again.end(syscall.SIGTERM)
	if out := again.clean(); out != "nothing was left behind\n" {
		t.Errorf("clean: %s", out)
	}
}

// begin has somebody join, and do the first step.
func (s *served) begin(m *tmux, name string) {
	m.line(s.ssh(name) + "; echo left: $?")
	m.waitFor("This is the class blue", "Code of the class:")
	m.line(s.said["code"])
	m.waitFor("as an ordinary user", "0 of  9 steps")
	m.press("Enter")
	m.waitFor("step 1 of 9")
	m.press("Enter")
	m.waitFor("step 2 of 9")
}

// keeps tells whether the store has progress of a learner.
func (s *served) keeps(name string) bool {
	list := exec.Command(s.program, "class", "show", "blue")
	list.Env = append(os.Environ(), "XDG_STATE_HOME="+s.dir, "SUDO_UID=")
	out, err := list.CombinedOutput()
	if err != nil {
		s.t.Fatalf("%v\n%s", err, out)
	}
	return strings.HasPrefix(string(out), name) && strings.Contains(string(out), "1 steps")
}

// descendants are all processes below one, each with its start time.
func descendants(pid int) map[string]string {
	parents := map[string]string{}
	starts := map[string]string{}
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range dirs {
		stat, err := os.ReadFile(dir + "/stat")
		if err != nil {
			continue
		}
		_, rest, _ := strings.Cut(string(stat[bytes.LastIndexByte(stat, ')')+1:]), " ")
		fields := strings.Fields(rest)
		parents[filepath.Base(dir)], starts[filepath.Base(dir)] = fields[1], fields[19]
	}
	found := map[string]string{}
	for p := range parents {
		for at := parents[p]; at != "" && at != "0"; at = parents[at] {
			if at == fmt.Sprint(pid) {
				found[p] = starts[p]
				break
			}
		}
	}
	return found
}

// remaining are those of the processes that are still there after some time.
func remaining(all map[string]string, patience time.Duration) (left []string) {
	for limit := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		left = nil
		for pid, start := range all {
			stat, err := os.ReadFile("/proc/" + pid + "/stat")
			if err != nil {
				continue
			}
			fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
			if fields[19] == start && fields[0] != "Z" && fields[0] != "X" {
				left = append(left, string(stat))
			}
		}
		if len(left) == 0 || time.Now().After(limit) {
			return left
		}
	}
}

// TestServeThirtyAtOnce: a class begins when the teacher says so.
func TestServeThirtyAtOnce(t *testing.T) {
	program, dir := needsServer(t)
	s := serveIn(t, program, dir, "127.0.0.1:0")
	begin := time.Now()
	var all sync.WaitGroup
	for i := range 30 {
		all.Go(func() {
			if err := s.drop(fmt.Sprintf("learner-%d", i)); err != nil {
				t.Errorf("learner-%d: %v", i, err)
			}
		})
	}
	all.Wait()
	t.Logf("thirty were in after %v", time.Since(begin).Round(time.Millisecond))
}

// drop has somebody join, see the first screen, and hang up.
func (s *served) drop(name string) error {
	p, err := s.join(name)
	if err != nil {
		return err
	}
	return p.client.Close()
}

// hostKey compares with the fingerprint that the server has shown.
func (s *served) hostKey(_ string, _ net.Addr, key gossh.PublicKey) error {
	if got := gossh.FingerprintSHA256(key); got != s.said["key"] {
		return fmt.Errorf("the server's key is %s, shown was %s", got, s.said["key"])
	}
	return nil
}

// TestServeNeedsRoot: an ordinary user is told why, and what to do.
func TestServeNeedsRoot(t *testing.T) {
	program, dir := build(t), workRoot(t)
	cmd := exec.Command(program, "serve", "--listen", "127.0.0.1:0", "--data", filepath.Join(dir, "data"))
	cmd.Env = []string{"HOME=" + dir, "PATH=" + os.Getenv("PATH")}
	if os.Geteuid() == 0 {
		const nobody = 65534
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != exitCannot || !strings.Contains(string(out), "run sudo tentpole serve") {
		t.Errorf("%v\n%s", err, out)
	}
}
