package sandbox

import (
	"fmt"
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
	"github.com/tentpole-labs/tentpole/sandbox/network"
)

// Explanation says in words what an operation is.
type Explanation struct {
	What      string // in a sentence or two
	Man       string // the manual page: "mount(2)"
	Arguments []Argument
}

// Argument is one thing an operation was given: what it is called, and its value.
type Argument struct{ Name, Value string }

// Explain says what an operation of a plan or a transcript is. It returns false
// for one that is not tentpole's own.
func Explain(o Operation) (Explanation, bool) {
	if second, ok := o.(interface{ performed() Operation }); ok {
		o = second.performed()
	}
	var asked any = o
	if c, ok := o.(connection); ok {
		asked = c.Operation
	}
	for _, row := range explained {
		if e, ok := row(asked); ok {
			return e, true
		}
	}
	return Explanation{}, false
}

// about makes the row of one type of operation. arguments gives names and values
// in turn; those without a value are left out.
func about[T any](man, what string, arguments func(T) []string) func(any) (Explanation, bool) {
	return func(o any) (Explanation, bool) {
		v, ok := o.(T)
		if !ok {
			return Explanation{}, false
		}
		e := Explanation{What: what, Man: man}
		if arguments == nil {
			return e, true
		}
		for pairs := arguments(v); len(pairs) > 1; pairs = pairs[2:] {
			if pairs[1] != "" {
				e.Arguments = append(e.Arguments, Argument{pairs[0], pairs[1]})
			}
		}
		return e, true
	}
}

// explained has one row an operation, those of the network below the others.
var explained = []func(any) (Explanation, bool){
	about("cgroups(7)", "Makes directories in the cgroup file system. Each directory is a group of processes that can be counted, limited and ended together.",
		func(m op.MakeCgroup) []string {
			return []string{"directories", many(m.Paths), "handed on", writeWords(m.Enable)}
		}),
	about("cgroups(7)", "Makes a directory in the tree of each cgroup v1 controller. In v1 every kind of limit has a tree of its own.",
		func(m op.MakeBranches) []string { return []string{"directories", many(m.Paths)} }),
	about("cgroups(7)", "Writes limits to the control files of a cgroup. From then on the kernel holds all processes in it to them, together.",
		func(s op.SetLimits) []string { return []string{"written", writeWords(s.Writes)} }),
	about("systemd.scope(5)", "Asks systemd for a cgroup that an ordinary user may make others in.",
		func(s op.StartScope) []string { return []string{"unit", s.Unit} }),
	about("clone(2)", "Starts the first process of the sandbox. Each flag gives it a new namespace instead of a share in its parent's.",
		func(c op.Clone) []string {
			return []string{"new namespaces", orElse(many(c.Namespaces), "none"), "user ids", idWords(c.UIDs), "group ids", idWords(c.GIDs), "born in the cgroup", c.Cgroup}
		}),
	about("hier(7)", "Unpacks tentpole's own small root directory, once: a shell and everyday commands in one program.",
		func(b op.BuildTiny) []string { return []string{"directory", b.Path} }),
	about("fsopen(2)", "Builds an overlay file system that hangs nowhere yet: one directory that is only read, and one above it that takes what is written.",
		func(b op.BuildOverlay) []string {
			return []string{"only read", b.Lower, "takes what is written", b.Upper, "owner of what is written", fmt.Sprint("uid ", b.Owner), "owners of what is read", yes(b.IDMapped, "shifted by the sandbox's id map")}
		}),
	about("mount_namespaces(7)", "Makes all mounts private: what is mounted or unmounted on one side from now on does not travel to the other.",
		func(op.PrivateMounts) []string { return []string{"from", "/", "and below", "yes, recursively"} }),
	about("move_mount(2)", "Hangs a mount that tentpole built outside into the sandbox's tree. It came through a file descriptor.",
		func(a op.AttachMount) []string { return []string{"mount", a.Name, "to", a.Target} }),
	about("mount(2)", "Attaches a file system to a directory: whoever opens the directory finds what the file system holds.", mountWords),
	about("open_tree(2)", "Shows a file or directory a second time, at another place, with the mounts below it: a bind mount. Both names lead to the same files.", bindWords),
	about("mount_namespaces(7)", "Mounts a new file system, or shows the host's where the kernel refuses a new one. It refuses proc and sysfs in a user namespace to whoever sees only part of one already.",
		func(m op.MountOrBind) []string { return append(mountWords(m.Mount), "otherwise", m.Bind.Source) }),
	about("mount(8)", "Mounts an overlay of one directory inside the user namespace: what is there is read, what is written lands elsewhere.",
		func(o op.OverlayDirectory) []string {
			return []string{"only read", o.Lower, "takes what is written", o.Upper, "at", o.Target}
		}),
	about("mkdir(2)", "Makes a directory in the sandbox's own root.",
		func(m op.MakeDirectory) []string {
			return []string{"path", m.Path, "mode", fmt.Sprintf("%04o", m.Mode)}
		}),
	about("symlink(2)", "Makes a symbolic link in the sandbox's own root.",
		func(m op.MakeSymlink) []string { return []string{"link", m.Path, "leads to", m.Target} }),
	about("mknod(2)", "Makes a small /dev on a tmpfs of its own: the devices that every program expects, pseudo terminals, and none of the machine's disks.",
		func(d op.Devices) []string {
			return []string{"at", d.Target, "devices of", d.Source, "group of terminals", group(d.TerminalGroup)}
		}),
	about("mknod(2)", "Builds a small /dev that hangs nowhere yet: the devices that every program expects, pseudo terminals, and none of the machine's disks.",
		func(b op.BuildDevices) []string { return []string{"group of terminals", group(b.TerminalGroup)} }),
	about("devpts(5)", "Makes a place for pseudo terminals that hangs nowhere yet, and that only root of the machine can give more of them.",
		func(b op.BuildTerminals) []string {
			return []string{"at most", fmt.Sprint(b.Most), "group of terminals", group(b.Group)}
		}),
	about("mount(2)", "Covers a directory with an empty file system that cannot be written: what is below cannot be reached by this name.",
		func(m op.Mask) []string { return []string{"directory", m.Path} }),
	about("pivot_root(2)", "Makes another directory the root of this mount namespace and lets go of the old root. Unlike after chroot(2), there is no way back to it.",
		func(p op.PivotRoot) []string { return []string{"new root", p.Root} }),
	about("sethostname(2)", "Gives the machine a name, as seen from this uts namespace only.",
		func(s op.SetHostname) []string { return []string{"name", s.Name} }),
	about("netdevice(7)", "Switches a network interface on. In a new network namespace even the loopback is off at first.",
		func(l op.LinkUp) []string { return []string{"interface", l.Name} }),
	about("cgroup_namespaces(7)", "Makes the cgroup that the process is in now the root of what it sees of the cgroup tree.",
		func(op.UnshareCgroup) []string { return []string{"new namespace", "cgroup"} }),
	about("time_namespaces(7)", "Gives all processes started from here clocks that are moved: monotonic and boot time, never the time of day.",
		func(u op.UnshareTime) []string {
			return []string{"monotonic clock", fmt.Sprintf("%+d s", u.Monotonic), "boot clock", fmt.Sprintf("%+d s", u.Boottime)}
		}),
	about("open_tree(2)", "Takes hold of a mount of the host's before the root is changed, as a copy that hangs nowhere.",
		func(o op.OpenTree) []string {
			return []string{"of", o.Source, "kept as", o.Name, "writable", yes(o.ReadOnly, "no")}
		}),
	about("move_mount(2)", "Hangs a volume, taken hold of before, into the new root.",
		func(p op.PlaceMount) []string {
			return []string{"of", p.Source, "to", p.Target, "writable", yes(p.ReadOnly, "no")}
		}),
	about("mount_setattr(2)", "Makes the mount of the root directory read-only. Mounts below it stay as they are.",
		func(op.ReadOnlyRoot) []string { return []string{"mount", "/", "attribute", "MOUNT_ATTR_RDONLY"} }),
	about("write(2)", "Writes a small file in the sandbox's own root.",
		func(w op.WriteFile) []string {
			return []string{"path", w.Path, "bytes", fmt.Sprint(len(w.Content))}
		}),
	about("proc(5)", "Covers files that tell about the machine or steer it: some with nothing, some with themselves, read-only.",
		func(h op.HidePaths) []string {
			return []string{"hidden", many(h.Hidden), "read-only", many(h.ReadOnly)}
		}),
	about("cgroups(7)", "Puts the command into the cgroup with the limits. The sandbox's init stays out of it.",
		func(j op.JoinCgroup) []string { return []string{"cgroups", many(j.Paths)} }),
	about("setns(2)", "Makes a cgroup namespace whose root is the cgroup with the limits, for every command to enter.",
		func(c op.CgroupNamespace) []string { return []string{"root", many(c.Join.Paths)} }),
	about("capabilities(7)", "Takes rights of root away from the command for good: what leaves the bounding set no exec brings back.",
		func(l op.LimitCapabilities) []string {
			return []string{"kept", orElse(many(l.Keep), "none"), "dropped", many(l.Drop)}
		}),
	about("prctl(2)", "From here on no exec gives more rights than its caller had: set-user-id bits and file capabilities count no more.",
		func(op.NoNewPrivileges) []string { return []string{"option", "PR_SET_NO_NEW_PRIVS", "value", "1"} }),
	about("landlock(7)", "Lets the command use only the files and ports that rules name, whatever its user may do. It cannot be undone.",
		func(l op.Landlock) []string {
			return []string{"may be read", orElse(many(l.Read), "nothing"), "may be written", orElse(many(l.Write), "nothing"),
				"ports to bind", yes(l.Ports, numbers(l.Bind)), "ports to connect to", yes(l.Ports, numbers(l.Connect))}
		}),
	about("seccomp(2)", "Has the kernel ask a small program about every system call of the command, and refuse those it does not allow.",
		func(s op.Seccomp) []string {
			return []string{"filter", s.Profile, "allowed", fmt.Sprint(s.Allowed, " calls"), "by their arguments", fmt.Sprint(s.Conditional, " calls"), "refused", fmt.Sprint(s.Refused, " calls")}
		}),
	about("execve(2)", "Starts the command: the process goes on with another program, and keeps its namespaces and limits.",
		func(e op.Execute) []string { return []string{"command", strings.Join(e.Args, " ")} }),

	about("ip-link(8)", "Makes a bridge on the host: a switch in software that sandboxes are plugged into.",
		func(a network.AddBridge) []string { return []string{"bridge", a.Name, "hardware address", a.Hardware} }),
	about("veth(4)", "Makes a cable with two ends: one in the host's network, one in the sandbox's.",
		func(a network.AddVeth) []string {
			return []string{"on the host", a.Name, "inside", a.Peer, "plugged into", a.Bridge}
		}),
	about("ip-link(8)", "Switches an end of the cable, or the bridge, on.",
		func(l network.LinkUp) []string { return []string{"interface", l.Name} }),
	about("ip-link(8)", "Takes an interface of tentpole's own away.",
		func(d network.DeleteLink) []string { return []string{"interface", d.Name} }),
	about("ip-address(8)", "Gives an interface an address.",
		func(a network.AddAddress) []string {
			return []string{"interface", a.Link, "address", a.Address.String()}
		}),
	about("ip-route(8)", "Says where packets to everywhere else go first.",
		func(a network.AddRoute) []string { return []string{"by way of", a.Via.String(), "interface", a.Link} }),
	about("sysctl(8)", "Sets a switch of the kernel's network code.",
		func(w network.WriteSysctl) []string { return []string{"setting", w.Key, "value", w.Value} }),
	about("sysctl(8)", "Puts a switch of the kernel's network code back to what it was.",
		func(r network.RestoreSysctl) []string { return []string{"setting", r.Key, "value", r.Before} }),
	about("nft(8)", "Makes a table of packet filter rules that is tentpole's own.",
		func(a network.AddTable) []string { return []string{"table", a.Table} }),
	about("nft(8)", "Takes tentpole's own table of packet filter rules away.",
		func(d network.DeleteTable) []string { return []string{"table", d.Table} }),
	about("nft(8)", "Makes a list of rules that the kernel goes through for packets at one point of their way.",
		func(a network.AddChain) []string { return []string{"table", a.Table, "chain", a.Name} }),
	about("nft(8)", "Adds a rule for packets of the sandbox.",
		func(a network.AddRule) []string {
			return []string{"table", a.Table, "chain", a.Chain, "verdict", string(a.Verdict)}
		}),
}

func mountWords(m op.Mount) []string {
	return []string{"file system", m.Type, "of", m.Source, "at", m.Target, "options", many(m.Options)}
}

func bindWords(b op.Bind) []string {
	return []string{"of", b.Source, "at", b.Target, "writable", yes(b.ReadOnly, "no")}
}

func idWords(maps []op.IDMap) string {
	var out []string
	for _, m := range maps {
		switch m.Count {
		case 1:
			out = append(out, fmt.Sprintf("%d inside is %d outside", m.Inside, m.Outside))
		default:
			out = append(out, fmt.Sprintf("%d inside is %d outside, and so on for %d ids", m.Inside, m.Outside, m.Count))
		}
	}
	return many(out)
}

func writeWords(writes []op.Write) string {
	var out []string
	for _, w := range writes {
		out = append(out, w.Value+" to "+w.Path)
	}
	return many(out)
}

func many(words []string) string { return strings.Join(words, ", ") }

func numbers(list []int) string {
	out := make([]string, len(list))
	for i, n := range list {
		out[i] = fmt.Sprint(n)
	}
	return orElse(many(out), "none")
}

func orElse(word, otherwise string) string {
	if word == "" {
		return otherwise
	}
	return word
}

// yes is the word where something is so, and nothing to say where it is not.
func yes(so bool, word string) string {
	if so {
		return word
	}
	return ""
}

func group(gid int) string { return yes(gid != 0, fmt.Sprint("gid ", gid)) }
