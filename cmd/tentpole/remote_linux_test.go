package main

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"testing"
)

// found returns where a program is, also where only root looks.
func found(t *testing.T, program, install string) string {
	t.Helper()
	for _, name := range []string{program, "/usr/sbin/" + program} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	skip(t, program+" is not installed: apt-get install "+install)
	return ""
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestScreen: GNU screen shows the lesson, and ends with its shell.
func TestScreen(t *testing.T) {
	screen := found(t, "screen", "screen")
	m := newTmux(t, build(t), 110, 44)
	sockets := "SCREENDIR=" + filepath.Join(m.dir, "screens")
	if err := os.Mkdir(filepath.Join(m.dir, "screens"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { // it outlives its terminal
		quit := exec.Command(screen, "-X", "quit")
		quit.Env = append(os.Environ(), sockets)
		_ = quit.Run() // it has ended, unless the test failed
	})
	write(t, filepath.Join(m.dir, "screenrc"), "startup_message off\nvbell off\n")
	m.line("cd; clear; " + sockets + " " + screen + " -U -c screenrc sh -i")
	m.waitFor("ready$")
	m.line("echo in-$TERM")
	m.waitFor("in-screen")
	m.line("clear; stty -g >before; tentpole learn mounts; echo left: $?")
	visit(m, false, true)
	m.line("clear; stty -g >after; cmp before after && echo unchanged-$((6*7))")
	m.waitFor("unchanged-42")
	m.line("exit")
	m.waitFor("screen is terminating")
}

// ssh returns the line that runs a command through a daemon of the test's own,
// with keys that are made for it. It listens on no port: the client starts it and
// speaks to its standard input; sshd(8), -i.
func ssh(t *testing.T, m *tmux, command string) string {
	t.Helper()
	daemon, client := found(t, "sshd", "openssh-server"), found(t, "ssh", "openssh-client")
	for _, key := range []string{"host", "learner"} {
		if out, err := exec.Command(found(t, "ssh-keygen", "openssh-client"), "-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(m.dir, key)).CombinedOutput(); err != nil {
			t.Fatalf("ssh-keygen: %v\n%s", err, out)
		}
	}
	write(t, filepath.Join(m.dir, "sshd_config"), fmt.Sprintf("HostKey %[1]s/host\nAuthorizedKeysFile %[1]s/learner.pub\nStrictModes no\nUsePAM no\nPidFile none\n", m.dir))
	// It wants an empty directory of its own, which not every machine has.
	write(t, filepath.Join(m.dir, "serve"), fmt.Sprintf(
		"exec unshare --mount sh -c 'mount -t tmpfs -o mode=755 tmpfs /run && mkdir /run/sshd && exec %s -i -f %s/sshd_config'\n", daemon, m.dir))
	learner, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(m.dir, "ssh_config"), fmt.Sprintf(`Host tent
ProxyCommand sh %[1]s/serve
User %[2]s
IdentityFile %[1]s/learner
IdentitiesOnly yes
UserKnownHostsFile %[1]s/known
StrictHostKeyChecking no
LogLevel ERROR
`, m.dir, learner.Username))
	return fmt.Sprintf("%s -F %s/ssh_config -t tent '%s'", client, m.dir, command)
}

// TestSSH: the lesson is played over ssh; when the connection breaks, nothing of
// it is left.
func TestSSH(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root: sshd gives a terminal to its owner and the group tty")
	}
	m := newTmux(t, build(t), 110, 44)
	learn := ssh(t, m, fmt.Sprintf("env LC_ALL=C.UTF-8 SHELL=/bin/sh XDG_STATE_HOME=%[1]s PATH=%[2]s tentpole learn mounts", m.dir, filepath.Dir(m.program)+":"+os.Getenv("PATH")))
	m.line("cd; clear; stty -g >before; " + learn + "; echo left: $?")
	visit(m, false, true)
	m.line("clear; stty -g >after; cmp before after && echo unchanged-$((6*7))")
	m.waitFor("unchanged-42")

	m.line("clear; tentpole progress reset --yes; " + learn + "; echo broken: $?")
	intoTask(m)
	m.press("Enter")
	m.run("send-keys", "-l", "~.") // ssh(1), escape characters
	m.waitFor("broken: 255")
	m.line("clear; until [ -z \"$(ls tentpole/sandboxes)\" ]; do sleep 0.1; done; echo nothing-$((6*7))")
	m.waitFor("nothing-42")
	m.line("clear; stty -g >after; cmp before after && echo unchanged-$((6*7))")
	m.waitFor("unchanged-42")
}
