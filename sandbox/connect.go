package sandbox

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox/features"
	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
	"github.com/tentpole-labs/tentpole/sandbox/network"
)

// connection is a step that connects the sandbox's network: an operation of
// package network, which the parent performs.
type connection struct{ network.Operation }

// Acts implements Operation: the parent acts, on links and rules of its own.
func (connection) Acts() []string { return nil }

// Join makes namespaces of another sandbox this one's as well: isolation
// lessened on request.
type Join struct {
	Name       string   `json:"name"` // of a running sandbox
	Namespaces LayerSet `json:"namespaces"`
}

// joinable are the namespaces that can be shared with another sandbox.
var joinable = []Layer{Net, IPC, UTS}

// ParseJoin reads NAME:net,ipc.
func ParseJoin(word string) (Join, error) {
	name, list, found := strings.Cut(word, ":")
	if !found || name == "" || list == "" {
		return Join{}, &UsageError{What: "join", Word: word, Why: "it is NAME:net,ipc: a running sandbox, and which of its namespaces"}
	}
	set, err := ParseLayers(list)
	if err != nil {
		return Join{}, err
	}
	j := Join{name, set}
	return j, j.check()
}

func (j Join) check() error {
	for _, l := range j.Namespaces.List() {
		if !slices.Contains(joinable, l) {
			return &UsageError{What: "namespace to join", Word: string(l), Known: []string{"net", "ipc", "uts"}}
		}
	}
	return nil
}

func (s Spec) checkNetwork() error {
	if s.Network != "" {
		if _, ok := network.ParseKind(string(s.Network)); !ok {
			var known []string
			for _, k := range network.Kinds {
				known = append(known, string(k.Kind))
			}
			return &UsageError{What: "network", Word: string(s.Network), Known: known}
		}
	}
	if s.Network == network.KindHost && len(s.Publish) > 0 {
		return &UsageError{What: "port", Word: s.Publish[0].String(), Why: "with the host's network every port inside is one of the host's: leave -p out"}
	}
	for _, j := range s.Join {
		if err := j.check(); err != nil {
			return err
		}
		if j.Namespaces.Has(Net) && s.Network != "" {
			return &UsageError{What: "network", Word: string(s.Network), Why: "it is that of " + j.Name + ", which --join says"}
		}
	}
	return nil
}

// joined are the namespaces that are another sandbox's.
func (p *Plan) joined() (set LayerSet) {
	for _, j := range p.Spec.Join {
		set |= j.Namespaces
	}
	return set
}

// connect plans how the network is connected to the others.
func (p *Plan) connect() error {
	if p.Spec.Network != network.KindBridge {
		return nil
	}
	if p.Rootless {
		return &features.NotSupportedError{Feature: "--network bridge for an ordinary user", Cause: fmt.Errorf("links and rules of the host are root's to make"),
			Remedy: "run sudo tentpole, or publish ports with -p, which needs no rights"}
	}
	if p.machine.lookAtNetwork == nil {
		return &features.NotSupportedError{Feature: "--network bridge"}
	}
	m, err := p.machine.lookAtNetwork()
	if err != nil {
		return err
	}
	plan, err := m.Plan(p.owned)
	if err != nil {
		return err
	}
	p.network, p.Notes = &plan, append(p.Notes, plan.Notes...)
	return nil
}

// networkSteps list what connects the network, and who answers to names there.
func (p *Plan) networkSteps() {
	if p.network == nil {
		return
	}
	for _, o := range p.network.Operations {
		p.add(Step{Operation: connection{o}, Layer: Net, Parent: true, Why: "a cable from the sandbox to a bridge on the host, and a way out"})
	}
}

// nameSteps write down whom to ask for names, in a root of the sandbox's own.
func (p *Plan) nameSteps() {
	switch {
	case p.network == nil:
	case !p.Root.Own():
		p.Notes = append(p.Notes, "With the host's root, names are asked for as on the host: a name server on its loopback is not reached from inside.")
	default:
		p.child(Net, "whom to ask for names", op.WriteFile{Path: resolvConf, Content: p.network.Names.Content})
		p.child(Net, "its own name and address", op.WriteFile{Path: hostsFile, Content: network.Hosts(p.Spec.Hostname, p.network.Address.IPv4.Addr(), p.network.Address.IPv6.Addr())})
	}
}

const (
	resolvConf = "/etc/resolv.conf"
	hostsFile  = "/etc/hosts"
)
