package main

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/tentpole-labs/tentpole/.ci/vm/agenda"
)

// tested is a package whose tests touch the kernel.
type tested struct {
	dir   string // in the repository
	limit time.Duration
	env   []string // settings that suit a slow machine
	build bool     // the tests build the package's own program
	not   []exclusion
}

// exclusion is a test that cannot run on the machine.
type exclusion struct{ pattern, why string }

// packages are all of them, what others build on first. The commands of the
// tiny root are not here: what they ask of the kernel is the same everywhere,
// and their tests take minutes when emulated.
var packages = []tested{
	{dir: "sandbox/internal/fork", limit: time.Minute},
	{dir: "sandbox/internal/landlock", limit: time.Minute},
	{
		dir: "sandbox/facts", limit: 2 * time.Minute,
		not: []exclusion{
			{"TestExactlyTheNewNamespacesAreOwn/time|TestBootTimeOfAnOwnClock", "have execve(2) enter a time namespace, and Linux 6.1 does that at fork(2) only"},
			{"TestRealPidsLimit", "makes a cgroup in its own, and a session's hands on no controllers"},
		},
	},
	{dir: "sandbox/features/internal/probe", limit: 2 * time.Minute},
	{dir: "sandbox/cgroup", limit: 3 * time.Minute},
	{dir: "sandbox/seccomp", limit: 2 * time.Minute},
	{
		dir: "sandbox/search", limit: 2 * time.Minute,
		not: []exclusion{{"TestFindDeep", "makes so deep a tree that it takes half a minute"}},
	},
	{dir: "sandbox/network", limit: 3 * time.Minute},
	{
		dir: "sandbox/image", limit: 2 * time.Minute,
		not: []exclusion{{"TestBomb|TestHostile", "read archives for long, and ask nothing new of the kernel"}},
	},
	{dir: "sandbox/userland", limit: 2 * time.Minute},
	{dir: "sandbox", limit: 8 * time.Minute, env: []string{"TENTPOLE_KILLS=10"}},
	{
		dir: "sandbox/export", limit: 3 * time.Minute,
		not: []exclusion{{"TestSameBoard/.*/podman|TestSameView/podman|TestLandlockIsMissed/podman", "Podman is more than the machine has room for: conmon, a network, a store"}},
	},
	{dir: "sandbox/features", limit: 3 * time.Minute},
	{
		dir: "sandbox/experiment", limit: 12 * time.Minute,
		not: []exclusion{
			{"TestHostileInside", "hears twelve lies from every experiment, which takes minutes and asks nothing new of the kernel"},
			{"TestUnmodified/containertiny", "busybox is static, and runs in any root"},
		},
	},
	{dir: "lessons/play", limit: 20 * time.Minute}, // plays the whole course
	{dir: "class/tent", limit: 12 * time.Minute},
	{
		dir: "cmd/tentpole", limit: 3 * time.Minute, build: true,
		not: []exclusion{
			{"TestMountsOnATerminal|TestRunOnATerminal|TestTooSmall", "need tmux and its terminal descriptions"},
			{"TestServeOnATerminal|TestServeThirtyAtOnce|TestServeComesBackOnATerminal|TestServeLook|TestServeKilled", "need OpenSSH, and thirty at once more than an emulated machine can do"},
			{"TestInitTrace", "judges milliseconds, which are ten times as many when emulated"},
		},
	},
}

// chosen returns the packages of those directories, all for an empty list.
func chosen(list string) ([]tested, error) {
	if list == "" {
		return packages, nil
	}
	var out []tested
	for dir := range strings.SplitSeq(list, ",") {
		dir = path.Clean(dir)
		i := slices.IndexFunc(packages, func(p tested) bool { return p.dir == dir })
		if i < 0 {
			return nil, fmt.Errorf("-packages: %s is not in the table of .ci/vm/packages.go", dir)
		}
		out = append(out, packages[i])
	}
	return out, nil
}

// users are what -user may say.
var users = map[string][]string{
	"root": {agenda.Root},
	"user": {agenda.Tester},
	"both": {agenda.Root, agenda.Tester},
}

// runs lists what the machine has to do: all packages for one user, then for
// the next.
func runs(list []tested, user, pattern string) ([]agenda.Run, error) {
	who, ok := users[user]
	if !ok {
		return nil, errors.New("-user is root, user or both, not " + user)
	}
	var out []agenda.Run
	for _, u := range who {
		for _, p := range list {
			out = append(out, p.run(u, pattern))
		}
	}
	return out, nil
}

// run is the package's tests for a user. The test's own limit comes first: with
// it, it says where it hangs.
func (p tested) run(user, pattern string) agenda.Run {
	args := []string{p.program(), "-test.v=test2json", "-test.paniconexit0", "-test.timeout=" + p.limit.String()}
	if pattern != "" {
		args = append(args, "-test.run="+pattern)
	}
	if not := p.excluded(); not != "" {
		args = append(args, "-test.skip="+not)
	}
	return agenda.Run{
		Name: user + " " + p.dir, User: user, Dir: path.Join(agenda.Source, p.dir),
		Args: args, Env: p.env, Limit: p.limit + 20*time.Second,
	}
}

// program is where the test binary is on the machine.
func (p tested) program() string { return path.Join(agenda.Source, p.dir, path.Base(p.dir)+".test") }

// built is where the program is that its tests get when they build it; see
// noGo.
func (p tested) built() string { return path.Join(programs, p.dir) }

// excluded is the pattern of what is not run.
func (p tested) excluded() string {
	var patterns []string
	for _, e := range p.not {
		patterns = append(patterns, e.pattern)
	}
	return strings.Join(patterns, "|")
}
