package experiment

import (
	"context"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/network"
)

// connected is a row of what an experiment has to answer.
type connected struct {
	experiment, stage string
	want              Outcome
	// observed are outcomes of observations by their id.
	observed map[string]Outcome
}

// TestConnecting: the layer that turns each answer is net, for root and for an
// ordinary user alike.
func TestConnecting(t *testing.T) {
	for _, row := range []connected{
		{"interfaces", "process", Open, map[string]Outcome{"network": Open, "links": Open, "through-process": Open}},
		{"port", "process", Open, map[string]Outcome{"host": Open, "another": Open}},
		{"port", "pid", Open, map[string]Outcome{"host": Open, "another": Open}},
		{"port", "net", Contained, map[string]Outcome{"host": Contained, "host-v6": Contained, "another": Contained}},
		{"port", "container", Contained, map[string]Outcome{"host": Contained, "host-v6": Contained, "another": Contained}},
		{"publish", "process", Open, map[string]Outcome{"unpublished": Open, "published": OneWay}},
		{"publish", "net", OneWay, map[string]Outcome{"unpublished": Contained, "published": OneWay}},
		{"publish", "container", OneWay, map[string]Outcome{"unpublished": Contained, "published": OneWay}},
		{"neighbours", "process", Open, map[string]Outcome{"reach": Open}},
		{"neighbours", "net", Contained, map[string]Outcome{"reach": Contained, "overhear": Contained}},
		{"neighbours", "container", Contained, map[string]Outcome{"reach": Contained, "overhear": Contained}},
		{"link", "process", Open, nil},
		{"link", "container", Open, nil},
	} {
		t.Run(row.experiment+"/"+row.stage, func(t *testing.T) {
			rung, err := sandbox.ParseStage(row.stage)
			if err != nil {
				t.Fatal(err)
			}
			row.check(t, open(t, sandbox.Spec{Layers: rung.Layers, Root: rung.Root, Partial: true}))
		})
	}
}

func (c connected) check(t *testing.T, s *sandbox.Sandbox) Result {
	t.Helper()
	r, err := Run(context.Background(), c.experiment, On(s), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if r.Outcome != c.want {
		t.Errorf("outcome %s, want %s: %s", r.Outcome, c.want, r.Reason)
	}
	for id, want := range c.observed {
		if o, ok := r.Observed(id); !ok || o.Outcome != want {
			t.Errorf("%s: %+v, want %s", id, o, want)
		}
	}
	if t.Failed() {
		t.Logf("%+v", r.Observations)
	}
	return r
}

// TestInterfacesOfItsOwn: the links are its own; the host sees them through the
// process. A /sys that came along with the host's root still lists the host's;
// with a root of its own it lists its own, at the last stage as well.
func TestInterfacesOfItsOwn(t *testing.T) {
	container, err := sandbox.ParseStage("container")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name        string
		spec        sandbox.Spec
		want, sysfs Outcome
	}{
		{"the host's root", sandbox.Spec{Layers: sandbox.Set(sandbox.Net)}, Open, Open},
		{"an overlay", sandbox.Spec{Layers: sandbox.Set(sandbox.Net, sandbox.Root)}, OneWay, Contained},
		{"the tiny root", sandbox.Spec{Layers: sandbox.Set(sandbox.Net), Root: sandbox.RootTiny}, OneWay, Contained},
		{"container", sandbox.Spec{Layers: container.Layers, Root: container.Root, Partial: true}, OneWay, Contained},
	} {
		t.Run(c.name, func(t *testing.T) {
			connected{"interfaces", "", c.want, map[string]Outcome{
				"network": Contained, "links": Contained, "addresses": Contained, "sysfs": c.sysfs, "through-process": OneWay,
			}}.check(t, open(t, c.spec))
		})
	}
}

// TestHostsNetworkOnRequest: a container that is given the host's network is as
// open as a plain process.
func TestHostsNetworkOnRequest(t *testing.T) {
	rung, err := sandbox.ParseStage("container")
	if err != nil {
		t.Fatal(err)
	}
	spec := sandbox.Spec{Layers: rung.Layers.Without(sandbox.Net), Root: rung.Root, Partial: true, Network: network.KindHost}
	s := open(t, spec)
	for _, row := range []connected{
		{"interfaces", "", Open, map[string]Outcome{"network": Open}},
		{"port", "", Open, map[string]Outcome{"host": Open}},
		{"publish", "", Open, map[string]Outcome{"unpublished": Open, "published": OneWay}},
		{"neighbours", "", Open, map[string]Outcome{"reach": Open}},
	} {
		row.check(t, s)
	}
}

// TestPortOfAStranger: somebody else's answer on the host is not taken for the
// sandbox's.
func TestPortOfAStranger(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:31337")
	if err == nil { // else it is somebody else's already
		defer l.Close()
		go func() {
			for {
				conn, err := l.Accept()
				if err != nil {
					return
				}
				conn.Close()
			}
		}()
	}
	r := connected{"port", "", Contained, map[string]Outcome{"host": Contained}}.check(t, open(t, sandbox.Spec{Layers: sandbox.Set(sandbox.Net)}))
	if n, _ := r.Measured("port"); n.Value != backDoor {
		t.Errorf("inside the port is free, and it took %v", n.Value)
	}
	r = connected{"port", "", Open, map[string]Outcome{"host": Open}}.check(t, open(t, sandbox.Spec{}))
	if n, _ := r.Measured("port"); n.Value == backDoor {
		t.Error("on the host the port is taken, and it took it")
	}
}

// TestRefusedToListen: what may not listen is contained, not an error.
func TestRefusedToListen(t *testing.T) {
	calls := sandbox.CallRules{Profile: "all", Deny: []string{"socket"}}
	s := open(t, sandbox.Spec{Layers: sandbox.Set(sandbox.Net, sandbox.NoNewPrivs, sandbox.Seccomp), Calls: calls})
	for _, id := range []string{"port", "publish", "neighbours", "link"} {
		connected{id, "", Contained, nil}.check(t, s)
	}
}

// TestNeighboursOnABridge: root's two more sandboxes are joined without a trace
// in the host's network; an ordinary user is told why not.
func TestNeighboursOnABridge(t *testing.T) {
	before, err := net.Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	observed := map[string]Outcome{"bridge-reach": Open, "bridge-overhear": Open, "bridge-overhear-third": Contained}
	if os.Geteuid() != 0 {
		observed = map[string]Outcome{"bridge-reach": NotApplicable}
	}
	connected{"neighbours", "", Contained, observed}.check(t, open(t, sandbox.Spec{Layers: sandbox.Set(sandbox.Net)}))
	after, err := net.Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	if len(after) != len(before) {
		t.Errorf("links of the host: %v before, %v after", before, after)
	}
}

// TestOnTentpolesBridge plays the host in a network of its own: on tentpole's
// bridge the host and the neighbour reach what is not published.
func TestOnTentpolesBridge(t *testing.T) {
	if !inOwnNetwork(t) {
		return
	}
	s := open(t, sandbox.Spec{Layers: sandbox.Set(sandbox.Net), Network: network.KindBridge})
	for _, row := range []connected{
		{"port", "", Open, map[string]Outcome{"host": Contained, "host-by-address": Open, "another": Open}},
		{"neighbours", "", Open, map[string]Outcome{"reach": Open, "overhear": Open, "overhear-third": Contained}},
		{"interfaces", "", OneWay, map[string]Outcome{"links": Contained, "through-process": OneWay}},
	} {
		row.check(t, s)
	}
}

// inOwnNetwork runs the test once more in a network namespace of its own, and
// tells whether this is that run.
func inOwnNetwork(t *testing.T) bool {
	t.Helper()
	const mark = "TENTPOLE_TEST_NETWORK"
	if os.Getenv(mark) != "" {
		return true
	}
	if os.Geteuid() != 0 {
		t.Skip("needs root: links and rules of the host are root's to make")
	}
	c := exec.Command("/proc/self/exe", "-test.run=^"+t.Name()+"$", "-test.v")
	c.Env = append(os.Environ(), mark+"=1")
	c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
	runtime.LockOSThread() // to which the death signal belongs
	defer runtime.UnlockOSThread()
	out, err := c.CombinedOutput()
	t.Logf("in a network of its own:\n%s", out)
	if err != nil {
		t.Error(err)
	}
	return false
}

// TestLinkNumbers: what was measured stands in the result.
func TestLinkNumbers(t *testing.T) {
	r := connected{"link", "", Open, nil}.check(t, open(t, sandbox.Spec{Layers: sandbox.Set(sandbox.Net)}))
	for _, id := range []string{"alone", "with", "neighbour", "kept"} {
		if n, ok := r.Measured(id); !ok || n.Value <= 0 || n.Runs != linkRuns || n.Least > n.Value || n.Most < n.Value {
			t.Errorf("%s: %+v", id, n)
		}
	}
}

func TestBroadcastOf(t *testing.T) {
	for network, want := range map[string]string{
		"198.18.0.0/24": "198.18.0.255", "10.57.3.9/16": "10.57.255.255", "192.0.2.5/30": "192.0.2.7", "192.0.2.5/32": "192.0.2.5",
	} {
		if got := broadcastOf(netip.MustParsePrefix(network)); got.String() != want {
			t.Errorf("%s: %s, want %s", network, got, want)
		}
	}
}
