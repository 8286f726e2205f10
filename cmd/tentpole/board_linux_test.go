package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// waitGone waits until a text is not on the screen any more.
func (m *tmux) waitGone(text string) {
	m.t.Helper()
	for deadline := time.Now().Add(time.Minute); strings.Contains(m.screen(), text); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			m.t.Fatalf("%q stays:\n%s", text, m.screen())
		}
	}
}

// TestBoardOverSSH: a teacher and a learner, both with OpenSSH: where the learner
// is, a hand, a message, an invitation and a poll go from one screen to the other.
func TestBoardOverSSH(t *testing.T) {
	program, dir := needsServer(t)
	key := filepath.Join(dir, "key-of-teacher")
	if out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key).CombinedOutput(); err != nil {
		t.Fatalf("ssh-keygen: %v\n%s", err, out)
	}
	s := serveIn(t, program, dir, "127.0.0.1:0", "--teacher", key+".pub")
	ada, teacher := newTmux(t, program, 100, 40), newTmux(t, program, 80, 24)
	teacher.line(s.ssh("teacher") + "; echo left: $?")
	teacher.waitFor("class blue", "0 here of 0", "Nobody has joined")
	ada.line(s.ssh("ada") + "; echo left: $?")
	ada.waitFor("Code of the class:")
	ada.line(s.said["code"])
	ada.waitFor("0 of  9 steps")
	teacher.waitFor("1 here of 1", "› ada")
	ada.press("Enter")
	ada.waitFor("step 1 of 9", "raise hand")
	ada.press("Enter")
	teacher.waitFor("x  [>]") // step 1 done, step 2 now

	ada.press("u")
	ada.waitFor("hand is UP")
	teacher.waitFor("HAND UP", "1 hand up")
	teacher.press("d")
	ada.waitFor("u raise hand")
	teacher.waitFor("0 hands up")

	teacher.press("M")
	teacher.waitFor("to everybody:")
	teacher.line("a break at ten")
	ada.waitFor("The teacher: a break at ten", "F5 opens it")
	ada.press("F5")
	ada.waitFor("class blue", "a break at ten")
	ada.press("q")
	ada.waitFor("step 2 of 9")

	teacher.press("Right", "Right", "i")
	teacher.waitFor("Everybody is invited to")
	ada.waitFor("invites everybody to", "step 4")
	ada.press("F5", "y")
	ada.waitFor("step 4 of 9")
	takePoll(t, s, teacher, ada)
	teacher.press("q")
	teacher.waitFor("left: 0")
	ada.press("C-c")
	ada.waitFor("left: ")
	if left, err := os.ReadDir(filepath.Join(dir, "tentpole", "class", "lines")); err != nil || len(left) > 1 {
		t.Errorf("lines of those who left: %v, %v", left, err)
	}
}

// takePoll asks for the first prediction of the lesson that they are at, and looks
// at the table of another process meanwhile.
func takePoll(t *testing.T, s *served, teacher, ada *tmux) {
	t.Helper()
	for range 9 {
		teacher.press("Left")
	}
	screen := teacher.waitFor("step 1 of a-process")
	for step := 2; !strings.Contains(screen, "p poll"); step++ {
		teacher.press("Right")
		screen = teacher.waitFor(fmt.Sprintf("step %d of a-process", step))
	}
	teacher.press("p")
	teacher.waitFor("everybody is asked", "0 of 0")
	ada.waitFor("asks everybody")
	ada.press("F5", "1")
	ada.waitFor("* 1")
	teacher.waitFor("1 of 1")
	table := exec.Command(s.program, "class", "--plain")
	table.Env = append(os.Environ(), "XDG_STATE_HOME="+s.dir, "SUDO_UID=")
	if out, err := table.CombinedOutput(); err != nil || !strings.Contains(string(out), "ada") || !strings.Contains(string(out), "step 4") {
		t.Errorf("%v\n%s", err, out)
	}
	teacher.press("p")
	teacher.waitGone("everybody is asked")
	ada.waitGone("Everybody is asked")
}

// TestTeachersKey: nobody else is the teacher, and what is no public key is said
// so.
func TestTeachersKey(t *testing.T) {
	program, dir := needsServer(t)
	s := serveIn(t, program, dir, "127.0.0.1:0")
	s.ssh("eve") // makes a key
	for file, want := range map[string]string{"key-of-eve": "public key that is wanted", "none": "no such file"} {
		out, err := exec.Command(program, "serve", "--class", "red", "--listen", "127.0.0.1:0", "--data", filepath.Join(dir, "red"), "--teacher", filepath.Join(dir, file)).CombinedOutput()
		if err == nil || !strings.Contains(string(out), want) {
			t.Errorf("%s: %v\n%s", file, err, out)
		}
	}
}
