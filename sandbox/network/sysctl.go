package network

import "fmt"

// A setting of the kernel's network is named by its path below /proc/sys, as
// sysctl(8) takes it: an interface's name may hold dots, but no slash. They
// are per network namespace; Documentation/networking/ip-sysctl.rst.

// family is one of the two protocols, by the name of its settings.
type family string

const (
	ipv4 family = "ipv4"
	ipv6 family = "ipv6"
)

// setting names a setting of one link, or of "all" or "default".
func (f family) setting(link, name string) string {
	return fmt.Sprintf("net/%s/conf/%s/%s", f, link, name)
}

// forwarding names the switch that lets packets of this protocol pass from one
// link to another, for one link. In IPv4 "forwarding" can be set by link. In
// IPv6 that one decides only whether the link listens to routers, and packets
// are forwarded either on all links or on none, but for "force_forwarding",
// since Linux 6.17.
func (f family) forwarding(link string) string {
	if f == ipv6 {
		return f.setting(link, "force_forwarding")
	}
	return f.setting(link, "forwarding")
}

// WriteSysctl sets a setting.
type WriteSysctl struct {
	place
	Key   string
	Value string
}

func (w WriteSysctl) String() string {
	return w.says("write", w.Value, "to", "/proc/sys/"+w.Key)
}

func (w WriteSysctl) Command() string { return w.command("sysctl", "-w", w.Key+"="+w.Value) }

// Saved is a setting of the host's that was changed, as it was before.
type Saved struct {
	Link   string `json:"link"`
	Key    string `json:"key"`
	Before string `json:"before"`
	// Global is the setting for all links at once. When somebody has switched
	// that on meanwhile, they want this one on as well: it is left alone.
	Global string `json:"global"`
}

// RestoreSysctl puts a setting back, unless its link is gone, or somebody else
// has switched all links on.
type RestoreSysctl struct {
	place
	Saved
}

func (r RestoreSysctl) String() string {
	return r.says("write", r.Before, "to", "/proc/sys/"+r.Key, "as before")
}

func (r RestoreSysctl) Command() string { return r.command("sysctl", "-w", r.Key+"="+r.Before) }
