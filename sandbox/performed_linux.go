package sandbox

import "github.com/tentpole-labs/tentpole/sandbox/internal/op"

// standIn is the second of two operations, performed because the kernel refused
// the first. It says so wherever the transcript is shown.
type standIn struct {
	Operation
	refused error
}

func (s standIn) String() string {
	return s.Operation.String() + ", after a refusal: " + s.refused.Error()
}

// performed is the operation without that.
func (s standIn) performed() Operation { return s.Operation }

// performed is the operation that a step came to. refused is what the kernel
// said to its first choice, nil when it did that.
func performed(o Operation, refused error) Operation {
	c, choice := o.(op.Choice)
	switch {
	case !choice:
		return o
	case refused != nil:
		return standIn{c.Second(), refused}
	}
	return c.First()
}
