package seccomp

import "slices"

// Deny is the policy that allows everything but the named calls, which fail
// with EPERM. The error is an [*UnknownCallError] for each name that the
// architecture lacks.
func Deny(arch Arch, names ...string) (Policy, error) {
	return Policy{Default: allowed}.Deny(arch, names...)
}

// Allow is the policy that allows only the named calls. All others fail with
// EPERM, but those newer than [Names] with ENOSYS. A command is started by
// execve(2): without it on the list nothing runs. Errors are as with [Deny].
func Allow(arch Arch, names ...string) (Policy, error) {
	abi, err := arch.abi()
	if err != nil {
		return Policy{}, err
	}
	return Policy{Default: refused, Newest: abi.name(abi.last())}.Allow(arch, names...)
}

// Deny returns the policy with the named calls refused (EPERM) whatever it said of
// them. The last word counts: Allow after Deny allows. p itself is not changed.
func (p Policy) Deny(arch Arch, names ...string) (Policy, error) {
	return p.with(arch, refused, names)
}

// Allow returns the policy with the named calls allowed whatever it said of
// them, and whatever their arguments. p itself is not changed.
func (p Policy) Allow(arch Arch, names ...string) (Policy, error) {
	return p.with(arch, allowed, names)
}

func (p Policy) with(arch Arch, action Action, names []string) (Policy, error) {
	abi, err := arch.abi()
	if err != nil {
		return Policy{}, err
	}
	if err := abi.check(names); err != nil {
		return Policy{}, err
	}
	if len(names) == 0 {
		return p, nil
	}
	p.Rules = append(rulesWithout(p.Rules, names), Rule{Names: slices.Clone(names), Action: action})
	if p.Newest != "" {
		p.Newest = abi.newest(append(p.Rules, Rule{Names: []string{p.Newest}}))
	}
	return p, nil
}

// rulesWithout returns the rules without these names, so that no call ends up
// with rules of two minds: libseccomp knows no order among them.
func rulesWithout(rules []Rule, names []string) []Rule {
	var kept []Rule
	for _, r := range rules {
		r.Names = slices.DeleteFunc(slices.Clone(r.Names), func(n string) bool { return slices.Contains(names, n) })
		if len(r.Names) > 0 {
			kept = append(kept, r)
		}
	}
	return kept
}
