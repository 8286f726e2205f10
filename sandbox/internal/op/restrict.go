package op

import (
	"fmt"
	"strings"
)

// LimitCapabilities leaves a command those capabilities that are kept: the
// others leave its bounding set for good, nothing is inheritable or ambient,
// and the exec that follows cuts the permitted and effective sets down to the
// bounding one; capabilities(7), "Transformation of capabilities during
// execve()".
type LimitCapabilities struct {
	// Keep lists names without CAP_, in small letters: "chown". Empty keeps none.
	Keep []string `json:"keep"`
	// Drop lists the others that this kernel knows.
	Drop []string `json:"drop"`
	// Bits are the numbers of Drop.
	Bits []int `json:"-"`
}

func (l LimitCapabilities) String() string {
	return fmt.Sprintf("prctl(PR_CAPBSET_DROP) for %d of %d capabilities, capset(inheritable none), prctl(PR_CAP_AMBIENT_CLEAR_ALL)",
		len(l.Drop), len(l.Drop)+len(l.Keep))
}

func (l LimitCapabilities) Command() string {
	drop := make([]string, len(l.Drop))
	for i, name := range l.Drop {
		drop[i] = "-" + name
	}
	if len(l.Keep) == 0 {
		drop = []string{"-all"}
	}
	return "setpriv --bounding-set " + strings.Join(drop, ",") + " --inh-caps -all --ambient-caps -all"
}

func (LimitCapabilities) Acts() []string { return nil }

// NoNewPrivileges has no exec give more rights than its caller had: set-user-id
// bits and file capabilities count no more; prctl(2), PR_SET_NO_NEW_PRIVS.
type NoNewPrivileges struct{}

func (NoNewPrivileges) String() string  { return "prctl(PR_SET_NO_NEW_PRIVS, 1)" }
func (NoNewPrivileges) Command() string { return "setpriv --no-new-privs" }
func (NoNewPrivileges) Acts() []string  { return nil }

// Seccomp has the kernel ask a program about every system call; seccomp(2).
type Seccomp struct {
	// Profile says in words what the filter does: "Docker's default profile".
	Profile string `json:"profile"`
	// Allowed and Refused count the calls of this architecture.
	Allowed     int `json:"allowed"`
	Conditional int `json:"conditional"` // it depends on the arguments
	Refused     int `json:"refused"`
	// Flags are those of seccomp(2).
	Flags uint32 `json:"flags,omitempty"`
	// Filter is the program: struct sock_filter, 8 bytes each.
	Filter []byte `json:"-"`
}

func (s Seccomp) String() string {
	return fmt.Sprintf("seccomp(SECCOMP_SET_MODE_FILTER), %s: %d of %d calls left, %d more by their arguments, %d instructions",
		s.Profile, s.Allowed, s.Allowed+s.Conditional+s.Refused, s.Conditional, len(s.Filter)/8)
}

func (Seccomp) Command() string { return "" }
func (Seccomp) Acts() []string  { return nil }

// Landlock lets a command do only what rules allow it, in the file system and
// to TCP ports; landlock(7). What the kernel's version of it does not know is
// left as it is.
type Landlock struct {
	// Read lists where files may be read and executed, Write where they may
	// also be written, made and removed: a path and all below it.
	Read  []string `json:"read,omitempty"`
	Write []string `json:"write,omitempty"`
	// Ports says whether TCP ports are governed; Bind and Connect then list
	// those that are left.
	Ports   bool  `json:"ports,omitempty"`
	Bind    []int `json:"bind,omitempty"`
	Connect []int `json:"connect,omitempty"`
}

func (l Landlock) String() string {
	s := fmt.Sprintf("landlock_create_ruleset, landlock_add_rule: read %s, write %s", orNothing(l.Read), orNothing(l.Write))
	if l.Ports {
		s += fmt.Sprintf(", bind %s, connect %s", orNothing(words(l.Bind)), orNothing(words(l.Connect)))
	}
	return s + "; landlock_restrict_self"
}

func orNothing(list []string) string {
	if len(list) == 0 {
		return "nothing"
	}
	return strings.Join(list, " ")
}

func words(numbers []int) []string {
	out := make([]string, len(numbers))
	for i, n := range numbers {
		out[i] = fmt.Sprint(n)
	}
	return out
}

// Command is that of setpriv(1) from util-linux 2.41 on.
func (l Landlock) Command() string {
	parts := []string{"setpriv", "--landlock-access fs"}
	for _, p := range l.Read {
		parts = append(parts, "--landlock-rule "+Quote("path-beneath:read-file,read-dir,execute:"+p))
	}
	for _, p := range l.Write {
		parts = append(parts, "--landlock-rule path-beneath:"+Quote(":" + p)[1:])
	}
	return strings.Join(parts, " ")
}

func (Landlock) Acts() []string { return nil }

// JoinCgroup puts a command into the sandbox's cgroup with the limits, which
// its init stays out of: it must not be the one that a limit hits; cgroups(7).
type JoinCgroup struct {
	// Paths are the directories, one for v2, one a controller for v1.
	Paths []string `json:"paths"`
	// Leaf tells that a command is born in the v2 directory
	// (CLONE_INTO_CGROUP). Otherwise it writes itself into the v1 ones.
	Leaf bool `json:"leaf,omitempty"`
	// Tasks is the number of v1 directories.
	Tasks int `json:"tasks,omitempty"`
}

// Names of the descriptors that JoinCgroup uses: the v2 directory, and the
// v1 files by their number.
const LeafDescriptor = "cgroup"

// NamespaceRootDescriptor names the v2 directory that the cgroup namespace of
// commands begins at, where that is not the one they are born in.
const NamespaceRootDescriptor = "cgroup/root"

// TasksDescriptors begins the names of the open tasks files.
const TasksDescriptors = "tasks"

// TasksDescriptor names the i-th open tasks file.
func TasksDescriptor(i int) string { return fmt.Sprint(TasksDescriptors, i) }

func (j JoinCgroup) String() string {
	if j.Leaf {
		return "clone3(CLONE_INTO_CGROUP, " + strings.Join(j.Paths, " ") + ")"
	}
	if len(j.Paths) == 1 {
		return "write 0 to " + j.Paths[0] + "/tasks"
	}
	return fmt.Sprintf("write 0 to %s/tasks and %d more", first(j.Paths), len(j.Paths)-1)
}

func (j JoinCgroup) Command() string {
	file := "tasks"
	if j.Leaf {
		file = "cgroup.procs"
	}
	out := make([]string, len(j.Paths))
	for i, p := range j.Paths {
		out[i] = "echo 0 > " + Quote(p+"/"+file)
	}
	return strings.Join(out, "; ")
}

func (JoinCgroup) Acts() []string { return nil }
