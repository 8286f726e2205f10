//go:build linux

package search

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"
)

// benchName is on no machine, so that everything is walked.
const benchName = "tentpole-no-such-file"

// BenchmarkFindHost searches the whole host, and lets find(1) and fd(1) do the
// same with the same mounts left out, in turns: what else the machine does
// meanwhile hits all three. times-as-long is the peer's time over ours.
//
//	go test -run ^$ -bench FindHost ./sandbox/search
func BenchmarkFindHost(b *testing.B) {
	first := findHost(b) // and warms the cache
	b.Run("search", func(b *testing.B) {
		for b.Loop() {
			findHost(b)
		}
		b.ReportMetric(float64(first.Entries), "entries")
	})
	for _, peer := range peers(first.Skipped) {
		b.Run(peer.name, func(b *testing.B) {
			if _, err := exec.LookPath(peer.args[0]); err != nil {
				skip(b, peer.args[0]+" is not installed")
			}
			var ours, theirs time.Duration
			for b.Loop() {
				ours += findHost(b).Elapsed
				theirs += timed(b, peer.args)
			}
			b.ReportMetric(theirs.Seconds()/ours.Seconds(), "times-as-long")
			b.ReportMetric(theirs.Seconds()*1000/float64(b.N), "peer-ms")
			b.ReportMetric(ours.Seconds()*1000/float64(b.N), "ours-ms")
		})
	}
}

func findHost(b *testing.B) Result {
	r, err := Find(context.Background(), Query{Name: benchName})
	if err != nil || len(r.Hits) > 0 {
		b.Fatal(r.Hits, err)
	}
	return r
}

type peer struct {
	name string
	args []string
}

// peers are written to be quick: find compares paths only for directories, and
// only with the outermost of the mounts.
func peers(skipped []SkippedMount) []peer {
	find := []string{"find", "/", "-name", benchName, "-print", "-o", "-type", "d", "(", "-false"}
	fd := []string{"fdfind", "--unrestricted", "--hidden", "--no-ignore", "--case-sensitive"}
	for _, s := range skipped {
		inner := slices.ContainsFunc(skipped, func(outer SkippedMount) bool {
			return outer.Target != s.Target && within(s.Target, outer.Target)
		})
		if !inner {
			find = append(find, "-o", "-path", s.Target)
			fd = append(fd, "--exclude", s.Target)
		}
	}
	find = append(find, ")", "-prune")
	fd = append(fd, fmt.Sprintf("^%s$", benchName), "/")
	return []peer{{"find", find}, {"fd", fd}}
}

// timed runs a peer. Exit status 1 only says that something was unreadable, or
// that nothing was found.
func timed(b *testing.B, args []string) time.Duration {
	began := time.Now()
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = append(os.Environ(), "LC_ALL=C") // find is slower in others
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !(errors.As(err, &exit) && exit.ExitCode() == 1) {
		b.Fatal(args, err)
	}
	return time.Since(began)
}
