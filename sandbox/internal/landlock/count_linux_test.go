package landlock

import (
	"errors"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/internal/fork"
)

// onThread runs f on a thread that ends with it.
func onThread(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		f()
	}()
	<-done
}

func TestCount(t *testing.T) {
	ruleset, err := Ruleset()
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip("this kernel has no Landlock")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(ruleset)
	before, privileges := state(t)
	for enter := range MaxDomains - before + 1 {
		onThread(func() {
			if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
				t.Error(err)
			}
			for range enter {
				if err := Enter(ruleset); err != nil {
					t.Error(err)
				}
			}
			if n, err := Count(); n != before+enter || err != nil {
				t.Errorf("%d domains and %d more: counted %d, %v", before, enter, n, err)
			}
		})
	}
	if n, p := state(t); n != before || p != privileges {
		t.Errorf("counting has left something: %d domains and no_new_privs %d, before that %d and %d", n, p, before, privileges)
	}
}

// state is what a thread begins with.
func state(t *testing.T) (domains, noNewPrivileges int) {
	t.Helper()
	onThread(func() {
		var err error
		if noNewPrivileges, err = unix.PrctlRetInt(unix.PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0); err != nil {
			t.Error(err)
		}
		if domains, err = Count(); err != nil {
			t.Error(err)
		}
	})
	return domains, noNewPrivileges
}

func TestCounted(t *testing.T) {
	refused := func(index int, err error) error { return &fork.Error{Index: index, Name: "x", Err: err} }
	for _, tt := range []struct {
		name   string
		end    error
		before int
		want   int
		fails  bool
	}{
		{"none", refused(17, unix.E2BIG), 0, 0, false},
		{"one", refused(16, unix.E2BIG), 0, 1, false},
		{"all there can be", refused(1, unix.E2BIG), 0, 16, false},
		{"after three other calls", refused(3+16, unix.E2BIG), 3, 1, false},
		{"one of the other calls", refused(2, unix.E2BIG), 3, 0, true},
		{"another refusal", refused(1, unix.EPERM), 0, 0, true},
		{"nothing refused", nil, 0, 0, true},
		{"no child", unix.EAGAIN, 0, 0, true},
	} {
		n, err := Counted(tt.end, tt.before)
		if n != tt.want || (err != nil) != tt.fails {
			t.Errorf("%s: %d, %v", tt.name, n, err)
		}
	}
}
