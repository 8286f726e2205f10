package seccomp

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Policy says for every call what becomes of it. It is plain data, made for
// one architecture: its names are calls there.
type Policy struct {
	// Default is for the calls that no rule decides.
	Default Action `json:"default"`
	// Newest names the newest call that the policy's author knew of; "" for
	// none. Where no rule decides, a call with a higher number is answered
	// with ENOSYS instead of Default, so that a C library which tries a new
	// call falls back to an old one: it would take EPERM for the answer.
	// runc does the same.
	Newest string `json:"newest,omitempty"`
	// Rules are tried in order: the first that holds decides.
	Rules []Rule `json:"rules,omitempty"`
	// Flags are those for seccomp(2), by the kernel's names:
	// SECCOMP_FILTER_FLAG_LOG, SECCOMP_FILTER_FLAG_SPEC_ALLOW.
	Flags []string `json:"flags,omitempty"`
}

// Rule is about calls of these names whose arguments meet all conditions.
type Rule struct {
	Names  []string `json:"names"`
	Action Action   `json:"action"`
	Args   []Arg    `json:"args,omitempty"`
}

// RuleError says that a rule asks for something that cannot be.
type RuleError struct {
	Rule  int      // its place in Policy.Rules, or in the profile that is read, from 0; -1 stands for the default action
	Names []string // the calls it is about
	Err   error
}

func (e *RuleError) Error() string {
	if e.Rule < 0 {
		return fmt.Sprintf("seccomp default action: %v", e.Err)
	}
	return fmt.Sprintf("seccomp rule %d (%s): %v", e.Rule, strings.Join(e.Names, " "), e.Err)
}

func (e *RuleError) Unwrap() error { return e.Err }

// on returns the architecture, or what is wrong with the policy there.
func (p Policy) on(arch Arch) (*abi, error) {
	abi, err := arch.abi()
	if err != nil {
		return nil, err
	}
	return abi, p.check(abi)
}

func (p Policy) check(abi *abi) error {
	if err := p.Default.check(); err != nil {
		return &RuleError{Rule: -1, Err: err}
	}
	for i, r := range p.Rules {
		if err := r.check(abi); err != nil {
			return &RuleError{Rule: i, Names: r.Names, Err: err}
		}
	}
	if p.Newest != "" && !abi.has(p.Newest) {
		return abi.unknown(p.Newest)
	}
	_, err := flagBits(p.Flags)
	return err
}

func (r Rule) check(abi *abi) error {
	if len(r.Names) == 0 {
		return errors.New("it names no call")
	}
	for _, a := range r.Args {
		if err := a.check(); err != nil {
			return err
		}
	}
	if err := r.Action.check(); err != nil {
		return err
	}
	return abi.check(r.Names)
}

// otherwise answers a call that no rule decides.
func (p Policy) otherwise(abi *abi, number uint32) Action {
	if p.Newest != "" && number > abi.index()[p.Newest] {
		return absent
	}
	return p.Default
}

func (r Rule) holds(args [maxArgs]uint64) bool {
	return !slices.ContainsFunc(r.Args, func(a Arg) bool { return !a.holds(args) })
}
