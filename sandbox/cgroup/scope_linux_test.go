package cgroup

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-systemd/v22/dbus"
)

// fakeSystemd answers as told and remembers what it was asked.
type fakeSystemd struct {
	result string // of the job; "" is none, ever
	err    error
	asked  string
}

func (f *fakeSystemd) StartTransientUnitContext(_ context.Context, name, mode string, properties []dbus.Property, result chan<- string) (int, error) {
	f.asked = name + " " + mode
	for _, p := range properties {
		f.asked += fmt.Sprintf(" %s=%v", p.Name, p.Value.Value())
	}
	if f.result != "" {
		result <- f.result
	}
	return 1, f.err
}

func (f *fakeSystemd) Close() {}

func TestStartScope(t *testing.T) {
	over, cancel := context.WithCancel(context.Background())
	cancel()
	refused := errors.New("Unit tentpole-ada.scope was already loaded")
	for _, tt := range []struct {
		name string
		ctx  context.Context
		bus  fakeSystemd
		want string
	}{
		{"done", context.Background(), fakeSystemd{result: "done"}, ""},
		{"failed", context.Background(), fakeSystemd{result: "failed"}, "systemd did not start the scope tentpole-ada.scope: failed"},
		{"refused", context.Background(), fakeSystemd{err: refused}, "ask systemd for the scope tentpole-ada.scope: Unit"},
		{"no answer", over, fakeSystemd{}, "wait for systemd to start the scope tentpole-ada.scope: context canceled"},
	} {
		err := startScope(tt.ctx, &tt.bus, "tentpole-ada.scope", "app.slice", 4711)
		if (err == nil) != (tt.want == "") || err != nil && !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%s: %v", tt.name, err)
		}
		const asked = "tentpole-ada.scope fail Description=tentpole sandbox Slice=app.slice PIDs=[4711] Delegate=true CollectMode=inactive-or-failed"
		if tt.bus.asked != asked {
			t.Errorf("%s: asked for %s", tt.name, tt.bus.asked)
		}
	}
}

// A process that systemd says it has moved and has not is not followed to
// where it is: that cgroup is somebody else's.
func TestAdoptTrustsNobody(t *testing.T) {
	l, err := machineOf(t, "debian12", 0, "/").look().Layout("ada", Limits{PIDs: 8})
	if err != nil {
		t.Fatal(err)
	}
	g := &Group{layout: l}
	if err := g.adopt(context.Background(), &fakeSystemd{result: "done"}, os.Getpid()); err == nil || !strings.Contains(err.Error(), "is not in it") {
		t.Error(err)
	}
	if g.Path != "" || len(g.Directories()) > 0 {
		t.Errorf("took %q", g.Path)
	}
}

// Without a bus the error says which one it was to be, at once.
func TestNoBus(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	socket := path.Join(t.TempDir(), "bus")
	if _, err := dialSystemd(ctx, socket); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), socket) {
		t.Error(err)
	}
}
