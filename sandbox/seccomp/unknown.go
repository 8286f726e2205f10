package seccomp

import (
	"errors"
	"fmt"
	"strings"
)

// UnknownCallError says that a name is no call of the architecture.
type UnknownCallError struct {
	Name string
	Arch Arch
	// Elsewhere are the architectures, by Go's names, that do have the call.
	// When there are none the name is misspelt, or newer than this table.
	Elsewhere []string
}

func (e *UnknownCallError) Error() string {
	if len(e.Elsewhere) > 0 {
		return fmt.Sprintf("%s is no system call of %s, only of %s", e.Name, e.Arch, strings.Join(e.Elsewhere, " "))
	}
	return fmt.Sprintf("there is no system call %q", e.Name)
}

// unknown is the error for a name that the architecture lacks.
func (a *abi) unknown(name string) *UnknownCallError {
	return &UnknownCallError{Name: name, Arch: a.arch, Elsewhere: archesWith(name)}
}

// check returns an *UnknownCallError for each name that is no call, joined.
func (a *abi) check(names []string) error {
	var found []error
	for _, name := range names {
		if !a.has(name) {
			found = append(found, a.unknown(name))
		}
	}
	return errors.Join(found...)
}
