package store

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/tentpole-labs/tentpole/class/channel"
)

// writes is set in a process that does nothing but write, to this store.
const writes = "TENTPOLE_TEST_WRITES"

// writer keeps progress without end, and says each number once it is kept.
func writer(where string) error {
	ctx := context.Background()
	s, err := Open(ctx, where)
	if err != nil {
		return err
	}
	c, err := s.Find(ctx, "blue")
	if err != nil {
		return err
	}
	ada, err := s.Learner(ctx, c.ID, "ada")
	if err != nil {
		return err
	}
	if err := s.Take(ctx, ada.ID); err != nil {
		return err
	}
	for n := 1; ; n++ {
		if err := s.Save(ctx, ada.ID, counting(n)); err != nil {
			return err
		}
		if err := s.Hear(ctx, ada.ID, atStep(n)); err != nil {
			return err
		}
		fmt.Println(n)
	}
}

// counting is progress that has a number in each of its steps.
func counting(n int) []byte {
	file := []byte(`{"schema": "tentpole/progress/v1", "lessons": {"mounts": {"steps": {`)
	for i := range 10 {
		file = fmt.Appendf(file, `"%d": {"hash": "", "hints": %d, "prediction": {"said": "%d", "happened": "x"}},`, i, n, n)
	}
	return append(file, `"last": {"hash": ""}}}}}`...)
}

// atStep says that somebody is at a step with a number.
func atStep(n int) channel.Word {
	return channel.Word{At: &channel.Place{Lesson: "mounts", Step: strconv.Itoa(n)}}
}

// TestKilledWriter: whenever the program is killed, the database holds what it said
// last or what it was about to say, the file and all rows of the same moment, and the
// place that was said next. TENTPOLE_KILLS says how often.
func TestKilledWriter(t *testing.T) { onEach(t, killedWriter) }

func killedWriter(t *testing.T, where string) {
	s := open(t, where)
	c := class(t, s)
	ada, err := s.JoinWithKey(t.Context(), c.ID, "ada", []byte("key"))
	must(t, err)
	const seed = 7
	random := rand.New(rand.NewPCG(seed, seed))
	unsaid := 0
	for range kills(t) {
		said := killed(t, where, 1+random.IntN(3), time.Duration(random.IntN(4000))*time.Microsecond)
		// The database may not know yet that its client is gone: its last
		// statement is on its way. Whoever takes the learner comes after it.
		must(t, s.Take(t.Context(), ada.ID))
		file, err := s.Progress(t.Context(), ada.ID)
		must(t, err)
		n := said
		if string(file) == string(counting(said+1)) {
			n, unsaid = said+1, unsaid+1
		} else if string(file) != string(counting(said)) {
			t.Fatalf("it said %d, and kept is %s", said, file)
		}
		if at := changes(t, s, c, All).Learners[0].At; *at != *atStep(said).At && *at != *atStep(n).At {
			t.Fatalf("it said %d, and kept is that ada is at %v", said, at)
		}
		same := 0
		must(t, s.db.QueryRowContext(t.Context(), `SELECT count(*) FROM steps s JOIN predictions p ON s.learner = p.learner AND s.lesson = p.lesson AND s.step = p.step
			WHERE s.hints = $1 AND p.said = $2`, n, strconv.Itoa(n)).Scan(&same))
		if same != 10 {
			t.Fatalf("the file is that of %d, and the rows of %d steps are", n, same)
		}
		must(t, s.Leave(t.Context(), ada.ID))
	}
	if !s.Shared() {
		if said := texts(t, s.db, "PRAGMA integrity_check"); len(said) != 1 || said[0] != "ok" {
			t.Errorf("SQLite finds: %v", said)
		}
	}
	t.Logf("%d of the kills between keeping and saying so", unsaid)
}

// killed starts a writer, waits until it has said so many numbers, kills it at some
// moment after that, and returns the last that it said.
func killed(t *testing.T, where string, numbers int, moment time.Duration) (said int) {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), writes+"="+where)
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	must(t, err)
	must(t, c.Start())
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if said, err = strconv.Atoi(lines.Text()); err != nil {
			t.Fatal(err)
		}
		if said == numbers {
			time.AfterFunc(moment, func() { c.Process.Kill() })
		}
	}
	c.Wait() // it was killed
	if said < numbers {
		t.Fatal("the writer has ended by itself")
	}
	return said
}

func kills(t *testing.T) int {
	t.Helper()
	word := os.Getenv("TENTPOLE_KILLS")
	if word == "" {
		return 10
	}
	n, err := strconv.Atoi(word)
	must(t, err)
	return n
}
