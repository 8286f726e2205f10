package experiment

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

// nameless is a subject whose processes the host has no number for, as if they
// ran on a kernel of their own.
type nameless struct{ Subject }

type namelessProcess struct{ Process }

func (namelessProcess) PID() int { return 0 }

func (n nameless) Start(ctx context.Context, c Command) (Process, error) {
	p, err := n.Subject.Start(ctx, c)
	if err != nil {
		return nil, err
	}
	return namelessProcess{p}, nil
}

func (n nameless) Facts(ctx context.Context, p Process) (facts.Facts, error) {
	return FactsOf(ctx, n, p)
}

func (n nameless) Create(ctx context.Context, path, content string) (Canary, error) {
	return CreateByAct(ctx, n, path, content)
}

func (n nameless) Caught(string) string { return "" }

func (n nameless) Another(ctx context.Context, change func(*sandbox.Spec)) (Subject, error) {
	s, err := n.Subject.Another(ctx, change)
	if err != nil {
		return nil, err
	}
	return nameless{s}, nil
}

// contained is the whole container, as far as this machine has it.
func contained(t *testing.T) sandbox.Spec {
	t.Helper()
	rung, err := sandbox.ParseStage("container")
	if err != nil {
		t.Fatal(err)
	}
	return sandbox.Spec{Layers: rung.Layers, Root: rung.Root, Partial: true}
}

func TestFactsByAct(t *testing.T) {
	s := On(open(t, contained(t)))
	talk, err := Begin(t.Context(), s, "stay", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer talk.Close()
	want, err := s.Facts(t.Context(), talk.Process)
	if err != nil {
		t.Fatal(err)
	}
	got, err := FactsOf(t.Context(), s, namelessProcess{talk.Process})
	if err != nil {
		t.Fatal(err)
	}
	if got.Hostname != want.Hostname || got.Seccomp != want.Seccomp || got.Namespaces["pid"] != want.Namespaces["pid"] ||
		!slices.Equal(got.Capabilities.Effective, want.Capabilities.Effective) {
		t.Errorf("inside it reads %s, %s, %v, %v; the host %s, %s, %v, %v", got.Hostname, got.Seccomp, got.Namespaces, got.Capabilities,
			want.Hostname, want.Seccomp, want.Namespaces, want.Capabilities)
	}
}

func TestCreateByAct(t *testing.T) {
	s := On(open(t, contained(t)))
	file := DefaultPath + ".by-act"
	made, err := CreateByAct(t.Context(), s, file, "one\nline")
	if err != nil {
		t.Fatal(err)
	}
	caught := s.Caught(file)
	text, err := os.ReadFile(caught)
	if err != nil || string(text) != "one line\n" {
		t.Errorf("the host reads %q, %v", text, err)
	}
	if id, err := identify(caught); err != nil || id.Inode != made.Made().Inode {
		t.Errorf("inside it is %+v, on the host %+v, %v", made.Made(), id, err)
	}
	if _, err := CreateByAct(t.Context(), s, file, "again"); !errors.Is(err, fs.ErrExist) {
		t.Errorf("made again: %v", err)
	}
	if err := made.Remove(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(caught); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("it is still there: %v", err)
	}
}

// TestCanaryLeftAlone: what lies there by then is not what the act has made.
func TestCanaryLeftAlone(t *testing.T) {
	s := On(open(t, contained(t)))
	file := DefaultPath + ".replaced"
	made, err := CreateByAct(t.Context(), s, file, "mine")
	if err != nil {
		t.Fatal(err)
	}
	caught := s.Caught(file)
	if err := os.Rename(caught, caught+".old"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(caught, []byte("somebody else's"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := made.Remove(t.Context()); err == nil {
		t.Error("it was removed")
	}
	if left, _ := filepath.Glob(caught); len(left) != 1 {
		t.Error("somebody else's file is gone")
	}
}

// TestWithoutANumber: no experiment takes process 0 for one of the host's, or
// comes to grief where there is none.
func TestWithoutANumber(t *testing.T) {
	s := nameless{On(open(t, contained(t)))}
	want := map[string]Outcome{"processes": Contained, "hostname": Contained, "capabilities": Limited, "root": NotApplicable,
		"cgroup-view": NotApplicable, "mounts": NotApplicable, "memory-peek": Contained, "signals": Contained, "file": Contained, "port": Contained}
	for id, outcome := range want {
		r, err := Run(t.Context(), id, s, Options{Path: DefaultPath + ".nameless"})
		if id == "file" && err == nil && r.Outcome == OneWay {
			continue // the host finds it by name: it looks everywhere
		}
		if err != nil || r.Outcome != outcome {
			t.Errorf("%s: %s (%s), %v; want %s", id, r.Outcome, r.Reason, err, outcome)
		}
	}
}

// TestAnotherBoot: a namespace of the same inode under another boot is another,
// and without the id of a boot the inode decides.
func TestAnotherBoot(t *testing.T) {
	s := On(open(t, contained(t)))
	own := networkOf(t, s)
	for boot, shared := range map[string]bool{hostBoot(): true, "": true, "another": false} {
		talk, err := Begin(t.Context(), s, "serve", inside.Serve{Ports: []uint16{0}, Shared: inside.Namespace{Inode: own, Boot: boot}})
		if err != nil {
			t.Fatal(err)
		}
		var said inside.Serving
		if err := talk.Hear(t.Context(), &said); err != nil || said.Shared != shared {
			t.Errorf("boot %q: shared %v, %v", boot, said.Shared, err)
		}
		if err := talk.Close(); err != nil {
			t.Error(err)
		}
	}
}

func networkOf(t *testing.T, s Subject) uint64 {
	t.Helper()
	talk, err := Begin(t.Context(), s, "stay", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer talk.Close()
	f, err := s.Facts(t.Context(), talk.Process)
	if err != nil {
		t.Fatal(err)
	}
	return f.Namespaces["net"]
}
