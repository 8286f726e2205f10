package main

import (
	"strings"
	"testing"
	"time"
)

// TestServeComesBackOnATerminal: a window is closed in the middle of a step; the next
// one, of another size, shows the step as it was, and the keys are for it.
func TestServeComesBackOnATerminal(t *testing.T) {
	program, dir := needsServer(t)
	s := serveIn(t, program, dir, "127.0.0.1:0")
	m := newTmux(t, program, 100, 40)
	s.begin(m, "ada")

	m.run("respawn-pane", "-k")
	m.waitFor("ready$")
	m.run("resize-window", "-x", "120", "-y", "30")
	m.line("clear; " + s.ssh("ada") + "; echo left: $?")
	screen := m.waitFor("step 2 of 9")
	if lines := strings.Split(strings.TrimRight(screen, "\n"), "\n"); len(lines) != 30 {
		t.Errorf("%d lines are drawn\n%s", len(lines), screen)
	}
	m.press("q")
	m.waitFor("1 of  9 steps")
	m.press("q")
	m.waitFor("left: 0", "ready$")
}

// TestServeLook: the teacher asks to look on and type; the learner says yes, sees it
// all the time, and ends it. Nothing is seen before the yes.
func TestServeLook(t *testing.T) {
	program, dir := needsServer(t)
	s := serveIn(t, program, dir, "127.0.0.1:0")
	learner := newTmux(t, program, 100, 40)
	s.begin(learner, "ada")
	teacher := newTmux(t, program, 110, 45)
	teacher.line("XDG_STATE_HOME=" + dir + " tentpole class look ada --as Grace --type")
	learner.waitFor("Grace asks to look on and type. ctrl-t is yes", "step 2 of 9")
	if screen := teacher.waitFor("waiting for the answer"); strings.Contains(screen, "of 9") {
		t.Errorf("before a yes the teacher sees\n%s", screen)
	}
	learner.press("C-t")
	teacher.waitFor("step 2 of 9", "typing along")
	learner.waitFor("Grace can look on and type. ctrl-t ends it", "step 2 of 9")
	teacher.press("q")
	learner.waitFor("1 of  9 steps", "ctrl-t ends it")
	teacher.waitFor("1 of  9 steps")
	learner.press("C-t")
	teacher.waitFor("ada: the learner has ended it", "ready$")
	for limit := time.Now().Add(time.Minute); strings.Contains(learner.screen(), "Grace"); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatalf("the bar stays\n%s", learner.screen())
		}
	}
	learner.press("q")
	learner.waitFor("left: 0")
}
