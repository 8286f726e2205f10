package main

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
	gossh "golang.org/x/crypto/ssh"
)

// TestServeKilled kills the server at random moments while learners are at work.
// After the next start each is at the lesson and step that the last screen has shown,
// and nothing is left of the dead server. TENTPOLE_CLASS says how many learners there
// are, TENTPOLE_KILLS how often it is killed.
func TestServeKilled(t *testing.T) {
	program, dir := needsServer(t)
	learners, kills := setBy("TENTPOLE_CLASS", 3), setBy("TENTPOLE_KILLS", 2)
	s := serveIn(t, program, dir, "127.0.0.1:0")
	for round := range kills {
		class := make([]*player, learners)
		for i := range class {
			key, err := newSigner()
			if err != nil {
				t.Fatal(err)
			}
			class[i] = &player{t: t, name: fmt.Sprintf("learner-%d-%d", round, i), key: key}
		}
		var all sync.WaitGroup
		for _, p := range class {
			all.Go(func() { p.play(s, farthest) })
		}
		// The last are about to be done when all have had their turn.
		const each = 600 * time.Millisecond
		time.Sleep(rand.N(2*time.Second + time.Duration(learners)*each))
		below := descendants(s.cmd.Process.Pid)
		s.end(syscall.SIGKILL)
		all.Wait()
		begin := time.Now()
		s = serveIn(t, program, dir, "127.0.0.1:"+s.port)
		t.Logf("killed with %d processes below, it was up again after %v", len(below), time.Since(begin).Round(time.Millisecond))
		if left := remaining(below, 30*time.Second); len(left) > 0 {
			t.Errorf("the killed server has left %v", left)
		}
		if out := s.clean(); !strings.Contains(out, "nothing was left behind") {
			t.Errorf("the start has left of the dead server:\n%s", out)
		}
		compareAll(t, s, class)
	}
	s.end(syscall.SIGTERM)
	if out := s.clean(); out != "nothing was left behind\n" {
		t.Errorf("clean: %s", out)
	}
	if mounts, err := os.ReadFile("/proc/self/mounts"); err != nil || strings.Contains(string(mounts), dir) {
		t.Errorf("mounts are left, %v", err)
	}
}

// setBy is a number that a variable can change.
func setBy(variable string, usual int) int {
	if v := os.Getenv(variable); v != "" {
		fmt.Sscan(v, &usual)
	}
	return usual
}

// clean runs `tentpole clean` for the server's state.
func (s *served) clean() string {
	clean := exec.Command(s.program, "clean")
	clean.Env = append(os.Environ(), "XDG_STATE_HOME="+s.dir, "SUDO_UID=")
	out, err := clean.CombinedOutput()
	if err != nil {
		s.t.Errorf("clean: %v", err)
	}
	return string(out)
}

// compareAll has everybody come back.
func compareAll(t *testing.T, s *served, class []*player) {
	t.Helper()
	var all sync.WaitGroup
	steps := map[int]int{}
	for _, p := range class {
		steps[p.seen]++
		all.Go(func() {
			again := &player{t: t, name: p.name, key: p.key}
			again.play(s, max(1, p.seen))
			// What was on its way to the screen may be there as well.
			if p.seen > 0 && (again.first < p.seen || again.first > p.seen+1) {
				t.Errorf("%s has seen step %d, and comes back to step %d; the screen is\n%s", p.name, p.seen, again.first, again.screen)
			}
		})
	}
	all.Wait()
	t.Logf("learners by the step they had seen: %v", steps)
}

// farthest is the step that a player plays to; it wants typing in a shell.
const farthest = 3

// player is a learner at the keys.
type player struct {
	t           *testing.T
	name        string
	key         gossh.Signer
	first, seen int    // steps on the screen
	screen      string // the last one
}

var stepOf = regexp.MustCompile(`step (\d) of 9`)

// play joins or comes back, and plays to a step or until the connection breaks.
func (p *player) play(s *served, to int) {
	c, err := s.dialWith(p.name, p.key)
	if err != nil {
		return // the server is dead, and nothing was seen
	}
	defer c.Close()
	session, err := c.NewSession()
	if err != nil {
		return
	}
	time.AfterFunc(2*time.Minute, func() { c.Close() })
	screen := vt.NewSafeEmulator(100, 40)
	go io.Copy(io.Discard, screen) // its answers, which nobody needs
	defer screen.Close()
	session.Stdout = screen
	keys, err := session.StdinPipe()
	if err := errors.Join(err, session.RequestPty("xterm-256color", 40, 100, nil), session.Shell()); err != nil {
		return
	}
	gone := make(chan error, 1)
	go func() { gone <- session.Wait() }()
	for pressed := ""; p.seen < to; {
		select {
		case <-gone:
			p.look(screen.String())
			return
		case <-time.After(20 * time.Millisecond):
		}
		press := p.look(screen.String())
		if state := p.screen; press != "" && state != pressed {
			fmt.Fprint(keys, press)
			pressed = state
		}
	}
}

// look reads the screen, and tells which keys lead on.
func (p *player) look(screen string) string {
	p.screen = screen
	step := 0
	if found := stepOf.FindStringSubmatch(screen); found != nil {
		step, _ = strconv.Atoi(found[1])
		p.seen = max(p.seen, step)
		if p.first == 0 {
			p.first = step
		}
	}
	switch {
	case step == 0 && strings.Contains(screen, "of  9 steps"), step == 1:
		return "\r"
	case step == 2 && strings.Contains(screen, "run again"):
		return "n"
	case step == 2 && strings.Contains(screen, "predict and run"):
		return "3\r"
	}
	return ""
}
