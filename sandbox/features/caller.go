package features

import (
	"io/fs"
	"strconv"
	"strings"

	"github.com/moby/sys/capability"
)

// caller is who asks.
type caller struct {
	uid  int
	name string // "" when /etc/passwd does not know it
	// admin is root of the machine: uid 0 of the initial user namespace, with
	// CAP_SYS_ADMIN. Root of a container is not.
	admin bool
}

// everyID is the map of the initial user namespace; user_namespaces(7).
const everyID = "0 0 4294967295"

func callerOf(root fs.FS, uid int) caller {
	c := caller{uid: uid, name: userName(root, uid)}
	ids := strings.Join(strings.Fields(read(root, "proc/self/uid_map")), " ")
	c.admin = uid == 0 && ids == everyID && holds(root, "cap_sys_admin")
	return c
}

// userName looks a user up; passwd(5).
func userName(root fs.FS, uid int) string {
	for line := range strings.Lines(read(root, "etc/passwd")) {
		if f := strings.Split(line, ":"); len(f) > 2 && f[2] == strconv.Itoa(uid) {
			return f[0]
		}
	}
	return ""
}

// effective reads the effective set; capabilities(7).
func effective(root fs.FS) uint64 {
	_, rest, _ := strings.Cut(read(root, "proc/self/status"), "CapEff:")
	word, _, _ := strings.Cut(strings.TrimSpace(rest), "\n")
	set, _ := strconv.ParseUint(word, 16, 64)
	return set
}

// holds tells whether the caller has a capability.
func holds(root fs.FS, name string) bool {
	c, ok := capabilityNamed(name)
	return ok && effective(root)&(1<<c) != 0
}

func capabilityNamed(name string) (capability.Cap, bool) {
	for _, c := range capability.ListKnown() {
		if "cap_"+c.String() == name {
			return c, true
		}
	}
	return 0, false
}

// missingRights lists the capabilities of root's that the caller has not, of
// those that the kernel knows.
func missingRights(root fs.FS) []string {
	last, err := strconv.Atoi(read(root, "proc/sys/kernel/cap_last_cap"))
	if err != nil {
		return nil
	}
	var missing []string
	for _, c := range capability.ListKnown() {
		if int(c) <= last && effective(root)&(1<<c) == 0 {
			missing = append(missing, "cap_"+c.String())
		}
	}
	return missing
}

// losses are what root cannot do without a capability. Without one that is not
// here, tentpole does all it can do.
var losses = []struct{ capability, cost string }{
	{"cap_chown", "no upper directory can be given to a sandbox's root"},
	{"cap_dac_override", "files of other users cannot be shown and searched"},
	{"cap_kill", "processes of a sandbox's own ids cannot be ended by signals"},
	{"cap_setuid", "no range of user ids can be mapped"},
	{"cap_setgid", "no range of group ids can be mapped"},
	{"cap_setpcap", "capabilities cannot be taken from a sandbox"},
	{"cap_setfcap", "uid 0 cannot be mapped"},
	{"cap_net_admin", "there is no bridge"},
	{"cap_mknod", "there is no /dev for a root of one's own"},
	{"cap_sys_chroot", "no mount namespace can be joined"},
	{"cap_sys_ptrace", "the namespaces of other users' processes cannot be read"},
	{"cap_sys_resource", "limits of resources (ulimit) cannot be raised again"},
}

// lost says what is lost without capabilities.
func lost(missing []string) string {
	var said []string
	for _, name := range missing {
		for _, l := range losses {
			if l.capability == name {
				said = append(said, l.cost)
			}
		}
	}
	if len(said) == 0 {
		return "tentpole needs none of them"
	}
	return strings.Join(said, "; ")
}
