package cgroup

import (
	"context"
	"fmt"
	"os"
	"path"
	"strconv"
	"strings"

	"github.com/coreos/go-systemd/v22/dbus"
	godbus "github.com/godbus/dbus/v5"
)

// systemd starts transient units; org.freedesktop.systemd1(5).
type systemd interface {
	StartTransientUnitContext(ctx context.Context, name, mode string, properties []dbus.Property, result chan<- string) (int, error)
	Close()
}

var _ systemd = (*dbus.Conn)(nil)

// dialSystemd connects to the bus at a socket. The library's own way to the
// user's bus starts one when there is none, which would be left behind.
func dialSystemd(ctx context.Context, socket string) (systemd, error) {
	conn, err := dbus.NewConnection(func() (*godbus.Conn, error) {
		return dialBus(ctx, socket)
	})
	if err != nil {
		return nil, fmt.Errorf("connect to systemd over %s: %w", socket, err)
	}
	return conn, nil
}

func dialBus(ctx context.Context, socket string) (*godbus.Conn, error) {
	conn, err := godbus.Dial("unix:path="+godbus.EscapeBusAddressValue(socket), godbus.WithContext(ctx))
	if err != nil {
		return nil, err
	}
	err = conn.Auth([]godbus.Auth{godbus.AuthExternal(strconv.Itoa(os.Geteuid()))})
	if err == nil {
		err = conn.Hello()
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

// Adopt takes the sandbox's init into a group that it could not be born in:
// systemd starts a scope around it, and below that the leaves are made. It
// costs some 20 ms. A group that has a Birth, or needs none, is left as it is.
//
// It is to be called after the init's start and before any command's; until
// then Commands is nil and Apply has nowhere to write.
func (g *Group) Adopt(ctx context.Context, pid int) error {
	if g.layout.Unit == "" || g.Path != "" {
		return nil
	}
	s, err := dialSystemd(ctx, g.layout.Scope.Bus)
	if err != nil {
		return err
	}
	defer s.Close()
	return g.adopt(ctx, s, pid)
}

func (g *Group) adopt(ctx context.Context, s systemd, pid int) error {
	if err := startScope(ctx, s, g.layout.Unit, g.layout.Scope.Slice, pid); err != nil {
		return err
	}
	dir, err := ownDirectory(pid, g.layout)
	if err != nil {
		return err
	}
	g.layout = g.layout.moved(dir)
	g.Path, g.made = dir, append(g.made, dir)
	return g.makeScopeLeaves(pid)
}

// startScope asks for a scope around a process and waits until it is there.
func startScope(ctx context.Context, s systemd, unit, slice string, pid int) error {
	done := make(chan string, 1)
	_, err := s.StartTransientUnitContext(ctx, unit, "fail", []dbus.Property{
		dbus.PropDescription("tentpole sandbox"),
		dbus.PropSlice(slice),
		dbus.PropPids(uint32(pid)),
		{Name: "Delegate", Value: godbus.MakeVariant(true)},
		// A failed unit would stay until somebody asks after it.
		{Name: "CollectMode", Value: godbus.MakeVariant("inactive-or-failed")},
	}, done)
	if err != nil {
		return fmt.Errorf("ask systemd for the scope %s: %w", unit, err)
	}
	select {
	case result := <-done:
		if result != "done" {
			return fmt.Errorf("systemd did not start the scope %s: %s", unit, result)
		}
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for systemd to start the scope %s: %w", unit, ctx.Err())
	}
}

// ownDirectory finds where systemd has put the process: the scope expected,
// by its name. Anything else is not tentpole's to write to.
func ownDirectory(pid int, l Layout) (string, error) {
	file := fmt.Sprintf("/proc/%d/cgroup", pid)
	text, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	mount := thisMachine().unifiedMount()
	for line := range strings.Lines(string(text)) {
		if dir, ok := strings.CutPrefix(strings.TrimSpace(line), "0::"); ok && path.Base(dir) == l.Unit {
			return path.Join(mount, dir), nil
		}
	}
	return "", fmt.Errorf("systemd started %s, but process %d is not in it: %s", l.Unit, pid, strings.TrimSpace(string(text)))
}

// moved is the layout below another directory.
func (l Layout) moved(track string) Layout {
	l.Track, l.Init, l.Commands = track, path.Join(track, "init"), path.Join(track, "commands")
	l.Enable = nil
	l.enable(track, l.Controllers)
	return l
}

// makeScopeLeaves empties the scope into the init's leaf: only then can it
// hand controllers on.
func (g *Group) makeScopeLeaves(pid int) error {
	steps := g.layout.leafSteps()
	if err := g.perform(steps[:1]); err != nil {
		return err
	}
	if err := writeControl(path.Join(g.layout.Init, "cgroup.procs"), strconv.Itoa(pid)); err != nil {
		return err
	}
	if err := g.perform(steps[1:]); err != nil {
		return err
	}
	if err := g.admit(); err != nil {
		return err
	}
	return g.open()
}
