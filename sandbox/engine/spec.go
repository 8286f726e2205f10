package engine

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/sandbox/network"
)

// body is what a container is made from: ContainerCreate of the Engine API.
type body struct {
	Image                             string
	Hostname                          string `json:",omitempty"`
	WorkingDir                        string
	Env, Entrypoint, Cmd              []string
	Labels                            map[string]string
	AttachStdin, OpenStdin, StdinOnce bool
	ExposedPorts                      map[string]struct{} `json:",omitempty"`
	HostConfig                        hostConfig
}

type hostConfig struct {
	AutoRemove         bool
	Memory, MemorySwap int64                `json:",omitempty"`
	NanoCpus           int64                `json:",omitempty"`
	CpuShares          int64                `json:",omitempty"`
	PidsLimit          int64                `json:",omitempty"`
	Binds              []string             `json:",omitempty"`
	Tmpfs              map[string]string    `json:",omitempty"`
	PortBindings       map[string][]binding `json:",omitempty"`
	NetworkMode        string               `json:",omitempty"`
	CapDrop, CapAdd    []string             `json:",omitempty"`
	PidMode, IpcMode   string               `json:",omitempty"`
	UTSMode            string               `json:",omitempty"`
	CgroupnsMode       string               `json:",omitempty"`
	MaskedPaths        *[]string            `json:",omitempty"` // nil: the engine's own
	ReadonlyPaths      *[]string            `json:",omitempty"`
	SecurityOpt        []string             `json:",omitempty"`
	LogConfig          struct{ Type string }
}

// binding is a port of the host's that leads to one inside.
type binding struct {
	HostIP   string `json:"HostIp"`
	HostPort string
}

// refusals are what a spec can ask for and an engine cannot be told.
var refusals = []struct {
	asked func(sandbox.Spec) bool
	what  string
}{
	{func(s sandbox.Spec) bool { return s.Layers&^raises != 0 }, "the layers user, time, io or landlock of its own"},
	{func(s sandbox.Spec) bool {
		return s.Root != "" && s.Root != sandbox.RootTiny && s.Root != sandbox.RootImage
	}, "a root that is no image"},
	{func(s sandbox.Spec) bool { return s.ReadOnly }, "a read-only root, into which no program can be put"},
	{func(s sandbox.Spec) bool { return s.Upper == sandbox.UpperMemory }, "an upper directory in memory"},
	{func(s sandbox.Spec) bool { return len(s.Join) > 0 }, "namespaces of a sandbox's"},
	{func(s sandbox.Spec) bool { return s.Limits.MemoryHigh > 0 || len(s.Limits.IO) > 0 }, "limits of memory.high or io"},
	{func(s sandbox.Spec) bool { return !s.Calls.IsZero() }, "system calls chosen one by one"},
	{func(s sandbox.Spec) bool { return !s.Access.IsZero() }, "a Landlock domain"},
}

// raises are the layers that an engine raises by itself, or can be told to.
var raises = sandbox.Set(sandbox.Mount, sandbox.Root, sandbox.UTS, sandbox.IPC, sandbox.PID, sandbox.Net, sandbox.Memory, sandbox.CPU,
	sandbox.PIDs, sandbox.Cgroup, sandbox.Capabilities, sandbox.NoNewPrivs, sandbox.Seccomp, sandbox.Masks)

// body writes down the spec as the engine's API has it.
func (e *Engine) body(spec sandbox.Spec) (body, error) {
	for _, r := range refusals {
		if r.asked(spec) {
			return body{}, &sandbox.Error{Op: "make a container of " + e.Title + "'s with", Target: r.what, Err: sandbox.ErrNotSupported,
				Remedy: "leave it out, or use a sandbox of tentpole's own"}
		}
	}
	b := body{Hostname: spec.Hostname, WorkingDir: "/", AttachStdin: true, OpenStdin: true, StdinOnce: true}
	b.HostConfig.AutoRemove = true
	b.HostConfig.LogConfig.Type = "none"
	for _, write := range []func(sandbox.Spec, *body){limits, places, networks, rights} {
		write(spec, &b)
	}
	for _, l := range lifted {
		if spec.Layers != 0 && !spec.Layers.Has(l.layer) {
			l.lift(&b.HostConfig)
		}
	}
	return b, nil
}

// lifted are the layers that an engine raises unless it is told not to: which it
// is by a spec that names layers, and not these.
var lifted = []struct {
	layer sandbox.Layer
	lift  func(*hostConfig)
}{
	{sandbox.PID, func(h *hostConfig) { h.PidMode = "host" }},
	{sandbox.IPC, func(h *hostConfig) { h.IpcMode = "host" }},
	{sandbox.UTS, func(h *hostConfig) { h.UTSMode = "host" }},
	{sandbox.Net, func(h *hostConfig) { h.NetworkMode = "host" }},
	{sandbox.Cgroup, func(h *hostConfig) { h.CgroupnsMode = "host" }},
	{sandbox.Capabilities, allCapabilities},
	{sandbox.Seccomp, func(h *hostConfig) { h.SecurityOpt = append(h.SecurityOpt, "seccomp=unconfined") }},
	{sandbox.Masks, func(h *hostConfig) { h.MaskedPaths, h.ReadonlyPaths = &[]string{}, &[]string{} }},
}

// allCapabilities leaves out what nobody on this machine can have: an engine that
// is in a container itself cannot give it.
func allCapabilities(h *hostConfig) {
	h.CapAdd = []string{"ALL"}
	self, err := facts.Self(context.Background())
	if err != nil {
		return
	}
	for _, name := range sandbox.CapabilityNames() {
		if !slices.Contains(self.Capabilities.Bounding, "CAP_"+strings.ToUpper(name)) {
			h.CapDrop = append(h.CapDrop, name)
		}
	}
}

// limits are those of the spec. Swap is held at none with a limit on memory: else
// nobody dies of it on a machine that swaps.
func limits(spec sandbox.Spec, b *body) {
	l, h := spec.Limits, &b.HostConfig
	preset := sandbox.DefaultLimits
	if spec.Layers.Has(sandbox.Memory) && l.Memory == 0 {
		l.Memory = preset.Memory
	}
	if spec.Layers.Has(sandbox.CPU) && l.CPUs == 0 && l.Weight == 0 {
		l.CPUs = preset.CPUs
	}
	if spec.Layers.Has(sandbox.PIDs) && l.PIDs == 0 {
		l.PIDs = preset.PIDs
	}
	if l.Memory > 0 {
		h.Memory, h.MemorySwap = l.Memory, l.Memory+l.Swap
	}
	h.NanoCpus, h.CpuShares, h.PidsLimit = int64(l.CPUs*1e9), int64(l.Weight)*1024/100, l.PIDs
}

func places(spec sandbox.Spec, b *body) {
	for _, v := range spec.Volumes {
		word := v.Source + ":" + v.Target
		if v.ReadOnly {
			word += ":ro"
		}
		b.HostConfig.Binds = append(b.HostConfig.Binds, word)
	}
	for _, t := range spec.Tmpfs {
		if b.HostConfig.Tmpfs == nil {
			b.HostConfig.Tmpfs = map[string]string{}
		}
		size := t.Size
		if size == 0 {
			size = sandbox.DefaultTmpfsSize
		}
		b.HostConfig.Tmpfs[t.Target] = fmt.Sprintf("size=%d", size)
	}
}

// networks leaves it to the engine which network that is, its bridge as a rule,
// unless the spec wants none or the host's. Who publishes has one.
func networks(spec sandbox.Spec, b *body) {
	if (spec.Network == network.KindNone || spec.Network == network.KindHost) && len(spec.Publish) == 0 {
		b.HostConfig.NetworkMode = string(spec.Network)
	}
	for _, p := range spec.Publish {
		if b.ExposedPorts == nil {
			b.ExposedPorts, b.HostConfig.PortBindings = map[string]struct{}{}, map[string][]binding{}
		}
		inside := fmt.Sprintf("%d/tcp", p.Inside)
		b.ExposedPorts[inside] = struct{}{}
		b.HostConfig.PortBindings[inside] = append(b.HostConfig.PortBindings[inside], publish(p))
	}
}

// publish binds to the machine's own loopback where no address is given: nobody
// on the network is served unasked.
func publish(p network.Port) binding {
	b := binding{HostIP: "127.0.0.1"}
	if p.Address.IsValid() {
		b.HostIP = p.Address.String()
	}
	if p.Host != 0 {
		b.HostPort = strconv.Itoa(int(p.Host))
	}
	return b
}

func rights(spec sandbox.Spec, b *body) {
	h := &b.HostConfig
	if spec.Capabilities != nil {
		h.CapDrop, h.CapAdd = []string{"ALL"}, spec.Capabilities
	}
	if spec.Layers.Has(sandbox.NoNewPrivs) {
		h.SecurityOpt = append(h.SecurityOpt, "no-new-privileges")
	}
}

// listening is where the host listens for ports of the container.
func (f found) listening() (list []network.Listening) {
	for inside, bindings := range f.NetworkSettings.Ports {
		var port uint16
		if _, err := fmt.Sscanf(inside, "%d/tcp", &port); err != nil {
			continue
		}
		for _, b := range bindings {
			if at, err := netip.ParseAddrPort(joined(b)); err == nil {
				list = append(list, network.Listening{Address: at, Inside: port})
			}
		}
	}
	return list
}

func joined(b binding) string {
	if a, err := netip.ParseAddr(b.HostIP); err == nil && a.Is6() {
		return "[" + b.HostIP + "]:" + b.HostPort
	}
	return b.HostIP + ":" + b.HostPort
}

// addresses are the container's own, on the engine's networks.
func (f found) addresses() (list []netip.Addr) {
	for _, n := range f.NetworkSettings.Networks {
		for _, word := range []string{n.IPAddress, n.GlobalIPv6Address} {
			if a, err := netip.ParseAddr(word); err == nil {
				list = append(list, a)
			}
		}
	}
	return list
}
