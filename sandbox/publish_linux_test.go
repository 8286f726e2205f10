package sandbox

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox/network"
)

// serve answers on port 80 of all addresses, and says on standard output when
// it listens.
func serve() int {
	l, err := net.Listen("tcp", ":80")
	if err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println("listening")
	err = http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "a page from inside") }))
	fmt.Println(err)
	return 1
}

// startServer runs the server inside and waits until it listens.
func startServer(t *testing.T, s *Sandbox) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	_, err = s.Start(context.Background(), Command{Args: []string{self, testMark}, Env: []string{"TENTPOLE_TEST_ROLE=serve"}, Stdout: w, Stderr: w})
	w.Close()
	if err != nil {
		t.Fatal(err)
	}
	said := make([]byte, 100)
	if n, err := r.Read(said); err != nil || string(said[:n]) != "listening\n" {
		t.Fatalf("the server says %q (%v)", said[:n], err)
	}
}

// fetch asks for the page; "" when nobody answers.
func fetch(address string) string {
	client := http.Client{Timeout: 3 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Get("http://" + address + "/")
	if err != nil {
		return ""
	}
	defer answer.Body.Close()
	page, _ := io.ReadAll(answer.Body)
	return string(page)
}

// TestPublishedPort: the page is fetched on both loopbacks, and on no address of
// the host's when the port is not published.
func TestPublishedPort(t *testing.T) {
	m := machine(t)
	s := open(t, m, Spec{Layers: Set(Net), Publish: []network.Port{{Inside: 80}}}) // the host's is any that is free
	startServer(t, s)
	listening := s.Published()
	if len(listening) != 2 {
		t.Fatalf("the host listens on %v", listening)
	}
	for _, l := range listening {
		if !l.Address.Addr().IsLoopback() {
			t.Errorf("the host listens on %s", l.Address)
		}
		if page := fetch(l.Address.String()); page != "a page from inside" {
			t.Errorf("on %s: %q", l.Address, page)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for _, l := range listening {
		if conn, err := net.DialTimeout("tcp", l.Address.String(), time.Second); err == nil {
			conn.Close()
			t.Errorf("%s still answers", l.Address)
		}
	}
}

func TestUnpublishedPort(t *testing.T) {
	s := open(t, machine(t), Spec{Layers: Set(Net)})
	startServer(t, s)
	// Inside it does answer.
	conn, err := s.DialInside(context.Background(), "tcp", "127.0.0.1:80")
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	if _, err := s.DialInside(context.Background(), "tcp", "127.0.0.1:81"); err == nil {
		t.Error("somebody answers on a port where nobody listens")
	}
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range addresses {
		ip, _, err := net.ParseCIDR(a.String())
		if err != nil || ip.IsLinkLocalUnicast() {
			continue
		}
		if page := fetch(net.JoinHostPort(ip.String(), "80")); strings.Contains(page, "from inside") {
			t.Errorf("the page is served on %s", ip)
		}
	}
}

// TestJoin: a second sandbox in the network namespace of the first reaches what
// listens there on its loopback.
func TestJoin(t *testing.T) {
	m := machine(t)
	if !m.Privileged() {
		t.Skip("needs root: entering a namespace of another user namespace")
	}
	first := open(t, m, Spec{Name: "first", Layers: Set(Net, UTS), Hostname: "first"})
	startServer(t, first)
	second := open(t, m, Spec{Join: []Join{{Name: "first", Namespaces: Set(Net, UTS)}}})
	conn, err := second.DialInside(context.Background(), "tcp", "127.0.0.1:80")
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	if out, _ := output(t, second, "hostname"); strings.TrimSpace(out) != "first" {
		t.Errorf("the second's name is %q", out)
	}
	third := open(t, m, Spec{Layers: Set(Net)})
	if _, err := third.DialInside(context.Background(), "tcp", "127.0.0.1:80"); err == nil {
		t.Error("the thread that forks has stayed in the first one's namespace")
	}
	p, err := NewPlan(Spec{Join: []Join{{Name: "nobody", Namespaces: Set(Net)}}}, m)
	if err != nil {
		t.Fatal(err)
	}
	if s, err := Start(context.Background(), p, Options{}); !IsUsage(err) {
		s.Close()
		t.Errorf("joined nobody: %v", err)
	}
}

// TestBridge plays the host in a network namespace of its own: two sandboxes on
// the bridge reach each other, and all is gone with them.
func TestBridge(t *testing.T) {
	if m := machine(t); !m.Privileged() {
		t.Skip("needs root: links and rules of the host are root's to make")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(self, testMark)
	c.Env = append(os.Environ(), "TENTPOLE_TEST_ROLE=bridge", "XDG_STATE_HOME="+stateDir(t))
	c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
	if out, err := c.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

// bridgeHost is what the host of TestBridge does.
func bridgeHost() int {
	err := func() error {
		before, err := net.Interfaces()
		if err != nil {
			return err
		}
		ctx := context.Background()
		first, err := Open(ctx, Spec{Layers: Set(Net), Network: network.KindBridge, Name: "first"}, Options{})
		if err != nil {
			return err
		}
		defer first.Close()
		second, err := Open(ctx, Spec{Layers: Set(Net, User), Network: network.KindBridge, Name: "second"}, Options{})
		if err != nil {
			return err
		}
		defer second.Close()
		self, err := os.Executable()
		if err != nil {
			return err
		}
		r, w, err := os.Pipe()
		if err != nil {
			return err
		}
		if _, err := first.Start(ctx, Command{Args: []string{self}, Env: []string{"TENTPOLE_TEST_ROLE=serve"}, Stdout: w}); err != nil {
			return err
		}
		if _, err := r.Read(make([]byte, 100)); err != nil {
			return err
		}
		for _, a := range first.Attachment().Addrs() {
			dial, cancel := context.WithTimeout(ctx, 10*time.Second)
			conn, err := second.DialInside(dial, "tcp", net.JoinHostPort(a.String(), "80"))
			cancel()
			if err != nil {
				return err
			}
			conn.Close()
		}
		if err := first.Close(); err != nil {
			return err
		}
		if err := second.Close(); err != nil {
			return err
		}
		after, err := net.Interfaces()
		if err != nil {
			return err
		}
		if len(after) != len(before) {
			return fmt.Errorf("links are left: %v", after)
		}
		return nil
	}()
	if err != nil {
		fmt.Println(err)
		return 1
	}
	return 0
}
