package seccomp

import "slices"

// Decide gives the policy's own answer to one call, rule after rule, without
// any filter: what a filter compiled from it has to answer too. The policy is
// one that [Compile] takes; on an architecture without a table every call is
// a foreign one.
func (p Policy) Decide(arch Arch, number uint32, args [6]uint64) Action {
	abi, err := arch.abi()
	if err != nil || abi.isAlien(number) {
		return foreign
	}
	name := abi.name(number)
	for _, r := range p.Rules {
		if slices.Contains(r.Names, name) && r.holds(args) {
			return r.Action
		}
	}
	return p.otherwise(abi, number)
}
