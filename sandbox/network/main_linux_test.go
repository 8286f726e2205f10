package network

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/vishvananda/netlink"
	"go.uber.org/goleak"
	"golang.org/x/sys/unix"
)

// roleVariable tells a copy of the test program what it is.
const roleVariable = "TENTPOLE_NETWORK_TEST"

// The roles.
const (
	roleHost     = "host"     // in a network namespace of its own, playing the host: runs the tests
	roleStranger = "stranger" // likewise, as a user without rights
	roleInside   = "inside"   // a process in a sandbox's network namespace
	roleOwner    = "owner"    // attaches a sandbox, and waits to be killed
)

// TestMain has every test run in a network namespace that plays the host, so
// that the real one is never touched; an ordinary user gets one with a user
// namespace around it.
func TestMain(m *testing.M) {
	switch os.Getenv(roleVariable) {
	case roleInside:
		beInside()
	case roleOwner:
		beOwner()
	case roleHost:
		os.Exit(playHost(m))
	case roleStranger:
		os.Exit(m.Run())
	}
	os.Exit(runInOwnNamespace())
}

func runInOwnNamespace() int {
	cmd := again(roleHost)
	cmd.Args = append(cmd.Args, os.Args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = ownNamespace()
	err := cmd.Run()
	if err == nil {
		return 0
	}
	if cmd.ProcessState == nil {
		fmt.Fprintf(os.Stderr, "a network namespace to play the host in: %v; where users may not make any, run the tests as root\n", err)
	}
	return 1
}

// again is this program once more, in a role. It dies with the one who started
// it.
func again(role string) *exec.Cmd {
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, roleVariable+"=") }), roleVariable+"="+role)
	return cmd
}

// ownNamespace asks for a network namespace, for an ordinary user within a user
// namespace.
func ownNamespace() *syscall.SysProcAttr {
	if os.Geteuid() != 0 {
		return userNamespace()
	}
	return &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNET, Pdeathsig: unix.SIGKILL}
}

// userNamespace asks for a network namespace that belongs to a new user
// namespace.
func userNamespace() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{
		Cloneflags:  unix.CLONE_NEWNET | unix.CLONE_NEWUSER,
		Pdeathsig:   unix.SIGKILL,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}},
	}
}

// playHost runs the tests, and compares the host before and after.
func playHost(m *testing.M) int {
	if err := loopbackUp(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	before := lookAround()
	code := m.Run()
	if left := before.changes(lookAround()); code == 0 && left != "" {
		fmt.Fprintln(os.Stderr, "the tests left the host changed:\n"+left)
		code = 1
	}
	if err := goleak.Find(); code == 0 && err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	return code
}

func loopbackUp() error {
	lo, err := netlink.LinkByName("lo")
	if err != nil {
		return err
	}
	return netlink.LinkSetUp(lo)
}

// needHost skips what a user without rights cannot do. It runs in the same
// program's other role.
func needHost(t testing.TB) {
	t.Helper()
	if os.Getenv(roleVariable) == roleStranger {
		t.Skip("needs root: changes the host's network")
	}
}

// host are the addresses of the host that a connection may be tried on.
func hostAddresses(t testing.TB) []string {
	t.Helper()
	list, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, a := range list {
		if ip := a.(*net.IPNet).IP; !ip.IsLinkLocalUnicast() {
			out = append(out, ip.String())
		}
	}
	return out
}
