package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
	"time"
)

// What a class of TENTPOLE_LEARNERS, of whom TENTPOLE_TYPISTS type, is measured
// against: the least a class may expect of two cores and 24 GiB.
const (
	wantKey    = 100 * time.Millisecond
	wantRest   = 20 << 20
	wantLogIn  = 2 * time.Second
	restFor    = 5 * time.Second
	typeFor    = 15 * time.Second
	lateComers = 5
)

// BenchmarkClass measures a class on this machine and prints what it comes to. It
// is one long measurement: -benchtime 1x.
func BenchmarkClass(b *testing.B) {
	program, dir := needsServer(b)
	learners, typists := number(b, "TENTPOLE_LEARNERS", 200), number(b, "TENTPOLE_TYPISTS", 40)
	s := serveIn(b, program, dir, "127.0.0.1:0", "--learners", fmt.Sprint(learners+lateComers))
	for b.Loop() {
		s.measure(b, learners, typists)
	}
}

// number is one of the environment's.
func number(t testing.TB, name string, otherwise int) int {
	t.Helper()
	word := os.Getenv(name)
	if word == "" {
		return otherwise
	}
	n, err := strconv.Atoi(word)
	if err != nil || n < 1 {
		t.Fatalf("%s=%s is no number of anything", name, word)
	}
	return n
}

func (s *served) measure(b *testing.B, learners, typists int) {
	class := s.gather(b, "learner", learners)
	defer hangUp(class)
	s.calm()
	empty := weigh(s.own())
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	defer out.Flush()
	fmt.Fprintf(out, "\n%d learners, %d of them typing, %d processors, load %s\t\t\n", learners, typists, runtime.NumCPU(), load())

	everybody := s.everybody()
	before := weigh(append(everybody, s.own()...))
	time.Sleep(restFor)
	after, tents := weigh(append(everybody, s.own()...)), weigh(everybody)
	held, aside := charged(everybody)
	parts := []struct {
		what  string
		bytes int64
		more  string
	}{
		{"their memory group", held, "files in memory and the kernel's own included"},
		{"what is in no group", weigh(aside).pss, "the tents' inits"},
		{"the server", empty.pss, mebibytes(empty.pss) + " in all"},
	}
	each := int64(0)
	for _, part := range parts {
		each += part.bytes / int64(learners)
	}
	fmt.Fprintf(out, "memory of a learner at rest\t%s\t%s\n", mebibytes(each), verdict(each < wantRest, "under "+mebibytes(wantRest)))
	for _, part := range parts {
		fmt.Fprintf(out, "  of it %s\t%s\t%s\n", part.what, mebibytes(part.bytes/int64(learners)), part.more)
	}
	fmt.Fprintf(out, "their processes by smaps\t%s\t%.1f processes\n", mebibytes(tents.pss/int64(learners)), float64(tents.processes)/float64(learners))
	fmt.Fprintf(out, "processors at rest\t%.1f %%\t\n", 100*(after.cpu-before.cpu).Seconds()/restFor.Seconds())
	fmt.Fprintf(out, "log-in\t%s\t%s\n", quantiles(logIns(class)), verdict(quantile(logIns(class), 0.95) < wantLogIn, "p95 under 2s"))

	alone := typing(b, class[:1], restFor, nil)
	fmt.Fprintf(out, "key to frame, one types\t%s\t\n", quantiles(alone))
	before = weigh(append(everybody, s.own()...))
	var late []*pupil
	keys := typing(b, class[:min(typists, learners)], typeFor, func() { late = s.gather(b, "late", lateComers) })
	after = weigh(append(everybody, s.own()...))
	defer hangUp(late)
	fmt.Fprintf(out, "key to frame, all type\t%s\t%s, %.1f times the quiet figure\n", quantiles(keys), verdict(quantile(keys, 0.95) < wantKey, "p95 under 100ms"),
		quantile(keys, 0.95).Seconds()/quantile(alone, 0.95).Seconds())
	fmt.Fprintf(out, "processors meanwhile\t%.1f %%\t%.0f keys a second\n", 100*(after.cpu-before.cpu).Seconds()/typeFor.Seconds(), float64(len(keys))/typeFor.Seconds())
	fmt.Fprintf(out, "log-in meanwhile\t%s\t%s\n", quantiles(logIns(late)), verdict(quantile(logIns(late), 0.95) < wantLogIn, "p95 under 2s"))
	b.ReportMetric(float64(quantile(keys, 0.95).Milliseconds()), "p95-ms/key")
	b.ReportMetric(float64(each)/(1<<20), "MiB/learner")
}

// gather has people join, one after the other.
func (s *served) gather(t testing.TB, name string, n int) (all []*pupil) {
	t.Helper()
	for i := range n {
		p, err := s.join(fmt.Sprintf("%s-%d", name, i))
		if err != nil {
			hangUp(all)
			t.Fatalf("%s-%d: %v\n%s", name, i, err, s.stderr.String())
		}
		all = append(all, p)
	}
	return all
}

func hangUp(all []*pupil) {
	for _, p := range all {
		p.client.Close()
	}
}

// calm waits until the class does nothing much, but not for ever.
func (s *served) calm() {
	for range 20 {
		before := weigh(s.everybody()).cpu
		time.Sleep(time.Second)
		if weigh(s.everybody()).cpu-before < 100*time.Millisecond {
			return
		}
	}
}

// typing has people type for some time, and returns what their keys took. Beside
// is done meanwhile.
func typing(t testing.TB, class []*pupil, long time.Duration, beside func()) (took []time.Duration) {
	t.Helper()
	stop := make(chan struct{})
	ending := time.AfterFunc(long, func() { close(stop) })
	defer ending.Stop()
	var mu sync.Mutex
	var all sync.WaitGroup
	for _, p := range class {
		all.Go(func() {
			mine, err := p.typist(stop, func() time.Duration { return 100*time.Millisecond + rand.N(200*time.Millisecond) })
			mu.Lock()
			defer mu.Unlock()
			if took = append(took, mine...); err != nil {
				t.Error(err)
			}
		})
	}
	if beside != nil {
		beside()
	}
	all.Wait()
	return took
}

func logIns(class []*pupil) (took []time.Duration) {
	for _, p := range class {
		took = append(took, p.loggedIn)
	}
	return took
}

// quantile is the smallest time that the given share does not exceed.
func quantile(took []time.Duration, share float64) time.Duration {
	if len(took) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(took))
	return sorted[min(len(sorted)-1, int(share*float64(len(sorted))))]
}

func quantiles(took []time.Duration) string {
	ms := func(share float64) time.Duration { return quantile(took, share).Round(100 * time.Microsecond) }
	return fmt.Sprintf("p50 %v  p95 %v  p99 %v", ms(0.5), ms(0.95), ms(0.99))
}

func mebibytes(n int64) string { return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20)) }

func verdict(true bool, goal string) string {
	if true {
		return "ok, " + goal
	}
	return "NOT " + goal
}

// load is how busy the machine is with everything, over one minute.
func load() string {
	raw, _ := os.ReadFile("/proc/loadavg")
	one, _, _ := strings.Cut(string(raw), " ")
	return one
}
