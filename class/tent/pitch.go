package tent

import (
	"fmt"
	"math"
	"os"
	"path/filepath"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// Pitch is where a learner's tent stands, and how much room it has.
type Pitch struct {
	// Number chooses the range of user ids, from 1 on: no two tents have it at a
	// time. With 0, Open takes one that nobody on this machine has.
	Number int
	// Hostname is what the tent calls itself.
	Hostname string
	// Program is the file of tentpole's own program, from Install.
	Program string
	// Line is a socket of this machine's that the learner, and nobody else inside,
	// can connect to; empty for none.
	Line string
	// Crowd are the tents that it shares the processors with; nil for none.
	Crowd  *Crowd
	Limits Limits
}

// Limits are what all processes of one learner have together. What they write
// lies in memory, and counts as such.
type Limits struct {
	Memory int64 // in bytes
	CPUs   float64
	PIDs   int64
	// Terminals is how many they have in the tent's /dev/pts, and together with those
	// of sandboxes inside when the machine runs short of them; 0 for no limit.
	Terminals int
}

// DefaultLimits are enough for every lesson, and for thirty learners on 24 GiB.
var DefaultLimits = Limits{Memory: 768 << 20, CPUs: 1, PIDs: 512, Terminals: mostTerminals}

const (
	// Home is the learner's home directory.
	Home = "/home/guest"

	stateDir     = Home + "/.local/state/tentpole"
	progressFile = stateDir + "/progress.json"
	homeSize     = 128 << 20
	program      = "/opt/bin/tentpole"
	// learner is an ordinary user of the tent, as its /etc/passwd has it.
	// Lessons are written for one, who raises sandboxes by a user namespace;
	// and not even the tent's own init is theirs to kill.
	learner, learnerID = "1000:1000", 1000
	// line is where the socket shows; the directory above has a mount anyway.
	line = "/opt/class/line"
)

// layers are those of a learner's tent. Its filter leaves what a tent inside needs
// and /proc is uncovered: it could not be raised otherwise. The kernel
// mounts a new /proc in a user namespace only where it can see a whole one;
// mount_too_revealing in fs/namespace.c.
var layers = sandbox.Set(sandbox.User, sandbox.PID, sandbox.Mount, sandbox.Root, sandbox.Net, sandbox.UTS, sandbox.IPC, sandbox.Cgroup,
	sandbox.Memory, sandbox.CPU, sandbox.PIDs, sandbox.Seccomp)

// Plan works out the tent on this machine. It touches nothing.
func (p Pitch) Plan() (*sandbox.Plan, error) {
	m, err := p.machine()
	if err != nil {
		return nil, err
	}
	return sandbox.NewPlan(p.spec(), m)
}

// machine is this one, with the learner's user ids.
func (p Pitch) machine() (m sandbox.Machine, err error) {
	if m, err = sandbox.Look(); err != nil {
		return m, err
	}
	if !m.Privileged() {
		return m, &sandbox.Error{Op: "give each learner", Target: "user ids of their own", Err: sandbox.ErrNotSupported, Remedy: "only root of the machine can: run sudo tentpole serve"}
	}
	return m.WithRange(p.Number)
}

// handOver makes the socket the learner's own: its file has the mode 0600.
func (p Pitch) handOver() error {
	if p.Line == "" {
		return nil
	}
	m, err := p.machine()
	if err != nil {
		return err
	}
	id := m.Range.Outside + learnerID
	return os.Lchown(p.Line, id, id)
}

func (p Pitch) spec() sandbox.Spec {
	shown := append(programs(), sandbox.Volume{Source: p.Program, Target: program, ReadOnly: true})
	if init := initBeside(p.Program); isFile(init) {
		shown = append(shown, sandbox.Volume{Source: init, Target: initBeside(program), ReadOnly: true})
	}
	if p.Line != "" {
		shown = append(shown, sandbox.Volume{Source: p.Line, Target: line, ReadOnly: true})
	}
	return sandbox.Spec{
		Layers: layers, Root: sandbox.RootTiny, Upper: sandbox.UpperMemory, Hostname: p.Hostname,
		Volumes: shown,
		Tmpfs: []sandbox.Tmpfs{
			{Target: Home, Size: homeSize},
			// The machine's cgroups, which /sys would show, tell what the others use;
			// see showCgroups for what the learner gets on v2.
			{Target: "/sys/fs/cgroup", Size: 4096},
		},
		Limits: p.Limits.group(), Terminals: p.Limits.Terminals,
		Calls: sandbox.CallRules{Profile: "all", Deny: refusedHere()},
	}
}

func isFile(path string) bool {
	st, err := os.Stat(path)
	return err == nil && st.Mode().IsRegular()
}

// programs are the machine's own programs and libraries, to read: lessons type
// unshare, mount and the like. They show what everybody with an account on the
// machine can read; set-user-id bits have no effect, their owners do not exist
// inside. The rest of the machine's files is not in the tent.
func programs() []sandbox.Volume {
	var list []sandbox.Volume
	for _, dir := range []string{"/usr", "/lib", "/lib32", "/lib64", "/etc/alternatives"} {
		source, err := filepath.EvalSymlinks(dir)
		if err != nil {
			continue // not every machine has each
		}
		if st, err := os.Stat(source); err == nil && st.IsDir() {
			list = append(list, sandbox.Volume{Source: source, Target: dir, ReadOnly: true})
		}
	}
	return list
}

// environment is the whole of what the learner's programs find set.
func environment(term string) []string {
	env := []string{"HOME=" + Home, "USER=guest", "LOGNAME=guest", "SHELL=/bin/sh", "LANG=C.UTF-8", "PATH=/opt/bin:/usr/local/bin:/usr/bin:/usr/sbin:/bin"}
	if term != "" {
		env = append(env, "TERM="+term)
	}
	return env
}

// thrift is set for tentpole itself, of which a machine runs one for each
// learner: Go finds its processors by /sys/fs/cgroup, which shows no tent on v1, and
// half as much garbage makes a third less memory. A key takes as long.
func (l Limits) thrift() []string {
	return []string{fmt.Sprintf("GOMAXPROCS=%.0f", math.Ceil(l.CPUs)), "GOGC=50"}
}
