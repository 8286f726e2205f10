package lessons

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"
)

func init() { children["counter"] = childCounter }

// counterStep is the step whose hints the counter counts in.
const counterStep = "counted"

// childCounter adds one to what is kept, without end, and says each number once
// it is saved.
func childCounter(dir string) error {
	s := Store{Dir: dir}
	for {
		n := 0
		err := s.Update(func(p *Progress) error {
			n = counted(p) + 1
			p.Put("lesson", LessonRecord{Steps: map[string]StepRecord{counterStep: {Hash: "h", Hints: n}}})
			return nil
		})
		if err != nil {
			return err
		}
		fmt.Println(n)
	}
}

func counted(p *Progress) int { return p.Lessons["lesson"].Steps[counterStep].Hints }

// A writer killed at any moment leaves what it saved last, or what it was just
// saving, whole; a free lock; and nothing that the next one does not clear away.
// TENTPOLE_KILLS says how often.
func TestStoreKilledWriter(t *testing.T) {
	dir := t.TempDir()
	s := &Store{Dir: dir, Tell: func(err error) { t.Error(err) }}
	const seed = 5
	random := rand.New(rand.NewPCG(seed, seed))
	old, saves, caught := 0, 0, 0
	kills := times("TENTPOLE_KILLS", 10)
	for range kills {
		said := killed(t, dir, 1+random.IntN(3), time.Duration(random.IntN(3000))*time.Microsecond)
		p, err := s.Read()
		if err != nil {
			t.Fatal(err)
		}
		n := counted(p)
		if n != said && n != said+1 || said <= old {
			t.Fatalf("saved %d, then said %d, was killed, and %d is kept", old, said, n)
		}
		saves += n - old
		caught += n - said
		old = n
	}
	if err := put(s, "after"); err != nil {
		t.Fatal(err)
	}
	onlyFiles(t, dir, "progress.json", "progress.lock")
	t.Logf("%d kills, %d saves, %d of the kills between saving and saying so", kills, saves, caught)
}

// killed starts a counter, waits until it has said so many numbers, and then
// kills it at some moment. It returns the last number that was said.
func killed(t *testing.T, dir string, numbers int, moment time.Duration) (said int) {
	t.Helper()
	cmd := child("counter", dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for range numbers {
		said = number(t, lines)
	}
	time.Sleep(moment) // not to wait for anything: to be anywhere in the next save
	_ = cmd.Process.Kill()
	for lines.Scan() {
		said, _ = strconv.Atoi(lines.Text())
	}
	_, _ = io.Copy(io.Discard, out)
	_ = cmd.Wait()
	return said
}

func number(t *testing.T, lines *bufio.Scanner) int {
	t.Helper()
	if !lines.Scan() {
		t.Fatal("the counter ended by itself")
	}
	n, err := strconv.Atoi(lines.Text())
	if err != nil {
		t.Fatal(err)
	}
	return n
}
