//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// tmux is a terminal for a test: a server of its own on a socket of its own.
type tmux struct {
	t       *testing.T
	program string
	socket  string
	dir     string // the learner's home, and where the state is
}

// newTmux starts a shell in a terminal of that size.
func newTmux(t *testing.T, program string, cols, rows int) *tmux {
	t.Helper()
	if _, err := exec.LookPath("tmux"); err != nil {
		skip(t, "tmux is not installed: apt-get install tmux")
	}
	m := &tmux{t: t, program: program, dir: workRoot(t)}
	m.socket = filepath.Join(m.dir, "socket")
	env := []string{"env", "XDG_STATE_HOME=" + m.dir, "SUDO_UID=", "LC_ALL=C.UTF-8", "PS1=ready$ ", "ENV=", "HOME=" + m.dir,
		"PATH=" + filepath.Dir(program) + ":" + os.Getenv("PATH"), "sh", "-i"}
	m.run(append([]string{"-f", "/dev/null", "new-session", "-d", "-x", fmt.Sprint(cols), "-y", fmt.Sprint(rows)}, env...)...)
	t.Cleanup(func() { m.run("kill-server") })
	m.waitFor("ready$")
	return m
}

func (m *tmux) run(args ...string) string {
	m.t.Helper()
	cmd := exec.Command("tmux", append([]string{"-S", m.socket}, args...)...)
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
	out, err := cmd.CombinedOutput()
	if err != nil {
		m.t.Fatalf("tmux %v: %v\n%s", args, err, out)
	}
	return string(out)
}

func (m *tmux) screen() string { return m.run("capture-pane", "-p") }

// press sends keys by tmux's names for them.
func (m *tmux) press(keys ...string) {
	m.t.Helper()
	m.run(append([]string{"send-keys"}, keys...)...)
}

// line types a line as it is.
func (m *tmux) line(text string) {
	m.t.Helper()
	m.run("send-keys", "-l", text)
	m.press("Enter")
}

// waitFor waits until all the texts are on the screen.
func (m *tmux) waitFor(texts ...string) string {
	m.t.Helper()
	const patience = 60 * time.Second // a machine that does other things too
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		s := m.screen()
		missing := ""
		for _, text := range texts {
			if !strings.Contains(s, text) {
				missing = text
			}
		}
		if missing == "" {
			return s
		}
		if time.Now().After(deadline) {
			m.t.Fatalf("%q did not come; the screen is:\n%s", missing, s)
		}
	}
}

// TestMountsOnATerminal plays the lesson mounts to its end as a person at the
// keys would, leaves, and comes back.
func TestMountsOnATerminal(t *testing.T) {
	program := build(t)
	for _, size := range [][2]int{{80, 24}, {140, 40}} {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			m := newTmux(t, program, size[0], size[1])
			m.line("stty -g >before; tentpole learn mounts; echo left: $?")
			m.waitFor("step 1 of 9", "enter")
			m.press("Enter")
			playRun(m)
			playTask(m)
			playWindow(m)
			playRest(m)
			m.waitFor("Open ground", "9 of  9 steps")
			m.press("q")
			m.waitFor("left: 0")
			m.line("clear; stty -g >after; cmp before after && echo unchanged-$((6*7))")
			m.waitFor("unchanged-42")
			// What was done is there at the next start.
			m.line("clear; tentpole progress show | grep mounts; tentpole lesson list | grep mounts")
			m.waitFor("mounts                  9 of  9", " 9/9 steps")
			m.line("clear; tentpole")
			m.waitFor("9 of  9 steps")
			m.press("q")
			m.waitFor("ready$")
			m.line("echo gone: $?")
			m.waitFor("gone: 0")
		})
	}
}

// playRun predicts wrongly, runs, and looks at what changed.
func playRun(m *tmux) {
	m.t.Helper()
	m.waitFor("step 2 of 9")
	for range 40 { // the question may lie below on a small screen
		if strings.Contains(m.screen(), "nowhere") {
			break
		}
		m.press("Down")
	}
	m.press("3", "Enter")
	m.waitFor("Measured", "at the same path")
	m.press("Tab")
	m.waitFor("mount ns", "own", "shared")
	m.press("Tab")
	m.waitFor("clone(CLONE_NEWNS", "unshare --mount")
	m.press("n")
}

// playTask goes inside, does what is asked, and comes back.
func playTask(m *tmux) {
	m.t.Helper()
	m.waitFor("step 3 of 9", "[ ]")
	m.press("Enter")
	m.waitFor("tent#")
	m.line("mount -t tmpfs tmpfs /tmp")
	m.waitFor("[x]")
	m.line("touch /tmp/mydummytestfile.txt; echo done-$((6*7))")
	m.waitFor("done-42")
	m.waitFor("ll parts are done")
	m.press("F2")
	m.waitFor("All parts are done")
	m.press("n")
}

func playWindow(m *tmux) {
	m.t.Helper()
	m.waitFor("step 4 of 9", "going through the process")
	m.press("2", "Enter")
	m.waitFor("one-way", "run again")
	m.press("n")
}

// playRest answers the quiz and reads to the end.
func playRest(m *tmux) {
	m.t.Helper()
	m.waitFor("step 5 of 9", "enter run")
	m.press("Enter")
	m.waitFor("run again")
	m.press("n")
	m.waitFor("step 6 of 9", "none")
	m.press("3", "Enter")
	m.press("n")
	m.waitFor("step 7 of 9")
	m.press("Enter")
	m.waitFor("step 8 of 9")
	m.press("Enter")
	m.waitFor("step 9 of 9")
	m.press("Enter")
}

// TestRunOnATerminal runs a shell inside by hand: it ends when it is left,
// without one more key, and the terminal is as before.
func TestRunOnATerminal(t *testing.T) {
	m := newTmux(t, build(t), 80, 24)
	m.line("stty -g >before; tentpole run --layer mount,pid,uts --hostname tent -- sh -i; echo left: $?")
	m.line("echo on-$(hostname)-$((6*7))")
	m.waitFor("on-tent-42")
	m.line("sleep 1000 & exit 5")
	m.waitFor("left: 5")
	m.line("clear; stty -g >after; cmp before after && echo unchanged-$((6*7))")
	m.waitFor("unchanged-42")
}

// TestTooSmall: a terminal of 20 by 5 gets a sentence, and the screen comes
// when there is room.
func TestTooSmall(t *testing.T) {
	m := newTmux(t, build(t), 20, 5)
	m.line("tentpole")
	m.waitFor("40")
	m.run("resize-window", "-x", "80", "-y", "24")
	m.waitFor("Open ground")
	m.press("q")
	m.waitFor("ready$")
}

// TestTerminals begins a lesson, runs a step and goes into the shells on
// terminals of all kinds: where there is nothing but ASCII no other sign is
// drawn, where there are no colours none is sent, and each is left as it was.
func TestTerminals(t *testing.T) {
	program := build(t)
	for _, c := range []struct {
		name, env string
		ascii     bool
		colours   bool
	}{
		{"screen", "TERM=screen", false, true},
		{"the Linux console", "TERM=linux", true, true},
		{"xterm without colours", "TERM=xterm NO_COLOR=1", false, false},
		{"a locale without UTF-8", "TERM=xterm LC_ALL=C", true, true},
		{"vt100", "-u TMUX TERM=vt100", false, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := newTmux(t, program, 110, 44)
			m.line("stty -g >before; env " + c.env + " tentpole learn mounts; echo left: $?")
			visit(m, c.ascii, c.colours)
			m.line("clear; stty -g >after; cmp before after && echo unchanged-$((6*7))")
			m.waitFor("unchanged-42")
		})
	}
}

// visit begins a lesson that was just opened, runs a step, goes into the shell
// inside and out again, and leaves.
func visit(m *tmux, ascii, colours bool) {
	m.t.Helper()
	intoTask(m)
	m.line("echo on-$((6*7))")
	screen := m.waitFor("on-42")
	if foreign := strings.IndexFunc(screen, func(r rune) bool { return r > '~' }) >= 0; foreign == ascii {
		m.t.Errorf("signs that are not ASCII: %v\n%s", foreign, screen)
	}
	if styled := m.run("capture-pane", "-p", "-e"); colour.MatchString(styled) != colours {
		m.t.Errorf("colours: %v\n%q", !colours, styled)
	}
	m.press("F2")
	m.waitFor("go inside")
	m.press("C-c")
	m.waitFor("left: 0")
}

// intoTask goes from the first step of the lesson into the shell of its task.
func intoTask(m *tmux) {
	m.t.Helper()
	m.waitFor("step 1 of 9", "enter")
	m.press("Enter")
	playRun(m)
	m.waitFor("step 3 of 9", "[ ]")
	m.press("Enter")
	m.waitFor("tent#", "keys go to")
}

// colour finds a colour that is set: SGR 30 to 48, 90 and on; not weight, and
// not the default.
var colour = regexp.MustCompile("\x1b\\[(\\d+;)*(3[0-8]|4[0-8]|9[0-7]|10[0-7])[;m]")
