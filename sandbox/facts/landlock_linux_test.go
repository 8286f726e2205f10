package facts

import (
	"errors"
	"os"

	"runtime"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/internal/landlock"
)

// needLandlock leaves a test out on a kernel without it.
func needLandlock(t *testing.T) {
	t.Helper()
	ruleset, err := landlock.Ruleset()
	if errors.Is(err, errors.ErrUnsupported) {
		skip(t, "this kernel has no Landlock")
	}
	if err != nil {
		t.Fatal(err)
	}
	unix.Close(ruleset)
}

func TestOwnDomains(t *testing.T) {
	needLandlock(t)
	before := mustSelf(t)
	var inside Facts
	done := make(chan struct{})
	onThrowawayThread(func() {
		defer close(done)
		if err := enterDomain(); err != nil {
			t.Error(err)
		}
		n, err := landlock.Count()
		if err != nil || n != before.Landlock+1 {
			t.Errorf("the thread counts %d domains, %v", n, err)
		}
		inside, err = Self(t.Context())
		if err != nil {
			t.Error(err)
		}
	})
	<-done
	after := mustSelf(t)
	if after.Landlock != before.Landlock || inside.Landlock != before.Landlock {
		t.Errorf("domains before %d, meanwhile %d, after %d", before.Landlock, inside.Landlock, after.Landlock)
	}
}

// TestCountingLeavesNoTrace: no goroutine ever gets a thread that has counted.
func TestCountingLeavesNoTrace(t *testing.T) {
	needLandlock(t)
	const threads = 50
	before := mustSelf(t)
	for range threads {
		mustSelf(t)
	}
	var all, asked sync.WaitGroup
	all.Add(threads)
	for range threads {
		asked.Go(func() {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			all.Done()
			all.Wait() // each on a thread of its own
			if set, err := unix.PrctlRetInt(unix.PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0); err != nil || set == 1 != before.NoNewPrivs {
				t.Errorf("no_new_privs is %d on thread %d (%v)", set, unix.Gettid(), err)
			}
		})
	}
	asked.Wait()
}

func TestDomainsOfAnother(t *testing.T) {
	needLandlock(t)
	p := start(t, 0, "landlock")
	f := mustRead(t, p.Process.Pid)
	if why := f.Unreadable["landlock"]; !strings.Contains(why, "to nobody") || f.Landlock != 0 {
		t.Errorf("%d domains, %q", f.Landlock, why)
	}
	if r, _ := Compare(mustSelf(t), f).Row("landlock"); r.Word != Unknown || r.Note == "" {
		t.Errorf("row %+v", r)
	}
	f = mustRead(t, p.Process.Pid, WithLandlock(1))
	if r, _ := Compare(mustSelf(t), f).Row("landlock"); r.Word != Limited || f.Unreadable["landlock"] != "" {
		t.Errorf("row %+v", r)
	}
	if self := mustRead(t, os.Getpid()); self.Unreadable["landlock"] != "" {
		t.Errorf("its own number: %v", self.Unreadable)
	}
}

func BenchmarkCountDomains(b *testing.B) {
	for b.Loop() {
		if _, err := countDomains(true); err != nil {
			b.Fatal(err)
		}
	}
}
