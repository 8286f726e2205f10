package sandbox

import (
	"fmt"

	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
)

// Access is what Landlock allows; all else that it governs is refused.
type Access struct {
	// Read are paths below which files may be read and executed, Write where
	// they may also be written, made and removed.
	Read  []string `json:"read,omitempty"`
	Write []string `json:"write,omitempty"`
	// Bind and Connect are the TCP ports that may be used, when Ports says that
	// ports are governed at all; kernel 6.7.
	Ports   bool  `json:"ports,omitempty"`
	Bind    []int `json:"bind,omitempty"`
	Connect []int `json:"connect,omitempty"`
}

// DefaultAccess lets everything be read and executed, and written where
// programs keep what is theirs: not what the system is made of.
var DefaultAccess = Access{
	Read:  []string{"/"},
	Write: []string{"/dev", "/home", "/media", "/mnt", "/opt", "/proc", "/root", "/run", "/srv", "/tmp", "/var"},
}

// IsZero tells whether nothing is said.
func (a Access) IsZero() bool {
	return len(a.Read) == 0 && len(a.Write) == 0 && !a.Ports && len(a.Bind) == 0 && len(a.Connect) == 0
}

func (a Access) check() error {
	for _, list := range [][]string{a.Read, a.Write} {
		for _, p := range list {
			if !plainPath(p) {
				return &UsageError{What: "path", Word: p, Why: "Landlock's rules want absolute paths without . and .."}
			}
		}
	}
	for _, list := range [][]int{a.Bind, a.Connect} {
		for _, port := range list {
			if port < 0 || port > 65535 {
				return &UsageError{What: "port", Word: fmt.Sprint(port), Why: "a port is a number from 0 to 65535"}
			}
		}
	}
	return nil
}

// access is the operation for the plan's rules.
func (p *Plan) access() op.Landlock {
	a := p.Spec.Access
	if a.IsZero() {
		a = DefaultAccess
	}
	if len(a.Read)+len(a.Write) == 0 { // only ports are governed
		a.Read, a.Write = DefaultAccess.Read, []string{"/"}
	}
	return op.Landlock{Read: a.Read, Write: a.Write, Ports: a.Ports || len(a.Bind)+len(a.Connect) > 0, Bind: a.Bind, Connect: a.Connect}
}
