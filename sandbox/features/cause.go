package features

import (
	"errors"
	"os/exec"
	"syscall"

	"github.com/tentpole-labs/tentpole/sandbox/features/internal/probe"
)

// A cause is a known reason for a refusal, and what to do about it.
type cause struct {
	name    string
	holds   func(scene) bool
	because func(scene) string
	remedy  func(scene) string
	// settles makes an answer conclusive that the kernel also gives for a while.
	settles bool
}

func text(words string) func(scene) string { return func(scene) string { return words } }

// itself is what the error says a person can do.
func itself(s scene) string { return remedyOf(s.err) }

const sudoOrVM = "run sudo tentpole, or use a virtual machine"

// causes are tried in order; the most specific come first. What each of them
// reads only explains: the probe has already been refused.
var causes = []cause{
	{
		name:    "wsl1",
		holds:   func(s scene) bool { return surroundingOf(s.root).name == "wsl1" && (s.unknown() || s.denied()) },
		because: text("WSL 1 translates system calls and has no namespaces"),
		remedy:  way,
	},
	{
		// By default since Ubuntu 24.04: a user namespace can be made and is powerless.
		name: "apparmor",
		holds: func(s scene) bool {
			return s.rootless() && s.denied() && s.read("proc/sys/kernel/apparmor_restrict_unprivileged_userns") == "1"
		},
		because: text("AppArmor on this machine allows user namespaces only to programs with a profile"),
		remedy:  profile,
	},
	{
		// Debian 10, Arch's linux-hardened.
		name: "userns-clone",
		holds: func(s scene) bool {
			return s.rootless() && s.denied() && s.read("proc/sys/kernel/unprivileged_userns_clone") == "0"
		},
		because: text("this kernel keeps user namespaces for root (kernel.unprivileged_userns_clone is 0)"),
		remedy:  text(sudoOrVM),
	},
	{
		name:  "no-namespaces",
		holds: func(s scene) bool { return s.is(syscall.ENOSPC, syscall.EUSERS) && s.exhausted() != "" },
		because: func(s scene) string {
			return "this machine allows none of these namespaces (" + s.exhausted() + " is 0)"
		},
		remedy:  text("use a virtual machine, or ask whoever administers this one to allow some"),
		settles: true,
	},
	{
		name:  "old-kernel",
		holds: func(s scene) bool { return s.older() && (s.unknown() || s.denied()) },
		because: func(s scene) string {
			return "the kernel is " + release(s) + ", and " + s.feature.Kernel + " is the first that can"
		},
		remedy: func(s scene) string { return "use kernel " + s.feature.Kernel + " or later" + s.asRoot() },
	},
	{
		name:    "without-effect",
		holds:   func(s scene) bool { var e *probe.Error; return errors.As(s.err, &e) && e.Idle },
		because: text("what answers for the kernel here only says yes, as an emulation may"),
		remedy:  text("use a machine with a Linux kernel of its own, such as a virtual one"),
	},
	{
		name:  "covered-proc",
		holds: func(s scene) bool { return s.feature.ID == "proc" && s.is(syscall.EPERM) && len(covers(s.root)) > 0 },
		because: func(s scene) string {
			return "parts of /proc are covered (" + some(covers(s.root)) + "), so the kernel shows no other"
		},
		remedy: way,
	},
	{
		name: "contained",
		holds: func(s scene) bool {
			return s.denied() && s.feature.where != onHost && !s.limits() && s.feature.asks != needsRoot && surroundingOf(s.root).way != ""
		},
		because: func(s scene) string {
			return "tentpole runs inside " + surroundingOf(s.root).what + ", which forbids this"
		},
		remedy: way,
	},
	{
		name:    "tent-v1",
		holds:   func(s scene) bool { return s.inTent() && (s.limits() || s.is(noOwnCgroup)) && !exists(s.root, unified) },
		because: text("a tent can have limits inside on cgroup v2 only, and the machine of this class has v1"),
		remedy:  text(ownMachine + "; whoever runs the class can boot with systemd.unified_cgroup_hierarchy=1 on the kernel's command line"),
	},
	{
		name:    "tent",
		holds:   func(s scene) bool { return s.inTent() && notInTents[s.feature.ID] != "" },
		because: func(s scene) string { return notInTents[s.feature.ID] },
		remedy:  text(ownMachine),
	},
	{
		name:    "landlock-off",
		holds:   func(s scene) bool { return s.feature.ID == "landlock" && s.is(syscall.EOPNOTSUPP) },
		because: text("this kernel has Landlock, and it was not switched on at boot"),
		remedy:  securityModules,
	},
	{
		name: "no-newuidmap",
		holds: func(s scene) bool {
			return s.feature.ID == "sub-ids" && s.is(exec.ErrNotFound)
		},
		because: text("the programs newuidmap and newgidmap are not installed"),
		remedy:  func(s scene) string { return distributionOf(s.root).subIDPackage() },
	},
	{
		name:    "no-sub-ids",
		holds:   func(s scene) bool { var none *noSpanError; return errors.As(s.err, &none) },
		because: text("nobody has given this user ids besides their own"),
		remedy:  subIDRange,
	},
	{
		name:    "no-own-cgroup",
		holds:   func(s scene) bool { return s.is(noOwnCgroup) },
		because: text("no cgroup of the v2 hierarchy is this user's"),
		remedy:  text("log in through systemd (a console, ssh or a desktop), or run sudo tentpole"),
	},
	{
		name: "no-delegation-wsl2",
		holds: func(s scene) bool {
			return s.limits() && !s.caller.admin && surroundingOf(s.root).name == "wsl2" && !booted(s.root)
		},
		because: text("WSL runs without systemd here, so nobody hands a cgroup to this user"),
		remedy: text("add to /etc/wsl.conf\n  [boot]\n  systemd=true\nthen, in PowerShell:\n  wsl --shutdown\n" +
			"and open the distribution again; or run sudo tentpole"),
	},
	{
		name: "cgroup-v1",
		holds: func(s scene) bool {
			return s.limits() && !s.caller.admin && exists(s.root, "sys/fs/cgroup") && !exists(s.root, unified) && surroundingOf(s.root).way == ""
		},
		because: text("limits are those of cgroup v1 here, which is not handed to ordinary users"),
		remedy: func(s scene) string {
			if booted(s.root) {
				return "run sudo tentpole, or boot with systemd.unified_cgroup_hierarchy=1 on the kernel's command line"
			}
			return "run sudo tentpole"
		},
	},
	{
		name:    "no-delegation",
		holds:   func(s scene) bool { return s.limits() && s.undelegated() != "" },
		because: func(s scene) string { return "systemd hands this user only " + s.undelegated() },
		remedy:  text(delegation),
	},
	{
		name:    "missing-capability",
		holds:   func(s scene) bool { return s.denied() && s.caller.uid == 0 && s.lacks() },
		because: func(s scene) string { return "root has no " + s.feature.Capability + " here" },
		remedy:  text(moreCapabilities),
	},
	{
		name:    "rights",
		holds:   func(s scene) bool { return s.feature.ID == "rights" },
		because: func(s scene) string { return "without, " + lost(missingRights(s.root)) },
		remedy:  text(moreCapabilities),
	},
	{
		name:    "root-only",
		holds:   func(s scene) bool { return s.feature.asks == needsRoot && !s.caller.admin },
		because: text("links and rules of the host are root's"),
		remedy:  text("run sudo tentpole, or publish ports with -p, which takes no rights"),
	},
	{
		name: "module",
		holds: func(s scene) bool {
			return modules[s.feature.ID] != "" && s.is(syscall.ENODEV, syscall.EOPNOTSUPP, syscall.EPROTONOSUPPORT, syscall.ENOENT)
		},
		because: text("the kernel lacks a module, or it is not loaded"),
		remedy:  func(s scene) string { return "sudo modprobe -a " + modules[s.feature.ID] },
	},
	{
		name:    "state-full",
		holds:   func(s scene) bool { return s.storage() && s.is(syscall.ENOSPC, syscall.EDQUOT) },
		because: text("the disk under the state directory is full"),
		remedy:  text("free some space, or " + elsewhere),
	},
	{
		name: "state-unwritable",
		holds: func(s scene) bool {
			return s.storage() && s.is(syscall.EROFS, syscall.EACCES, syscall.EPERM, syscall.ENOENT, syscall.ENOTDIR)
		},
		because: text("the state directory cannot be written"),
		remedy:  text(elsewhere),
	},
	{
		name:    "state-no-upper",
		holds:   func(s scene) bool { return s.feature.ID == "upper" && s.unknown() },
		because: text("the file system of the state directory cannot hold what an overlay catches"),
		remedy:  text(elsewhere + ", on ext4, xfs, btrfs or a tmpfs"),
	},
	{
		name:    "namespaces-used-up",
		holds:   func(s scene) bool { return s.is(syscall.ENOSPC, syscall.EUSERS) },
		because: text("a limit on namespaces is reached (user.max_*_namespaces), or a disk is full"),
		remedy:  text("end other sandboxes, or free some space"),
	},
	{
		name:    "as-it-says",
		holds:   func(s scene) bool { return remedyOf(s.err) != "" },
		because: text(""),
		remedy:  itself,
	},
	{
		name:    "unknown-to-kernel",
		holds:   scene.unknown,
		because: func(s scene) string { return "this kernel (" + release(s) + ") was built without it" },
		remedy:  text("use a kernel of a distribution"),
	},
	{
		name:    "denied",
		holds:   func(s scene) bool { return s.denied() && !s.caller.admin },
		because: text(""),
		remedy:  text("run sudo tentpole doctor to see whether it is a matter of rights"),
	},
	{
		name:    "not-now",
		holds:   func(s scene) bool { return !conclusive(s.err) },
		because: text("the try came to no end, so this is neither yes nor no"),
		remedy:  text("try again in a moment"),
	},
	{
		name:    "else",
		holds:   func(scene) bool { return true },
		because: text(""),
		remedy:  text("look whether the kernel's log (dmesg) says more"),
	},
}

// way is that of what the machine runs in.
func way(s scene) string {
	if w := surroundingOf(s.root).way; w != "" {
		return w
	}
	return "uncover them, or run tentpole outside of what covers them"
}

// modules are what modprobe(8) loads for a feature.
var modules = map[string]string{
	"overlay": "overlay", "overlay-id-map": "overlay", "overlay-user": "overlay", "overlay-volatile": "overlay",
	"veth": "veth", "bridge": "bridge veth", "nat": "nf_tables nft_ct nft_masq nft_chain_nat",
}
