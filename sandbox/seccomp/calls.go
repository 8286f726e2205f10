package seccomp

import (
	"cmp"
	"slices"
	"strings"
	"sync"
)

// A call is a row of an architecture's table.
type call struct {
	number uint32
	name   string
}

// A stranger is a call that amd64 or arm64 lacks.
type stranger struct {
	name   string
	arches string // the architectures that have it, separated by spaces
}

// Indexes are made on first use, not at the start of every program.
var (
	amd64Index = sync.OnceValue(func() map[string]uint32 { return index(amd64Calls) })
	arm64Index = sync.OnceValue(func() map[string]uint32 { return index(arm64Calls) })
)

// index maps names to numbers.
func index(calls []call) map[string]uint32 {
	m := make(map[string]uint32, len(calls))
	for _, c := range calls {
		m[c.name] = c.number
	}
	return m
}

// Names returns the names of all calls of an architecture in the order of the
// alphabet; none for an architecture without a table.
func Names(arch Arch) []string {
	abi, err := arch.abi()
	if err != nil {
		return nil
	}
	names := make([]string, 0, len(abi.calls))
	for _, c := range abi.calls {
		names = append(names, c.name)
	}
	slices.Sort(names)
	return names
}

// Has tells whether the architecture has a call of that name.
func (a Arch) Has(name string) bool {
	abi, err := a.abi()
	return err == nil && abi.has(name)
}

// Exists tells whether any architecture has a call of that name.
func Exists(name string) bool {
	return AMD64.Has(name) || ARM64.Has(name) || len(archesWith(name)) > 0
}

// last is the highest number in the table.
func (a *abi) last() uint32 { return a.calls[len(a.calls)-1].number }

// has tells whether the architecture has a call of that name.
func (a *abi) has(name string) bool {
	_, ok := a.index()[name]
	return ok
}

// name returns the name of a call, or "" when the number is nobody's.
func (a *abi) name(number uint32) string {
	i, ok := slices.BinarySearchFunc(a.calls, number, func(c call, n uint32) int { return cmp.Compare(c.number, n) })
	if !ok {
		return ""
	}
	return a.calls[i].name
}

// archesWith returns the architectures that have the call, when the list is
// not all of them.
func archesWith(name string) []string {
	i, ok := slices.BinarySearchFunc(elsewhere, name, func(s stranger, n string) int { return strings.Compare(s.name, n) })
	if !ok {
		return nil
	}
	return strings.Fields(elsewhere[i].arches)
}
