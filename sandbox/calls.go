package sandbox

import (
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
	"github.com/tentpole-labs/tentpole/sandbox/seccomp"
)

// CallRules say which system calls are left: a profile, and calls beside it.
type CallRules struct {
	// Profile is "" or "docker" for Docker's default, "all" or "none" for all
	// calls or none to begin with, or a profile in JSON.
	Profile string `json:"profile,omitempty"`
	// Allow and Deny are names of calls that are allowed or refused whatever
	// the profile says; a name in both is refused.
	Allow []string `json:"allow,omitempty"`
	Deny  []string `json:"deny,omitempty"`
}

// IsZero tells whether nothing is said.
func (c CallRules) IsZero() bool { return c.Profile == "" && len(c.Allow) == 0 && len(c.Deny) == 0 }

// profiles are those with a name.
var profiles = []struct {
	name, say string
	make      func(seccomp.Target) (seccomp.Policy, error)
}{
	{"docker", "Docker's default profile", docker},
	{"all", "all calls", func(t seccomp.Target) (seccomp.Policy, error) { return seccomp.Deny(t.Arch) }},
	{"none", "no calls", func(t seccomp.Target) (seccomp.Policy, error) { return seccomp.Allow(t.Arch) }},
}

// docker is Docker's default profile without its gap: it allows socket(2) for
// all families above AF_VSOCK, compared in 64 bits. The kernel takes 32, so
// AF_VSOCK plus 2³² passes and makes the very socket that is meant to be
// refused. Here the families from 41 to 47 are allowed, with nothing in the
// upper half; Linux 6.18 knows them up to 45.
func docker(t seccomp.Target) (seccomp.Policy, error) {
	p, err := seccomp.Docker(t)
	if err != nil {
		return p, err
	}
	gap := slices.IndexFunc(p.Rules, func(r seccomp.Rule) bool {
		return slices.Equal(r.Names, []string{"socket"}) && slices.Equal(r.Args, []seccomp.Arg{{Op: seccomp.Greater, Value: vsock}})
	})
	if gap < 0 {
		return p, nil
	}
	var above []seccomp.Rule
	for _, arg := range []seccomp.Arg{
		{Op: seccomp.Equal, Value: 41},
		{Op: seccomp.Masked, Mask: ^uint64(1), Value: 42},
		{Op: seccomp.Masked, Mask: ^uint64(3), Value: 44},
	} {
		above = append(above, seccomp.Rule{Names: []string{"socket"}, Action: p.Rules[gap].Action, Args: []seccomp.Arg{arg}})
	}
	p.Rules = slices.Replace(slices.Clone(p.Rules), gap, gap+1, above...)
	return p, nil
}

// vsock is Linux's AF_VSOCK on every system that this is built for.
const vsock = 40

func (c CallRules) check() error {
	for _, name := range slices.Concat(c.Allow, c.Deny) {
		if !seccomp.Exists(name) {
			return &UsageError{What: "system call", Word: name, Near: slices.Concat(seccomp.Names(seccomp.AMD64), seccomp.Names(seccomp.ARM64))}
		}
	}
	return c.checkProfile()
}

func (c CallRules) checkProfile() error {
	if strings.HasPrefix(strings.TrimSpace(c.Profile), "{") || c.Profile == "" {
		return nil
	}
	var names []string
	for _, p := range profiles {
		if p.name == c.Profile {
			return nil
		}
		names = append(names, p.name)
	}
	return &UsageError{What: "seccomp profile", Word: c.Profile, Known: names}
}

// policy works out the rules for a target, and says in words what they are. A
// name that only other architectures have is left out: nobody makes that call here.
func (c CallRules) policy(t seccomp.Target) (p seccomp.Policy, say string, err error) {
	p, say, err = c.profile(t)
	for _, more := range []struct {
		names []string
		add   func(seccomp.Policy, seccomp.Arch, ...string) (seccomp.Policy, error)
		say   string
	}{{c.Allow, seccomp.Policy.Allow, " and "}, {c.Deny, seccomp.Policy.Deny, " without "}} {
		foreign := func(name string) bool { return seccomp.Exists(name) && !t.Arch.Has(name) }
		names := slices.DeleteFunc(slices.Clone(more.names), foreign)
		if err != nil || len(names) == 0 {
			continue
		}
		p, err = more.add(p, t.Arch, names...)
		say += more.say + strings.Join(names, ",")
	}
	return p, say, err
}

func (c CallRules) profile(t seccomp.Target) (seccomp.Policy, string, error) {
	name := c.Profile
	if name == "" {
		name = profiles[0].name
	}
	for _, p := range profiles {
		if p.name == name {
			made, err := p.make(t)
			return made, p.say, err
		}
	}
	made, err := seccomp.Read(strings.NewReader(c.Profile), t)
	return made, "a profile of your own", err
}

// filter is the operation for the plan's rules.
func (p *Plan) filter() (op.Seccomp, error) {
	made, err := filters.make(p.Spec.Calls, p.target())
	p.policy = made.policy
	return made.operation, err
}

// filters keeps the last filter that was made: most plans ask for the same one,
// and making it takes longer than the rest of a plan.
var filters filterMaker

type filterMaker struct {
	mu   sync.Mutex
	last filterMade
}

type filterMade struct {
	rules     CallRules
	target    seccomp.Target
	policy    seccomp.Policy
	operation op.Seccomp
}

func (m *filterMaker) make(rules CallRules, target seccomp.Target) (filterMade, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.last.operation.Filter != nil && reflect.DeepEqual(m.last.rules, rules) && reflect.DeepEqual(m.last.target, target) {
		return m.last, nil
	}
	policy, say, err := rules.policy(target)
	if err != nil {
		return filterMade{}, err
	}
	program, err := seccomp.Compile(policy, target.Arch)
	if err != nil {
		return filterMade{}, fmt.Errorf("compile the seccomp profile: %w", err)
	}
	rules.Allow, rules.Deny = slices.Clone(rules.Allow), slices.Clone(rules.Deny) // the caller's own
	m.last = filterMade{rules, target, policy, op.Seccomp{Profile: say, Allowed: program.Allowed(), Conditional: program.Conditional(),
		Refused: program.Refused(), Flags: program.Flags(), Filter: program.Raw()}}
	return m.last, nil
}

// target is what a profile's conditions are about.
func (p *Plan) target() seccomp.Target {
	t := seccomp.Target{Arch: seccomp.Arch(runtime.GOARCH), KernelMajor: p.machine.Kernel[0], KernelMinor: p.machine.Kernel[1]}
	for _, name := range p.kept() {
		t.Capabilities = append(t.Capabilities, "CAP_"+strings.ToUpper(name))
	}
	return t
}
