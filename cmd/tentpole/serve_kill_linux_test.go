package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
	gossh "golang.org/x/crypto/ssh"

	"github.com/tentpole-labs/tentpole/class/board"
	"github.com/tentpole-labs/tentpole/class/channel"
	"github.com/tentpole-labs/tentpole/class/lectern"
	"github.com/tentpole-labs/tentpole/lessons"
)

// TestServeKilled kills the server at random moments while learners are at work.
// After the next start each is at the lesson and step that the last screen has shown,
// hands, answers and what the teacher has asked are as the board has shown them, and
// nothing is left of the dead server. TENTPOLE_CLASS says how many learners there
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
			class[i] = &player{t: t, name: fmt.Sprintf("learner-%d-%d", round, i), key: key, raises: true}
		}
		teacher := s.teach()
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
		was := <-teacher
		begin := time.Now()
		s = serveIn(t, program, dir, "127.0.0.1:"+s.port)
		t.Logf("killed with %d processes below, it was up again after %v", len(below), time.Since(begin).Round(time.Millisecond))
		if left := remaining(below, 30*time.Second); len(left) > 0 {
			t.Errorf("the killed server has left %v", left)
		}
		if out := s.clean(); !strings.Contains(out, "nothing was left behind") {
			t.Errorf("the start has left of the dead server:\n%s", out)
		}
		s.compareBoards(was, class)
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

// lookOn opens the board of the class.
func (s *served) lookOn() *lectern.Remote {
	s.t.Helper()
	far, err := lectern.Dial(lectern.Socket(filepath.Join(s.dir, "tentpole", "classes"), "blue"))
	if err != nil {
		s.t.Fatal(err)
	}
	return far
}

// follow takes in the board until it is as it should be.
func follow(far *lectern.Remote, b *board.Board, ok func(board.News) bool) error {
	for {
		n, err := far.Next(context.Background())
		if err != nil {
			return err
		}
		if b.Take(n); ok(n) {
			return nil
		}
	}
}

// teach holds a lesson back and asks a poll. What comes is the board as it was shown
// last, when the server has ended.
func (s *served) teach() <-chan board.Board {
	s.t.Helper()
	far := s.lookOn()
	course, err := loadCourse()
	if err != nil {
		s.t.Fatal(err)
	}
	l := course.Lessons[0]
	at := slices.IndexFunc(l.Steps, func(step lessons.Step) bool { return step.Predict != nil })
	var b board.Board
	err = follow(far, &b, func(n board.News) bool { return n.Room != nil })
	before := b.Room.PollBy
	err = errors.Join(err, far.Do(board.Order{Hold: course.Lessons[1].ID}), far.Do(board.Order{Poll: &channel.Place{Lesson: l.ID, Step: l.Steps[at].ID}}),
		follow(far, &b, func(board.News) bool { return len(b.Room.Held) == 1 && b.Room.PollBy > before }))
	if err != nil {
		s.t.Fatal(err)
	}
	last := make(chan board.Board, 1)
	go func() {
		follow(far, &b, func(board.News) bool { return false }) // until there are no news
		far.Close()
		last <- b
	}()
	return last
}

// compareBoards looks whether the board has what it had before.
func (s *served) compareBoards(was board.Board, class []*player) {
	s.t.Helper()
	far := s.lookOn()
	defer far.Close()
	var is board.Board
	if err := follow(far, &is, func(n board.News) bool { return !n.More }); err != nil {
		s.t.Fatal(err)
	}
	if !reflect.DeepEqual(is.Room, was.Room) {
		s.t.Errorf("everybody was asked %+v, and is asked %+v", was.Room, is.Room)
	}
	kept := map[string]board.Learner{}
	for _, l := range is.Learners {
		kept[l.Name] = l
	}
	hands, answers := 0, 0
	for _, l := range was.Learners {
		if !slices.ContainsFunc(class, func(p *player) bool { return p.name == l.Name }) {
			continue // of a round before; they may have made room
		}
		if now := kept[l.Name]; l.Hand && !now.Hand || l.Answer != "" && now.Answer != l.Answer {
			s.t.Errorf("%s was on the board with %v, %q; now it has %+v", l.Name, l.Hand, l.Answer, now)
		}
		if l.Hand {
			hands++
		}
		if l.Answer != "" {
			answers++
		}
	}
	s.t.Logf("of %d on the board %d had a hand up, and %d had answered", len(class), hands, answers)
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
	raises      bool   // a hand, the first time
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
	case strings.Contains(screen, "The teacher asks everybody"):
		return "\x1b[15~1q" // F5, the first answer, and back
	case step == 1 && p.raises:
		p.raises = false
		return "u"
	case step == 0 && strings.Contains(screen, "of  9 steps"), step == 1:
		return "\r"
	case step == 2 && strings.Contains(screen, "run again"):
		return "n"
	case step == 2 && strings.Contains(screen, "predict and run"):
		return "3\r"
	}
	return ""
}
