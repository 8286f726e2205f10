package sandbox

import (
	"slices"
	"strings"

	"github.com/moby/sys/capability"

	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
)

// DefaultCapabilities are those that Docker leaves a container, by its own
// list; the kernel knows about forty.
var DefaultCapabilities = []string{
	"chown", "dac_override", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap", "net_bind_service", "net_raw",
	"sys_chroot", "mknod", "audit_write", "setfcap",
}

// CapabilityNames are all that this version knows, without CAP_.
func CapabilityNames() []string {
	var names []string
	for _, c := range capability.ListKnown() {
		names = append(names, c.String())
	}
	return names
}

// ParseCapabilities reads a list such as "chown,CAP_KILL"; "all", "none" and
// "default" stand for what they say.
func ParseCapabilities(list string) ([]string, error) {
	keep := []string{}
	for _, word := range strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' }) {
		name := strings.TrimPrefix(strings.ToLower(word), "cap_")
		switch {
		case name == "none":
		case name == "default":
			keep = append(keep, DefaultCapabilities...)
		case name == "all":
			keep = append(keep, CapabilityNames()...)
		case slices.Contains(CapabilityNames(), name):
			keep = append(keep, name)
		default:
			return nil, &UsageError{What: "capability", Word: word, Known: CapabilityNames()}
		}
	}
	slices.Sort(keep)
	return slices.Compact(keep), nil
}

func (s Spec) checkCapabilities() error {
	for _, name := range s.Capabilities {
		if !slices.Contains(CapabilityNames(), name) {
			return &UsageError{What: "capability", Word: name, Known: CapabilityNames()}
		}
	}
	return nil
}

// kept are the capabilities that commands keep.
func (p *Plan) kept() []string {
	switch {
	case !p.Layers.Has(Capabilities):
		return CapabilityNames()
	case p.Spec.Capabilities == nil:
		return DefaultCapabilities
	}
	return p.Spec.Capabilities
}

// limitCapabilities is the operation that leaves the kept ones. The kernel's
// last capability bounds what can be dropped.
func limitCapabilities(keep []string, last int) op.LimitCapabilities {
	o := op.LimitCapabilities{Keep: slices.Clone(keep)}
	for _, c := range capability.ListKnown() {
		if int(c) > last || slices.Contains(keep, c.String()) {
			continue
		}
		o.Drop = append(o.Drop, c.String())
		o.Bits = append(o.Bits, int(c))
	}
	return o
}
