package tent

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// openTerminals has a shell take terminals of one devpts, until there are no more
// or that many, and tells how many it got.
const openTerminals = `n=0; while [ $n -lt %d ] && exec {f}<>/dev/ptmx; do n=$((n+1)); done 2>/dev/null; echo $n`

// TestTerminalsOfATent: its /dev/pts has as many as its limit says, and who is root
// inside cannot mount it anew with more.
func TestTerminalsOfATent(t *testing.T) {
	p := pitch(t, 1)
	p.Limits.Terminals = 5
	s := start(t, open(t, p, nil))
	if out, _ := s.ask(fmt.Sprintf("bash -c '"+openTerminals+"'", 10)); out != "4" {
		t.Errorf("beside the learner's own there are %s", out)
	}
	if out, status := s.ask("unshare -Urm mount -o remount,max=100 /dev/pts 2>&1"); status == "0" {
		t.Errorf("it was mounted anew: %s", out)
	}
	if out, _ := s.ask("stat -c %g:%a $(tty)"); out != "5:620" {
		t.Errorf("the learner's terminal has %s", out)
	}
}

// TestHoarder: when terminals get scarce, the tent ends that has more than its limit
// in all devpts of it together, and no other.
func TestHoarder(t *testing.T) {
	sysctls := t.TempDir()
	for name, n := range map[string]int{"max": 100, "reserve": 20, "nr": 61} {
		if err := os.WriteFile(filepath.Join(sysctls, name), []byte(fmt.Sprintln(n)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	crowd := &Crowd{processors: 1, sysctls: sysctls, closed: make(chan struct{}), tents: map[*Tent]*member{}}
	p, q := pitch(t, 1), pitch(t, 2)
	p.Crowd, q.Crowd = crowd, crowd
	p.Limits.Terminals, q.Limits.Terminals = 6, 6
	bad, good := open(t, p, nil), open(t, q, nil)
	hoard, keeps := start(t, bad), start(t, good)
	const own = "mount -t devpts -o newinstance,ptmxmode=666 p /dev/pts && " + openTerminals
	hoard.ask(fmt.Sprintf("unshare -Urm bash -c '"+own+"; "+own+"; sleep 1000' & :", 4, 4))
	keeps.ask(fmt.Sprintf("bash -c '"+openTerminals+"; sleep 1000' & :", 5))
	until := func(tent *Tent, n int) {
		for limit := time.Now().Add(enough); tent.terminals(0) != n; time.Sleep(10 * time.Millisecond) {
			if time.Now().After(limit) {
				t.Fatalf("there are %d terminals, not %d", tent.terminals(0), n)
			}
		}
	}
	until(bad, 9)
	until(good, 6)

	crowd.watching.Go(func() { crowd.watch(crowd.guard) })
	defer crowd.Close()
	select {
	case <-bad.Done():
	case <-time.After(enough):
		t.Fatal("a tent with more terminals than its limit stands")
	}
	crowd.relieve()
	if bad.Why() != ErrHoards || good.Why() != nil {
		t.Errorf("the one is told %v, the other %v", bad.Why(), good.Why())
	}
}

func TestShareOfTerminals(t *testing.T) {
	usual := terminals{most: 4096, reserved: 1024}
	for learners, want := range map[int]int{1: 64, 40: 25, 200: 12} {
		if got := usual.share(learners); got != want {
			t.Errorf("of %d learners each has %d, not %d", learners, got, want)
		}
	}
	if enough, few := (terminals{100, 20, 60}), (terminals{100, 20, 61}); enough.scarce() || !few.scarce() {
		t.Error("they are scarce from the wrong number on")
	}
	if nowhere := readTerminals(t.TempDir()); nowhere.scarce() || nowhere.share(40) != mostTerminals {
		t.Error("terminals are scarce where nobody counts them")
	}
}
