package seccomp

import (
	"errors"
	"fmt"
	"slices"

	profiles "github.com/moby/profiles/seccomp"
	"github.com/opencontainers/runtime-spec/specs-go"
)

// rulesOf translates an entry of a profile. One with several conditions on the
// same argument becomes several rules: runc reads those as alternatives, and
// profiles rely on it.
func rulesOf(call *profiles.Syscall, abi *abi) ([]Rule, error) {
	action, err := actionOf(call.Action, call.ErrnoRet)
	if err != nil {
		return nil, err
	}
	names, err := namesOf(call, abi, action)
	if err != nil || len(names) == 0 {
		return nil, err
	}
	args, err := argsOf(call.Args)
	if err != nil {
		return nil, err
	}
	if !repeats(args) {
		return []Rule{{Names: names, Action: action, Args: args}}, nil
	}
	var rules []Rule
	for _, a := range args {
		rules = append(rules, Rule{Names: names, Action: action, Args: []Arg{a}})
	}
	return rules, nil
}

// namesOf returns the calls of an entry that the architecture has. A name that
// no architecture has may be newer than the table: it is left out where it is
// allowed, since nothing is let through by that, and is an error elsewhere.
func namesOf(call *profiles.Syscall, abi *abi, action Action) ([]string, error) {
	all := call.Names
	//lint:ignore SA1019 old profiles have it, and Docker reads them
	if old := call.Name; old != "" {
		if len(all) > 0 {
			return nil, errors.New("both name and names; Docker takes only one")
		}
		all = []string{old}
	}
	names := make([]string, 0, len(all))
	for _, name := range all {
		if abi.has(name) {
			names = append(names, name)
		} else if unknown := abi.unknown(name); len(unknown.Elsewhere) == 0 && !action.Lets() {
			return nil, unknown
		}
	}
	return names, nil
}

// actionOf gives an action without a number EPERM, as the specification says.
func actionOf(name specs.LinuxSeccompAction, number *uint) (Action, error) {
	i := slices.IndexFunc(deeds, func(d deed) bool { return d.oci == name })
	if i < 0 {
		return Action{}, fmt.Errorf("action %q is unknown, or needs a supervisor that answers", name)
	}
	action := Action{Do: deeds[i].do}
	switch {
	case !deeds[i].data:
	case number == nil:
		action.Errno = ePERM
	case *number > maxErrno:
		return Action{}, fmt.Errorf("errno %d is above %d, the highest there is", *number, maxErrno)
	default:
		action.Errno = uint16(*number)
	}
	return action, nil
}

func argsOf(list []specs.LinuxSeccompArg) ([]Arg, error) {
	var args []Arg
	for _, a := range list {
		i := slices.IndexFunc(comparisons, func(c comparison) bool { return c.oci == a.Op })
		if i < 0 {
			return nil, fmt.Errorf("comparison %q is unknown", a.Op)
		}
		if a.Index >= maxArgs {
			return nil, fmt.Errorf("there is no argument %d, they are counted from 0 to %d", a.Index, maxArgs-1)
		}
		arg := Arg{Index: int(a.Index), Op: comparisons[i].op, Value: a.Value}
		if arg.Op == Masked {
			arg.Mask, arg.Value = a.Value, a.ValueTwo
		}
		args = append(args, arg)
	}
	return args, nil
}

// repeats tells whether two conditions are on the same argument.
func repeats(args []Arg) bool {
	var seen [maxArgs]bool
	for _, a := range args {
		if seen[a.Index] {
			return true
		}
		seen[a.Index] = true
	}
	return false
}
