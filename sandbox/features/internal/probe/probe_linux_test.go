package probe

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// Acts for the tests, known before a process is taken over. Those that lie do
// without the namespace that they should be in, and harm nobody.
var _ = func() bool {
	acts["test-die"] = act{do: func(string) (string, error) { os.Exit(7); return "", nil }}
	acts["test-filtered"] = act{do: func(string) (string, error) {
		err := filterCall(unix.SYS_GETPGID, unix.SECCOMP_RET_KILL_PROCESS)
		unix.Getpgid(0)
		return "", err
	}}
	acts["test-detail"] = act{do: func(string) (string, error) { return "a detail: \n\x1b", nil }}
	acts["test-words"] = act{do: func(string) (string, error) { return "", errors.New("no errno") }}
	acts["test-pid"] = act{do: pid}
	acts["test-ping"] = act{do: ping}
	acts["test-no-flag"] = act{own: 1 << 3, do: func(string) (string, error) { return "", nil }}
	acts["test-hang"] = act{do: func(string) (string, error) { select {} }}
	return true
}()

func try1(t *testing.T, p Place, id string) Report {
	t.Helper()
	reports, err := Run(context.Background(), p, []string{id})
	if err != nil || len(reports) != 1 || reports[0].ID != id {
		t.Fatalf("%s: %v, %v", id, reports, err)
	}
	return reports[0]
}

// rootsOnly are acts that only root of the machine can do.
var rootsOnly = []string{"overlay", "overlay-id-map", "id-map"}

// small tells whether a report is that of a small virtual machine, which lives
// in memory and may lack modules, and a file system that shifts owners.
func small(r Report) bool {
	var root unix.Statfs_t
	unix.Statfs("/", &root)
	return (root.Type == unix.TMPFS_MAGIC || root.Type == unix.RAMFS_MAGIC) &&
		slices.Contains([]string{"id-map", "overlay-id-map", "veth", "bridge", "nat", "landlock"}, r.ID) && !errors.Is(r.Err, unix.EPERM)
}

func TestActs(t *testing.T) {
	for _, place := range []Place{{}, {User: true}} {
		if !place.User && os.Geteuid() != 0 {
			continue // an ordinary user tries these only in a user namespace
		}
		place.Upper = t.TempDir()
		var ids []string
		for _, id := range Acts() {
			if !strings.HasPrefix(id, "test-") && !(place.User && slices.Contains(rootsOnly, id)) && (place.User || id != "user") {
				ids = append(ids, id)
			}
		}
		reports, err := Run(context.Background(), place, ids)
		if err != nil || len(reports) != len(ids) {
			t.Fatalf("%d reports on %d acts: %v", len(reports), len(ids), err)
		}
		for i, r := range reports {
			if r.ID != ids[i] || r.Err != nil && !small(r) || r.Took <= 0 {
				t.Errorf("in a user namespace %v: %+v", place.User, r)
			}
		}
		if left, _ := filepath.Glob(place.Upper + "/*"); len(left) > 0 {
			t.Errorf("left in the upper directory: %v", left)
		}
	}
}

// What root alone can do is refused to root of a user namespace, in the
// kernel's own words.
func TestRefused(t *testing.T) {
	for _, id := range rootsOnly {
		r := try1(t, Place{User: true}, id)
		var refusal *Error
		var number unix.Errno
		if !errors.As(r.Err, &refusal) || !errors.As(r.Err, &number) || refusal.Did == "" {
			t.Errorf("%s: %v", id, r.Err)
		}
	}
}

// An act that the kernel agrees to and that has no effect is found out.
func TestWithoutEffect(t *testing.T) {
	for _, id := range []string{"test-pid", "test-ping"} {
		r := try1(t, Place{User: true}, id)
		var refusal *Error
		if !errors.Is(r.Err, unix.ENOTSUP) || !errors.As(r.Err, &refusal) || !refusal.Idle || !strings.Contains(r.Err.Error(), "nothing happened") {
			t.Errorf("%s without its namespace: %v", id, r.Err)
		}
	}
}

func TestReports(t *testing.T) {
	for _, c := range []struct {
		id, detail, err string
		is              error
	}{
		{"test-detail", "a detail: \n\x1b", "", nil},
		{"test-words", "", "try test-words: no errno", nil},
		{"test-no-flag", "", "unshare(): invalid argument", unix.EINVAL},
		{"no such act", "", "find the act: function not implemented", unix.ENOSYS},
	} {
		r := try1(t, Place{}, c.id)
		text := ""
		if r.Err != nil {
			text = r.Err.Error()
		}
		if r.Detail != c.detail || text != c.err || c.is != nil && !errors.Is(r.Err, c.is) {
			t.Errorf("%s: %+v", c.id, r)
		}
	}
}

// An act that ends the process costs no other its answer.
func TestDeath(t *testing.T) {
	reports, err := Run(context.Background(), Place{}, []string{"pidfd", "test-die", "test-filtered", "no-new-privs"})
	if err != nil || len(reports) != 4 {
		t.Fatalf("%v: %v", reports, err)
	}
	for i, want := range []string{"", "exit status 7", "operation not permitted", ""} {
		r := reports[i]
		if (r.Err == nil) != (want == "") || r.Err != nil && !strings.HasSuffix(r.Err.Error(), want) {
			t.Errorf("%+v, want %q", r, want)
		}
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	type ended struct {
		reports []Report
		err     error
	}
	done := make(chan ended)
	go func() {
		reports, err := Run(ctx, Place{}, []string{"pidfd", "test-hang", "seccomp"})
		done <- ended{reports, err}
	}()
	cancel()
	if e := <-done; !errors.Is(e.err, context.Canceled) || len(e.reports) > 1 {
		t.Errorf("%+v", e)
	}
}

func BenchmarkRun(b *testing.B) {
	for b.Loop() {
		if _, err := Run(context.Background(), Place{User: true}, []string{"mount"}); err != nil {
			b.Fatal(err)
		}
	}
}
