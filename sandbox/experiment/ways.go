package experiment

import (
	"slices"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// Way is a way out of a container that somebody has published: one row of the
// table of ways. What it does is in package inside, in the files way_*.go.
type Way struct {
	ID   string
	Name string
	// Source is the man page that tells of it, or the vulnerability that used it.
	Source string
	// Closes are the layers that are expected to close it, each by itself, but
	// pid with mount, for a /proc of its own, and seccomp with capabilities, for
	// its profile allows more to those who have them. None where tentpole does it
	// at every stage.
	Closes []sandbox.Layer
	// Root says that it takes root on the host.
	Root bool
	// Tried is how it is tried, Harmless why that changes nothing.
	Tried    string
	Harmless string

	// reads says that the proof is the canary's word.
	reads bool
	// owners says that it goes by the user: a user namespace closes it for root,
	// who is somebody else in there, not for an ordinary user, who is the same.
	owners bool
}

// closers are the subject's layers that should close it.
func (w Way) closers(on Description) []sandbox.Layer {
	return slices.DeleteFunc(slices.Clone(w.Closes), func(l sandbox.Layer) bool {
		return !on.Layers.Has(l) || l == sandbox.User && w.owners && on.Rootless
	})
}

// Reasons why a try is harmless.
const (
	onlyOpened   = "the file is opened and closed; nothing is written"
	onlyRead     = "nothing is written, and the word is tentpole's own"
	ownCanary    = "the victim is a process of tentpole's own"
	afterCheck   = "the arguments are rejected after the permission check"
	madeAndShut  = "what it makes is its own, and closed at once"
	mountedNot   = "the mount is attached nowhere and ends with its descriptor"
	ownProcess   = "only a process of its own is changed, which ends then"
	opensToWrite = "opens it to write"
	opensToRead  = "opens it to read"
)

func closes(layers ...sandbox.Layer) []sandbox.Layer { return append([]sandbox.Layer{}, layers...) }

// ways are all of them: by the files they go through, by mounts, by other
// processes, by messages, by rights, by system calls.
var ways = []Way{
	{ID: "host-file", Name: "change the host's files by their names", Source: "path_resolution(7)", owners: true, Closes: closes(sandbox.Root, sandbox.User),
		Tried: "opens the canary's file on the host to write", Harmless: onlyOpened},
	{ID: "chroot-walk", Name: "walk out of the root directory", Source: "chroot(2)", Closes: closes(sandbox.Root), Root: true,
		Tried: "changes its root below where it stands, then goes up as far as it goes", Harmless: ownProcess},
	{ID: "file-handle", Name: "open the host's files by their inodes", Source: "open_by_handle_at(2), Shocker", Root: true, reads: true,
		Closes: closes(sandbox.Root, sandbox.User, sandbox.Capabilities, sandbox.Seccomp),
		Tried:  "opens the canary's file by its handle through every mount", Harmless: onlyRead},
	{ID: "proc-1-root", Name: "enter the host's root through its first process", Source: "proc_pid_root(5)", Root: true,
		Closes: closes(sandbox.PID, sandbox.User, sandbox.Capabilities, sandbox.Landlock),
		Tried:  "looks at what lies behind /proc/1/root", Harmless: "nothing is opened"},
	{ID: "disk-node", Name: "read the host's disk past its file system", Source: "sd(4)", Closes: closes(sandbox.Root, sandbox.User), Root: true,
		Tried: "opens the device of the host's root directory to read", Harmless: "nothing is read"},
	{ID: "core-pattern", Name: "have the kernel start a program outside at the next crash", Source: "core(5)", Root: true,
		Closes: closes(sandbox.User, sandbox.Masks), Tried: opensToWrite, Harmless: onlyOpened},
	{ID: "modprobe-path", Name: "have the kernel start another modprobe", Source: "proc_sys_kernel(5)", Root: true,
		Closes: closes(sandbox.User, sandbox.Masks), Tried: opensToWrite, Harmless: onlyOpened},
	{ID: "binfmt-misc", Name: "have the kernel start an interpreter outside", Source: "binfmt_misc in the kernel's documentation", Root: true,
		Closes: closes(sandbox.Root, sandbox.PID, sandbox.User, sandbox.Masks), Tried: opensToWrite, Harmless: onlyOpened},
	{ID: "uevent-helper", Name: "have the kernel start a program when a device appears", Source: "sysfs(5)", Root: true,
		Closes: closes(sandbox.Root, sandbox.User, sandbox.Landlock), Tried: opensToWrite, Harmless: onlyOpened},
	{ID: "release-agent", Name: "have the kernel start a program when a cgroup is empty", Source: "cgroups(7), CVE-2022-0492", Root: true,
		Closes: closes(sandbox.Root, sandbox.User, sandbox.Landlock), Tried: opensToWrite, Harmless: onlyOpened},
	{ID: "cgroup-up", Name: "leave the limits by joining the top cgroup", Source: "cgroups(7)", Root: true,
		Closes: closes(sandbox.Root, sandbox.User, sandbox.Landlock), Tried: "opens the list of processes of the top group to write", Harmless: onlyOpened},
	{ID: "sys-write", Name: "change how the kernel works, in /sys", Source: "sysfs(5)", Root: true,
		Closes: closes(sandbox.Root, sandbox.User, sandbox.Landlock), Tried: opensToWrite, Harmless: onlyOpened},
	{ID: "sysrq-trigger", Name: "restart the machine by magic SysRq", Source: "proc(5)", Root: true,
		Closes: closes(sandbox.User, sandbox.Masks), Tried: opensToWrite, Harmless: onlyOpened},
	{ID: "kcore", Name: "read the kernel's memory", Source: "proc_kcore(5)", Root: true,
		Closes: closes(sandbox.User, sandbox.Capabilities, sandbox.Masks), Tried: opensToRead, Harmless: "nothing is read"},
	{ID: "dev-mem", Name: "read the machine's memory", Source: "mem(4)", Root: true,
		Closes: closes(sandbox.Root, sandbox.User, sandbox.Capabilities), Tried: opensToRead, Harmless: "nothing is read"},
	{ID: "dev-kmsg", Name: "read the host's log from its device", Source: "proc(5), dev-kmsg in the kernel's documentation", Root: true,
		Closes: closes(sandbox.Root, sandbox.User, sandbox.Capabilities), Tried: opensToRead, Harmless: "nothing is read"},
	{ID: "proc-keys", Name: "see the host's keys", Source: "proc_keys(5)", owners: true, Closes: closes(sandbox.User, sandbox.Masks),
		Tried: "looks for the canary's key in the list", Harmless: onlyRead},

	{ID: "fresh-proc", Name: "mount a /proc of one's own and steer the kernel there", Source: "proc(5)", Root: true,
		Closes: closes(sandbox.User, sandbox.Capabilities, sandbox.Seccomp, sandbox.Landlock), Tried: "mounts one and opens core_pattern to write", Harmless: mountedNot},
	{ID: "fresh-sys", Name: "mount a /sys of one's own and steer the kernel there", Source: "sysfs(5)", Root: true,
		Closes: closes(sandbox.User, sandbox.Capabilities, sandbox.Seccomp, sandbox.Landlock), Tried: "mounts one in a new network namespace and opens a switch to write", Harmless: mountedNot},
	{ID: "fresh-cgroup", Name: "mount a cgroup tree of one's own", Source: "cgroups(7), CVE-2022-0492", Root: true,
		Closes: closes(sandbox.User, sandbox.Capabilities, sandbox.Seccomp, sandbox.Landlock),
		Tried:  "mounts a hierarchy that is there and opens release_agent to write", Harmless: mountedNot},
	{ID: "mount-disk", Name: "mount the host's disk", Source: "mount(2)", Root: true,
		Closes: closes(sandbox.User, sandbox.Capabilities, sandbox.Seccomp), Tried: "asks for a file system without saying on which disk", Harmless: afterCheck},
	{ID: "mknod-disk", Name: "make a node for the host's disk", Source: "mknod(2)", Root: true,
		Closes: closes(sandbox.User, sandbox.Landlock), Tried: "makes the node where nobody sees it and opens it to read", Harmless: "nothing is read, and the node is gone at once"},
	{ID: "mount-propagation", Name: "have mounts appear on the host", Source: "mount_namespaces(7)", Closes: closes(sandbox.Mount), Root: true,
		Tried: "compares its mounts' peer groups with the host's", Harmless: "nothing is mounted"},

	{ID: "signal", Name: "end the host's processes", Source: "kill(2)", owners: true, Closes: closes(sandbox.PID, sandbox.User),
		Tried: "sends the canary signal 0, which only asks", Harmless: ownCanary},
	{ID: "ptrace", Name: "take over a process of the host's", Source: "ptrace(2)", reads: true,
		Closes: closes(sandbox.PID, sandbox.User, sandbox.Capabilities, sandbox.Landlock), Tried: "stops the canary, reads its memory, lets it go", Harmless: ownCanary},
	{ID: "process-read", Name: "read the memory of the host's processes", Source: "process_vm_readv(2)", reads: true,
		Closes: closes(sandbox.PID, sandbox.User, sandbox.Capabilities, sandbox.Landlock), Tried: "reads the canary's memory", Harmless: ownCanary},
	{ID: "process-write", Name: "write to the memory of the host's processes", Source: "process_vm_writev(2)",
		Closes: closes(sandbox.PID, sandbox.User, sandbox.Capabilities, sandbox.Landlock), Tried: "writes where the canary has left room", Harmless: ownCanary},
	{ID: "pidfd-getfd", Name: "take open files from the host's processes", Source: "pidfd_getfd(2)", reads: true,
		Closes: closes(sandbox.PID, sandbox.User, sandbox.Capabilities, sandbox.Seccomp, sandbox.Landlock), Tried: "takes a file of the canary's and reads it", Harmless: ownCanary},
	{ID: "proc-mem", Name: "read and write memory through an old /proc", Source: "proc_pid_mem(5)", reads: true,
		Closes: closes(sandbox.PID, sandbox.User, sandbox.Capabilities, sandbox.Landlock), Tried: "opens the canary's memory to write, and reads it", Harmless: ownCanary},
	{ID: "proc-root", Name: "enter the root of the host's processes", Source: "proc_pid_root(5)", reads: true,
		Closes: closes(sandbox.PID, sandbox.User, sandbox.Capabilities, sandbox.Landlock), Tried: "reads the canary's file through /proc/PID/root", Harmless: onlyRead},
	{ID: "proc-cwd", Name: "enter the directory of the host's processes", Source: "proc_pid_cwd(5)", reads: true,
		Closes: closes(sandbox.PID, sandbox.User, sandbox.Capabilities, sandbox.Landlock), Tried: "reads the canary's file through /proc/PID/cwd", Harmless: onlyRead},
	{ID: "proc-fd", Name: "open the open files of the host's processes", Source: "proc_pid_fd(5)", reads: true,
		Closes: closes(sandbox.PID, sandbox.User, sandbox.Capabilities, sandbox.Landlock), Tried: "reads what the canary has open", Harmless: onlyRead},
	{ID: "setns", Name: "enter the host's namespaces", Source: "setns(2)", Root: true,
		Closes: closes(sandbox.PID, sandbox.User, sandbox.Capabilities, sandbox.Seccomp, sandbox.Landlock), Tried: "enters the canary's uts namespace", Harmless: ownProcess},
	{ID: "descriptor", Name: "use an open file that was left behind", Source: "CVE-2024-21626", Closes: closes(),
		Tried: "looks for open files beside the standard ones", Harmless: "nothing is done with them"},
	{ID: "program", Name: "overwrite the program that starts commands", Source: "CVE-2019-5736", Closes: closes(),
		Tried: "opens its own program and its init's to write", Harmless: onlyOpened},

	{ID: "abstract-socket", Name: "talk to the host's services by abstract sockets", Source: "unix(7), CVE-2020-15257", reads: true,
		Closes: closes(sandbox.Net), Tried: "connects to the canary", Harmless: ownCanary},
	{ID: "loopback", Name: "talk to the host's services on its loopback", Source: "network_namespaces(7)", reads: true,
		Closes: closes(sandbox.Net), Tried: "connects to the canary on 127.0.0.1", Harmless: ownCanary},
	{ID: "packet-socket", Name: "listen to the host's network", Source: "packet(7), CVE-2020-14386", Root: true,
		Closes: closes(sandbox.Net, sandbox.User), Tried: "makes a socket that hears nothing in the network it is in", Harmless: madeAndShut},
	{ID: "shared-memory", Name: "attach the host's shared memory", Source: "shmat(2)", reads: true, owners: true,
		Closes: closes(sandbox.IPC, sandbox.User), Tried: "attaches the canary's segment by its number", Harmless: onlyRead},
	{ID: "key", Name: "read keys from the host's keyrings", Source: "keyrings(7), CVE-2016-0728", reads: true, owners: true,
		Closes: closes(sandbox.User, sandbox.Seccomp), Tried: "reads the canary's key by its number", Harmless: onlyRead},
	{ID: "terminal", Name: "send escape sequences to the host's terminals", Source: "console_codes(4)", owners: true,
		Closes: closes(sandbox.Root, sandbox.User), Tried: "writes to a pseudo terminal of the canary's", Harmless: ownCanary},
	{ID: "tiocsti", Name: "type on the host's terminals", Source: "ioctl_tty(2), CVE-2017-5226", Root: true,
		Closes: closes(sandbox.Root, sandbox.User, sandbox.Capabilities), Tried: "types a character into a pseudo terminal of the canary's", Harmless: ownCanary},

	{ID: "setuid-file", Name: "become root by a setuid program", Source: "execve(2)", Closes: closes(sandbox.NoNewPrivs), Root: true,
		Tried: "executes one as nobody and asks who it is", Harmless: "the program is tentpole's own and has no name"},
	{ID: "file-capabilities", Name: "get rights from a program that has them", Source: "capabilities(7)", Closes: closes(sandbox.NoNewPrivs), Root: true,
		Tried: "executes one as nobody and asks what it may", Harmless: "the program is tentpole's own and has no name"},
	{ID: "user-namespace", Name: "be root in a user namespace of one's own", Source: "user_namespaces(7), CVE-2022-0185", Closes: closes(sandbox.Seccomp),
		Tried: "makes one and mounts something in it", Harmless: mountedNot},
	{ID: "clone3", Name: "ask for namespaces where a filter cannot look", Source: "clone(2), seccomp(2)", Closes: closes(sandbox.Seccomp),
		Tried: "makes the call with arguments that are too short", Harmless: "nothing is cloned"},

	{ID: "32-bit-calls", Name: "go round the filter by 32-bit system calls", Source: "seccomp(2)", Closes: closes(sandbox.Seccomp),
		Tried: "asks for its process number by int 0x80", Harmless: "the call only asks"},
	{ID: "x32-calls", Name: "go round the filter by x32 system calls", Source: "seccomp(2)", Closes: closes(sandbox.Seccomp),
		Tried: "asks for its process number by the x32 table", Harmless: "the call only asks"},
	{ID: "bpf", Name: "load programs into the kernel: bpf", Source: "bpf(2), CVE-2021-3490", Root: true,
		Closes: closes(sandbox.User, sandbox.Capabilities, sandbox.Seccomp), Tried: "makes a map of one number", Harmless: madeAndShut},
	{ID: "io-uring", Name: "have the kernel work behind the filter's back: io_uring", Source: "io_uring_setup(2), CVE-2022-29582",
		Closes: closes(sandbox.Seccomp), Tried: "makes a ring of one entry", Harmless: madeAndShut},
	{ID: "userfaultfd", Name: "hold the kernel up at a page fault", Source: "userfaultfd(2)", Root: true,
		Closes: closes(sandbox.User, sandbox.Capabilities, sandbox.Seccomp), Tried: "makes one that handles the kernel's faults, for no memory", Harmless: madeAndShut},
	{ID: "perf-event", Name: "watch everything that a processor does", Source: "perf_event_open(2), CVE-2013-2094", Root: true,
		Closes: closes(sandbox.User, sandbox.Capabilities, sandbox.Seccomp), Tried: "makes a counter for a whole processor, switched off", Harmless: madeAndShut},
	{ID: "fanotify", Name: "hold up other processes when they open files", Source: "fanotify_init(2)", Root: true,
		Closes: closes(sandbox.User, sandbox.Capabilities, sandbox.Seccomp), Tried: "makes a group that watches nothing", Harmless: madeAndShut},
	{ID: "personality", Name: "switch the randomisation of addresses off", Source: "personality(2)",
		Closes: closes(sandbox.Seccomp), Tried: "switches it off for a thread of its own, and on again", Harmless: "no program is started meanwhile"},
	{ID: "module", Name: "load a kernel module", Source: "init_module(2)", Root: true,
		Closes: closes(sandbox.User, sandbox.Capabilities, sandbox.Seccomp), Tried: "loads one from no file", Harmless: afterCheck},
	{ID: "kexec", Name: "start another kernel", Source: "kexec_load(2)", Root: true,
		Closes: closes(sandbox.User, sandbox.Capabilities, sandbox.Seccomp), Tried: "loads one with flags that there are not", Harmless: afterCheck},
	{ID: "set-clock", Name: "change the machine's clock", Source: "adjtimex(2)", Root: true,
		Closes: closes(sandbox.User, sandbox.Capabilities), Tried: "asks for ticks of no length", Harmless: afterCheck},
	{ID: "hostname", Name: "rename the machine", Source: "sethostname(2)", Root: true,
		Closes: closes(sandbox.UTS, sandbox.User, sandbox.Capabilities, sandbox.Seccomp), Tried: "asks for a name that is too long", Harmless: afterCheck},
	{ID: "swapon", Name: "have the kernel swap to a file of one's choice", Source: "swapon(2)", Root: true,
		Closes: closes(sandbox.User, sandbox.Capabilities, sandbox.Seccomp), Tried: "asks without naming a file", Harmless: afterCheck},
	{ID: "accounting", Name: "have the kernel write to a file of one's choice", Source: "acct(2)", Root: true,
		Closes: closes(sandbox.User, sandbox.Capabilities, sandbox.Seccomp), Tried: "asks without naming a file", Harmless: afterCheck},
	{ID: "io-ports", Name: "talk to the machine's devices directly", Source: "ioperm(2)", Root: true,
		Closes: closes(sandbox.User, sandbox.Capabilities, sandbox.Seccomp), Tried: "asks for the port that does nothing", Harmless: ownProcess},
	{ID: "kernel-log", Name: "read the host's log", Source: "syslog(2)", Root: true,
		Closes: closes(sandbox.User, sandbox.Capabilities, sandbox.Seccomp), Tried: "reads a line", Harmless: "the line stays there"},
	{ID: "vsock", Name: "talk to the hypervisor past the network", Source: "vsock(7)",
		Closes: closes(sandbox.Seccomp), Tried: "makes a socket and connects to nobody", Harmless: madeAndShut},
	{ID: "vsock-high-bits", Name: "the same, with bits that only the filter sees", Source: "seccomp(2)",
		Closes: closes(sandbox.Seccomp), Tried: "adds 2³² to the address family, which the kernel cuts off", Harmless: madeAndShut},
}
