package network

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vishvananda/netlink"
)

// beOwner attaches the namespace of a process named in the environment, says
// so, and waits to be killed.
func beOwner() {
	var pid int
	fmt.Sscan(os.Getenv("TENTPOLE_ROOM"), &pid)
	netns, err := OpenNamespace(pid)
	if err == nil {
		b := Bridge{StateDir: os.Getenv("TENTPOLE_STATE"), Alive: func(string) bool { return true }}
		_, err = b.Attach(context.Background(), Request{Owner: killed(os.Getpid()), NetNS: netns})
	}
	fmt.Println(err)
	select {}
}

func killed(pid int) string { return fmt.Sprintf("killed@%d.1.boot", pid) }

// killedOwner has another process attach a room, and kills it.
func killedOwner(t *testing.T, b Bridge, r *room) (owner string) {
	t.Helper()
	cmd := again(roleOwner)
	cmd.Env = append(cmd.Env, fmt.Sprint("TENTPOLE_ROOM=", r.cmd.Process.Pid), "TENTPOLE_STATE="+b.StateDir)
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	var said string
	fmt.Fscanln(out, &said)
	cmd.Process.Kill()
	cmd.Wait()
	if said != "<nil>" {
		t.Fatal(said)
	}
	return killed(cmd.Process.Pid)
}

// A killed owner leaves everything; its sandbox may even live on. The next
// sweep removes it, and does not touch what a living one has.
func TestSweepAfterKill(t *testing.T) {
	needHost(t)
	t.Run("alone", func(t *testing.T) {
		unchanged(t)
		uplink(t)
		b := tester(t)
		owner := killedOwner(t, b, newRoom(t))
		b.Alive = func(string) bool { return false }
		swept, err := b.Sweep(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(swept.Links, []string{LinkName(owner), "tentpole0"}) || !slices.Equal(swept.Tables, []string{"tentpole0"}) ||
			!slices.Contains(swept.Settings, "net/ipv4/conf/up0/forwarding") {
			t.Errorf("swept %+v", swept)
		}
	})
	t.Run("beside a living one", func(t *testing.T) {
		unchanged(t)
		uplink(t)
		b := tester(t)
		beside, a := attach(t, b, "living@1.1.boot")
		owner := killedOwner(t, b, newRoom(t))
		b.Alive = func(owner string) bool { return strings.HasPrefix(owner, "living@") }
		swept, err := b.Sweep(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(swept.Links, []string{LinkName(owner)}) || len(swept.Tables)+len(swept.Settings) > 0 {
			t.Errorf("swept %+v", swept)
		}
		ping(t, beside, a.Address.Gateway4)
		ping(t, beside, netip.MustParseAddr(internet))
	})
}

// An operation that fails is named, and all before it is undone.
func TestFailureAtEveryOperation(t *testing.T) {
	needHost(t)
	unchanged(t)
	uplink(t)
	r := newRoom(t)
	b := tester(t)
	m, err := b.Look(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	p, err := m.Plan("fails@1.1.boot")
	if err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken on purpose")
	before := lookAround()
	for i, o := range p.Operations {
		for name, fail := range map[string]func(perform func() error) error{
			"error": func(func() error) error { return broken },
			"panic": func(perform func() error) error { perform(); panic(broken) },
		} {
			n := 0
			around := func(o Operation, perform func() error) error {
				if n++; n <= i {
					return perform()
				}
				return fail(perform)
			}
			if err := attachTo(b, Request{Owner: "fails@1.1.boot", NetNS: r.netns, Around: around}); !errors.Is(err, broken) {
				t.Errorf("%v, %s: %v", o, name, err)
			}
			if left := before.changes(lookAround()); left != "" {
				t.Fatalf("%v, %s: left (-before +after):\n%s", o, name, left)
			}
		}
	}
}

// attachTo turns a panic into an error.
func attachTo(b Bridge, r Request) (err error) {
	defer func() {
		if p, ok := recover().(error); ok {
			err = p
		}
	}()
	_, err = b.Attach(context.Background(), r)
	return err
}

// What the kernel refuses is named with its answer.
func TestRefusedOperation(t *testing.T) {
	needHost(t)
	unchanged(t)
	b := tester(t)
	r, _ := attach(t, b, "first@1.1.boot")
	// A second cable finds eth0 taken inside.
	_, err := b.Attach(context.Background(), Request{Owner: "second@1.1.boot", NetNS: r.netns})
	var e *Error
	if !errors.As(err, &e) || !errors.Is(err, os.ErrExist) || !strings.Contains(e.Op, "RTM_NEWLINK "+LinkName("second@1.1.boot")) {
		t.Errorf("%v", err)
	}
}

// crash performs the first operations of a plan, as a tentpole does that is
// killed then.
func crash(t *testing.T, b Bridge, owner string, r *room, operations int) (all int) {
	t.Helper()
	l, err := b.open(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer l.close()
	m, err := look(l.scene.host, l.standing)
	if err != nil {
		t.Fatal(err)
	}
	p, err := m.Plan(owner)
	if err != nil {
		t.Fatal(err)
	}
	all = len(p.Operations)
	p.Operations = p.Operations[:operations]
	if err := l.raise(context.Background(), p, Request{Owner: owner, NetNS: r.netns}); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestCrashAfterEveryOperation(t *testing.T) {
	needHost(t)
	unchanged(t)
	uplink(t)
	b := tester(t)
	b.Alive = func(string) bool { return false }
	before := lookAround()
	r := newRoom(t)
	for n, all := 0, 1; n <= all; n++ {
		all = crash(t, b, "crashed@1.1.boot", r, n)
		if _, err := b.Sweep(context.Background()); err != nil {
			t.Fatal(err)
		}
		if left := before.changes(lookAround()); left != "" {
			t.Fatalf("after %d operations of %d: left (-before +after):\n%s", n, all, left)
		}
	}
	if files, err := os.ReadDir(filepath.Join(b.StateDir, "network")); err != nil || len(files) != 1 {
		t.Errorf("more than the lock is left in the state directory: %v, %v", files, err)
	}
}

// A link between its birth and its mark is still known.
func TestUnmarkedLinks(t *testing.T) {
	needHost(t)
	unchanged(t)
	b := tester(t)
	_, a := attach(t, b, "unmarked@1.1.boot")
	for _, name := range []string{a.Link, a.Bridge} {
		link, err := netlink.LinkByName(name)
		if err == nil {
			err = netlink.LinkSetAlias(link, "")
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	b.Alive = func(string) bool { return false }
	if swept, err := b.Sweep(context.Background()); err != nil || !slices.Equal(swept.Links, []string{a.Link, a.Bridge}) {
		t.Errorf("swept %+v, %v", swept, err)
	}
}

// Without the record, what is marked is found by its mark.
func TestSweepWithoutRecord(t *testing.T) {
	needHost(t)
	unchanged(t)
	b := tester(t)
	_, a := attach(t, b, "lost@1.1.boot")
	records, err := filepath.Glob(b.StateDir + "/network/*.json")
	if err != nil || len(records) != 1 {
		t.Fatal(records, err)
	}
	if err := os.Remove(records[0]); err != nil {
		t.Fatal(err)
	}
	if swept, err := b.Sweep(context.Background()); err != nil || len(swept.Links) > 0 {
		t.Errorf("swept %+v of a living one, %v", swept, err)
	}
	b.Alive = func(string) bool { return false }
	swept, err := b.Sweep(context.Background())
	if err != nil || !slices.Equal(swept.Links, []string{a.Link, a.Bridge}) {
		t.Errorf("swept %+v, %v", swept, err)
	}
}

// A record that another boot has left says nothing.
func TestRecordOfAnotherBoot(t *testing.T) {
	needHost(t)
	unchanged(t)
	b := tester(t)
	l, err := b.open(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	old := l.standing
	old.Boot, old.Bridge, old.Subnet4 = "an earlier one", "tentpole0", netip.MustParsePrefix("10.57.9.0/24")
	old.Saved = []Saved{{Link: "lo", Key: "net/ipv4/conf/lo/forwarding", Before: "1", Global: "net/ipv4/conf/all/forwarding"}}
	old.Members = []Member{{Owner: "old@1.1.boot", Link: "lo", Host: 2}}
	err = l.write(old)
	l.close()
	if err != nil {
		t.Fatal(err)
	}
	_, a := attach(t, b, "after@1.1.boot")
	if got := a.Address.IPv4.String(); got != "10.57.0.2/24" {
		t.Errorf("address %s comes from another boot's record", got)
	}
}
