package seccomp

import (
	"errors"

	profiles "github.com/moby/profiles/seccomp"
)

// resolve keeps what of a profile is for the target. It reads conditions as
// moby's own setupSeccomp does, which asks the machine that it runs on.
func resolve(profile *profiles.Seccomp, on Target) (Policy, error) {
	abi, err := on.Arch.abi()
	if err != nil {
		return Policy{}, err
	}
	if err := supported(profile); err != nil {
		return Policy{}, err
	}
	p := Policy{}
	if p.Default, err = actionOf(profile.DefaultAction, profile.DefaultErrnoRet); err != nil {
		return Policy{}, &RuleError{Rule: -1, Err: err}
	}
	for _, f := range profile.Flags {
		p.Flags = append(p.Flags, string(f))
	}
	for i, call := range profile.Syscalls {
		if call == nil || !applies(call, on) {
			continue
		}
		rules, err := rulesOf(call, abi)
		if err != nil {
			return Policy{}, &RuleError{Rule: i, Names: call.Names, Err: err}
		}
		p.Rules = append(p.Rules, rules...)
	}
	if !p.Default.Lets() && p.Default.Do != DoTrace { // a tracer has its own answer to what is new
		p.Newest = abi.newest(p.Rules)
	}
	if _, err := flagBits(p.Flags); err != nil {
		return Policy{}, err
	}
	return p, nil
}

// supported refuses what would make the filter another one than was asked for.
func supported(profile *profiles.Seccomp) error {
	switch {
	case profile.ListenerPath != "":
		return errors.New("the seccomp profile asks for a supervisor (listenerPath); there is none")
	case len(profile.Architectures) > 0 && len(profile.ArchMap) > 0:
		return errors.New("the seccomp profile has both architectures and archMap; Docker takes only one")
	}
	return nil
}

// newest returns the call with the highest number that a rule names.
func (a *abi) newest(rules []Rule) string {
	name, highest := "", uint32(0)
	for _, r := range rules {
		for _, n := range r.Names {
			if number := a.index()[n]; name == "" || number > highest {
				name, highest = n, number
			}
		}
	}
	return name
}
