package seccomp

import (
	"errors"
	"fmt"
	"slices"

	"github.com/opencontainers/runtime-spec/specs-go"
)

// OCI returns the policy as the OCI runtime specification writes it, for a
// runtime to do the same. What a runtime would read otherwise is a
// [*RuleError]: several conditions on one argument in one rule (runc takes
// them as alternatives), and rules for one call with different actions
// (libseccomp knows no order among rules). Nothing that [Docker], [Deny] and
// [Allow] make is like that.
//
// The specification has no word for Policy.Newest. runc goes by the highest
// number that it finds named, as far as its libseccomp knows the names, and
// OCI sees to it that this is Newest; crun gives newer calls the default
// action like all others.
func (p Policy) OCI(arch Arch) (*specs.LinuxSeccomp, error) {
	abi, err := p.on(arch)
	if err != nil {
		return nil, err
	}
	profile := &specs.LinuxSeccomp{Architectures: []specs.Arch{abi.oci}}
	profile.DefaultAction, profile.DefaultErrnoRet = p.Default.oci()
	for _, f := range p.Flags {
		profile.Flags = append(profile.Flags, specs.LinuxSeccompFlag(f))
	}
	minds := map[string]Action{}
	for i, r := range p.Rules {
		if err := r.sayable(minds); err != nil {
			return nil, &RuleError{Rule: i, Names: r.Names, Err: err}
		}
		profile.Syscalls = append(profile.Syscalls, r.oci())
	}
	if numbers := abi.index(); p.Newest != "" && numbers[p.Newest] > numbers[abi.newest(p.Rules)] {
		profile.Syscalls = append(profile.Syscalls, Rule{Names: []string{p.Newest}, Action: p.Default}.oci())
	}
	return profile, nil
}

// sayable tells whether runtimes would read the rule as it is meant. minds
// holds the action of each call that a rule before it names.
func (r Rule) sayable(minds map[string]Action) error {
	if repeats(r.Args) {
		return errors.New("a runtime takes several conditions on one argument as alternatives")
	}
	for _, name := range r.Names {
		if before, ok := minds[name]; ok && before != r.Action {
			return fmt.Errorf("a runtime takes rules without order, and another says %v of %s", before, name)
		}
		minds[name] = r.Action
	}
	return nil
}

func (r Rule) oci() specs.LinuxSyscall {
	call := specs.LinuxSyscall{Names: slices.Clone(r.Names)}
	call.Action, call.ErrnoRet = r.Action.oci()
	for _, a := range r.Args {
		call.Args = append(call.Args, a.oci())
	}
	return call
}

func (a Action) oci() (specs.LinuxSeccompAction, *uint) {
	d, _ := a.Do.deed()
	if !d.data {
		return d.oci, nil
	}
	number := uint(a.Errno)
	return d.oci, &number
}

func (a Arg) oci() specs.LinuxSeccompArg {
	c, _ := a.Op.comparison()
	arg := specs.LinuxSeccompArg{Index: uint(a.Index), Op: c.oci, Value: a.Value}
	if a.Op == Masked {
		arg.Value, arg.ValueTwo = a.Mask, a.Value
	}
	return arg
}
