package seccomp

import (
	"math"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

const native = Arch(runtime.GOARCH)

// unfiltered leaves a test out where a filter is in force already: what it
// refuses cannot be told from what ours refuses.
func unfiltered(t testing.TB) {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(status), "\nSeccomp:\t0\n") {
		t.Skip("the tests run under a seccomp filter already, such as Docker's: start them outside")
	}
}

// A probe is a call whose arguments make it do nothing where it is let
// through: the kernel refuses them, or only answers a question.
type probe struct {
	name string // "" for a number that is nobody's
	args [6]uint64
	raw  uint32 // the number, without a name
}

const (
	cloneNewUser, cloneFS = 0x10000000, 0x200 // both together are EINVAL
	query                 = math.MaxUint32    // personality(2): tell, do not change
)

var probes = map[string]probe{
	"read of no file":                      {name: "read", args: [6]uint64{math.MaxUint64}},
	"a question to personality":            {name: "personality", args: [6]uint64{query}},
	"the same with an upper half":          {name: "personality", args: [6]uint64{1<<32 | query}},
	"unshare with a flag there is not":     {name: "unshare", args: [6]uint64{1}},
	"setns to no file":                     {name: "setns", args: [6]uint64{math.MaxUint64}},
	"keyctl with an operation there isn't": {name: "keyctl", args: [6]uint64{9999}},
	"clone of user and file system":        {name: "clone", args: [6]uint64{cloneNewUser | cloneFS}},
	"clone3 without arguments":             {name: "clone3"},
	"a vsock socket of no type":            {name: "socket", args: [6]uint64{40}},
	"the same with an upper half of 32":    {name: "socket", args: [6]uint64{1<<32 | 40}},
	"an alg socket of no type":             {name: "socket", args: [6]uint64{38}},
	"an internet socket of no type":        {name: "socket", args: [6]uint64{2}},
	"a call newer than the profile":        {name: "open_tree_attr", args: [6]uint64{math.MaxUint64, 0, math.MaxUint32}},
	"a number that is nobody's":            {raw: 5000},
	"a number that a tracer skips":         {raw: skipped},
}

func (p probe) number() uint32 {
	if p.name == "" {
		return p.raw
	}
	abi, _ := native.abi()
	return abi.index()[p.name]
}

func (p probe) call() made {
	c := made{Number: uintptr(int32(p.number()))}
	for i, a := range p.args {
		c.Args[i] = uintptr(a)
	}
	return c
}

// TestLoaded puts filters into the kernel, and compares what calls return with
// the policy's answer; where that lets a call through, with what the same call
// returns without a filter.
func TestLoaded(t *testing.T) {
	unfiltered(t)
	must := must(t)
	major, minor := kernel(t)
	target := Target{Arch: native, KernelMajor: major, KernelMinor: minor}
	// What a Go thread needs besides, to wait and to be stopped.
	runtimeCalls := []string{"futex", "rt_sigreturn", "rt_sigprocmask", "sigaltstack", "sched_yield", "nanosleep", "madvise", "mmap",
		"munmap", "tgkill", "getpid", "gettid", "epoll_pwait", "exit", "exit_group", "write"}
	tests := map[string]Policy{
		"docker":      must(Docker(target)),
		"docker less": must(must(Docker(target)).Deny(native, "personality")),
		"docker more": must(must(Docker(target)).Allow(native, "unshare", "setns", "clone")),
		"deny":        must(Deny(native, "unshare", "keyctl", "socket")),
		"allow":       must(Allow(native, append(runtimeCalls, "personality", "unshare")...)),
		"an errno of one's own": {Default: allowed, Rules: []Rule{
			{[]string{"personality"}, Action{DoErrno, 77}, []Arg{{0, Greater, 0, math.MaxUint32}}},
			{[]string{"keyctl"}, Action{DoErrno, 0}, nil}, {[]string{"unshare"}, Action{Do: DoLog}, nil}}},
	}
	var names []string
	var calls []made
	for name, p := range probes {
		names, calls = append(names, name), append(calls, p.call())
	}
	free, err := send(t, order{Calls: calls})
	if err != nil {
		t.Fatal(err)
	}
	for name, p := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := send(t, order{Filter: compiled(t, p, native).Raw(), Calls: calls})
			if err != nil {
				t.Fatal(err)
			}
			for i, name := range names {
				probe := probes[name]
				want, says := free.Errnos[i], p.Decide(native, probe.number(), probe.args)
				if says.Do == DoErrno {
					want = syscall.Errno(says.Errno)
				}
				if got.Errnos[i] != want {
					t.Errorf("%s: %q, want %q; the policy says %v", name, got.Errnos[i], want, says)
				}
			}
		})
	}
}

// TestProbesAreDistinct: without a filter no probe returns EPERM, so that
// EPERM in [TestLoaded] is the filter's word.
func TestProbesAreDistinct(t *testing.T) {
	unfiltered(t)
	for name, p := range probes {
		got, err := send(t, order{Calls: []made{p.call()}})
		if err != nil {
			t.Fatal(err)
		}
		if got.Errnos[0] == syscall.EPERM || got.Errnos[0] == 77 {
			t.Errorf("%s: %q without a filter", name, got.Errnos[0])
		}
	}
}

// TestKill: the process ends by SIGSYS at the call and not before.
func TestKill(t *testing.T) {
	p := Policy{Default: allowed, Rules: []Rule{{[]string{"personality"}, Action{Do: DoKillProcess}, []Arg{{0, Equal, 0, 1<<32 | query}}}}}
	filter := compiled(t, p, native).Raw()
	if _, err := send(t, order{Filter: filter, Calls: []made{probes["a question to personality"].call()}}); err != nil {
		t.Errorf("a call that is allowed: %v", err)
	}
	_, err := send(t, order{Filter: filter, Calls: []made{probes["the same with an upper half"].call()}})
	if status := ending(err); !status.Signaled() || status.Signal() != syscall.SIGSYS {
		t.Errorf("a call that kills: %v", err)
	}
}

// TestGoUnderDocker starts a program with threads, timers and files under
// Docker's profile with no capabilities.
func TestGoUnderDocker(t *testing.T) {
	major, minor := kernel(t)
	p := must(t)(Docker(Target{Arch: native, KernelMajor: major, KernelMinor: minor}))
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	_, err = send(t, order{Filter: compiled(t, p, native).Raw(), Exec: self})
	if status := ending(err); status.ExitStatus() != 7 {
		t.Errorf("want exit status 7: %v", err)
	}
}
