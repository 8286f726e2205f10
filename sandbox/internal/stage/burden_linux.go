package stage

import (
	"errors"
	"io/fs"
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox/internal/fork"
	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
)

// burden is what every command takes on between fork and exec: the calls of
// the plan's restrictions, in the plan's order.
type burden struct {
	birth   *int32 // the cgroup that commands are born in, nil for the init's own
	carried []carried
}

type carried struct {
	operation int // its place among the child's operations
	calls     []fork.Call
}

// carry prepares a restriction for the commands to come.
func (in *initProcess) carry(i int, r op.Restriction) error {
	script := op.NewScript(in.descriptors)
	if err := r.Carry(script); err != nil {
		return err
	}
	if j, ok := r.(op.JoinCgroup); ok {
		birth, err := j.Birth(script)
		if err != nil {
			return err
		}
		in.burden.birth = birth
	}
	in.burden.carried = append(in.burden.carried, carried{i, script.Calls})
	return nil
}

// cgroup is the v2 directory that commands are born in, -1 for the init's own.
func (b burden) cgroup() int {
	if b.birth == nil {
		return -1
	}
	return int(*b.birth)
}

// load puts the burden into a program, with a mark between any two parts.
func (b burden) load(p *fork.Program) {
	p.Mark()
	for _, c := range b.carried {
		p.Add(c.calls...)
		p.Mark()
	}
}

// operations are the places of what is carried, in the order of the marks.
func (b burden) operations() []int {
	var out []int
	for _, c := range b.carried {
		out = append(out, c.operation)
	}
	return out
}

// burdenError is a restriction that the kernel refused a command.
type burdenError struct {
	operation int
	name      string
	err       error
}

func (b *burdenError) Error() string { return b.name + ": " + b.err.Error() }

func (b *burdenError) Unwrap() error { return b.err }

// blame finds whose call was refused: own is the number of calls before the
// burden, and the last one is the exec itself.
func (b burden) blame(err error, own int, program string) error {
	var refused *fork.Error
	if !errors.As(err, &refused) {
		return err
	}
	at := own + 1 // the first mark
	for _, c := range b.carried {
		if i := refused.Index - at; i >= 0 && i < len(c.calls) {
			return &burdenError{c.operation, refused.Name, refused.Err}
		}
		at += len(c.calls) + 1
	}
	if strings.HasPrefix(refused.Name, fork.Execute) {
		return &fs.PathError{Op: "exec", Path: program, Err: refused.Err}
	}
	return err
}
