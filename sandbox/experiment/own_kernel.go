package experiment

import (
	"context"
	"fmt"
	"sync"

	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

// ownKernel tells whether a process runs on a kernel of its own: the host's has no
// number for it.
func ownKernel(p Process) bool { return p.PID() == 0 }

// onOwnKernel asks a process of the trial's subject.
func (t *Trial) onOwnKernel(ctx context.Context) (bool, error) {
	talk, err := Begin(ctx, t.Subject, "stay", nil)
	if err != nil {
		return false, err
	}
	return ownKernel(talk.Process), talk.Close()
}

// hostPID is the host's number of a process. What runs on a kernel of its own
// has none, and what is looked for through it is n/a.
func hostPID(p Process) (int, error) {
	if ownKernel(p) {
		return 0, cannot("it runs on a kernel of its own: the host has no process to look at")
	}
	return p.PID(), nil
}

// hosts is the host's namespace of that kind, for an act to compare its own with.
func hosts(kind string) inside.Namespace {
	return inside.Namespace{Inode: namespace("self", kind), Boot: hostBoot()}
}

// hostBoot is the id of the host's boot, "" when it cannot be read.
var hostBoot = sync.OnceValue(func() string {
	k, _ := hostKernel()
	return k.Boot
})

// FactsOf reads the facts of a process inside: from the host's /proc, or where
// that has no such process those of an act, which is a command like any other in
// there. What an act says is hostile.
func FactsOf(ctx context.Context, s Subject, p Process) (facts.Facts, error) {
	if !ownKernel(p) {
		return facts.Read(ctx, p.PID())
	}
	var said inside.FactsRead
	if err := askIn(ctx, s, "facts", nil, &said); err != nil {
		return facts.Facts{}, err
	}
	return said.Facts, asError(said.Refused)
}

// residentOf is what a process inside has in memory, in bytes.
func residentOf(ctx context.Context, s Subject, p Process) (int64, error) {
	if !ownKernel(p) {
		return resident(p.PID()), nil
	}
	file := fmt.Sprintf("/proc/%d/status", p.Inside())
	v, err := lookFrom(ctx, s, inside.Look{Paths: []string{file}, Limit: 4096})
	text, _ := v.text(file)
	return numberAfter(text, "VmRSS:") << 10, err
}
