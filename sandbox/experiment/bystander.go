package experiment

import (
	"context"
	"crypto/rand"
	"fmt"

	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

// bystander is a process on the host, outside the subject: a plain one of the
// same user. It is what the inside is to find, reach or read.
type bystander struct {
	Name    string // what ps calls it
	Word    string // what is in its memory
	PID     int
	Address uint64
}

// bystander starts one that ends with the trial. Its number is none that the
// subject has for a process of its own: what answers to it inside is the
// bystander, or nobody does.
func (t *Trial) bystander(ctx context.Context, beside Process) (bystander, error) {
	plain, err := t.control(ctx)
	if err != nil {
		return bystander{}, err
	}
	const tries = 4
	for range tries {
		b := bystander{Name: "tent-" + rand.Text()[:8], Word: rand.Text()}
		talk, err := t.talkIn(ctx, plain, "bystander", inside.Bystand{Name: b.Name, Word: b.Word})
		if err != nil {
			return b, err
		}
		var said inside.Bystander
		if err := talk.Hear(ctx, &said); err != nil {
			return b, err
		}
		b.PID, b.Address = talk.Process.PID(), said.Address
		if taken, err := t.numbered(ctx, beside, b.PID); err != nil || !taken {
			return b, err
		}
	}
	return bystander{}, cannot("the host numbers its processes as the sandbox does: no number tells them apart")
}

// dweller starts a process in a subject that does nothing, for the host to look
// at, and ends with the trial.
func (t *Trial) dweller(ctx context.Context, s Subject) (Process, error) {
	talk, err := t.talkIn(ctx, s, "bystander", inside.Bystand{Name: inside.Name})
	if err != nil {
		return nil, err
	}
	return talk.Process, talk.Hear(ctx, &inside.Bystander{})
}

// pair starts a process inside and one on the host.
func (t *Trial) pair(ctx context.Context) (Process, bystander, error) {
	in, err := t.dweller(ctx, t.Subject)
	if err != nil {
		return nil, bystander{}, err
	}
	out, err := t.bystander(ctx, in)
	return in, out, err
}

// numbered tells whether a pid namespace that is not the host's has a process
// of that number. Of another kernel's only the inside can tell.
func (t *Trial) numbered(ctx context.Context, inNamespaceOf Process, number int) (bool, error) {
	if ownKernel(inNamespaceOf) {
		dir := fmt.Sprintf("/proc/%d", number)
		v, err := lookFrom(ctx, t.Subject, inside.Look{Paths: []string{dir}})
		_, taken := v.text(dir)
		return taken, err
	}
	f, err := facts.Read(ctx, inNamespaceOf.PID(), facts.WithProcesses())
	if err != nil {
		return false, err
	}
	if f.Namespaces["pid"] == namespace("self", "pid") {
		return false, nil
	}
	for _, p := range f.Processes {
		if p.Inside && p.NSPID == number {
			return true, nil
		}
	}
	return false, nil
}
