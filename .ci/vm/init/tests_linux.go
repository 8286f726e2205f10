package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/tentpole-labs/tentpole/.ci/vm/agenda"
)

// account is what a user of the machine has when it logs in.
type account struct {
	id    uint32
	home  string
	scope string
}

var accounts = map[string]account{
	agenda.Root:   {0, "/root", rootScope},
	agenda.Tester: {agenda.ID, "/home/tester", userScope},
}

// env is the environment of a user.
func (a account) env(user string) []string {
	return []string{
		"HOME=" + a.home, "USER=" + user, "LOGNAME=" + user, "SHELL=/bin/sh", "LANG=C.UTF-8", "TERM=linux",
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		fmt.Sprintf("XDG_RUNTIME_DIR=/run/user/%d", a.id),
	}
}

// command is a program as the user would start it. The caller closes the
// descriptor of the cgroup when it has been started.
func (a account) command(user string, args []string) (*exec.Cmd, *os.File, error) {
	scope, err := os.Open(filepath.Join(cgroups, a.scope))
	if err != nil {
		return nil, nil, err
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = a.env(user)
	cmd.Dir = a.home
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Setsid: true, UseCgroupFD: true, CgroupFD: int(scope.Fd()),
		Credential: &syscall.Credential{Uid: a.id, Gid: a.id},
	}
	return cmd, scope, nil
}

// logIn makes the directory that pam_systemd(8) makes.
func (a account) logIn() error {
	dir := fmt.Sprintf("/run/user/%d", a.id)
	return errors.Join(os.MkdirAll("/run/user", 0o755), os.MkdirAll(dir, 0o700), os.Chown(dir, int(a.id), int(a.id)))
}

// runAll runs everything on the agenda and says when it is through.
func runAll() error {
	out, err := port()
	if err != nil {
		return err
	}
	defer out.Close()
	a, err := readAgenda()
	if err != nil {
		return err
	}
	send(out, agenda.Event{Action: agenda.Note, Output: describe()})
	for _, run := range a.Runs {
		if err := runTests(out, run); err != nil {
			return fmt.Errorf("%s: %w", run.Name, err)
		}
	}
	send(out, agenda.Event{Action: agenda.Ended})
	return nil
}

// describe says what machine this is.
func describe() string {
	version, _ := os.ReadFile("/proc/sys/kernel/osrelease")
	controllers, _ := os.ReadFile(filepath.Join(cgroups, "cgroup.controllers"))
	uptime, _ := os.ReadFile("/proc/uptime")
	up, _, _ := strings.Cut(string(uptime), " ")
	return fmt.Sprintf("Linux %s, cgroup v2 with %s, ready after %s s", strings.TrimSpace(string(version)), strings.TrimSpace(string(controllers)), up)
}

// runTests runs one test binary, ends what it leaves, and says so.
func runTests(out *os.File, run agenda.Run) error {
	who := accounts[run.User]
	if err := who.logIn(); err != nil {
		return err
	}
	before := lookAround()
	cmd, scope, err := who.command(run.User, append([]string{agenda.Events, "-t", "-p", run.Name}, run.Args...))
	if err != nil {
		return err
	}
	defer scope.Close()
	cmd.Dir = run.Dir
	cmd.Env = append(append(cmd.Env, "TENTPOLE_MUST=1"), run.Env...)
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		return err
	}
	late := time.AfterFunc(run.Limit, func() { killAll(who.scope) })
	_ = cmd.Wait() // the events say how it ended
	if !late.Stop() {
		fail(out, run.Name, "TimeLimit", fmt.Sprintf("not done after %v", run.Limit))
	}
	if left := settle(before, patience); len(left) > 0 {
		fail(out, run.Name, "LeftBehind", strings.Join(left, "\n"))
		remove(left)
	}
	return nil
}

// killAll kills what is in a cgroup.
func killAll(scope string) {
	_ = os.WriteFile(filepath.Join(cgroups, scope, "cgroup.kill"), []byte("1"), 0)
}

// fail reports a failure as if it were a test's.
func fail(out *os.File, pkg, test, text string) {
	for line := range strings.Lines(text) {
		send(out, agenda.Event{Action: "output", Package: pkg, Test: test, Output: strings.TrimRight(line, "\n") + "\n"})
	}
	send(out, agenda.Event{Action: "fail", Package: pkg, Test: test})
}
