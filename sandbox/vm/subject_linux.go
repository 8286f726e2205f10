package vm

import (
	"context"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

// Kind is what a machine is called among the subjects.
const Kind = "vm"

var (
	_ experiment.Subject = (*Machine)(nil)
	_ experiment.Stored  = (*Machine)(nil)
	_ experiment.Resting = (*Machine)(nil)
	_ experiment.House   = (*Machine)(nil)
)

// Open boots a machine as a subject of experiments.
func Open(ctx context.Context, spec sandbox.Spec) (experiment.Subject, error) {
	m, err := Boot(ctx, spec, false)
	if err != nil {
		return nil, err
	}
	return m, nil
}

// Describe says that it has a limited memory, as every machine has, and a root of
// tentpole's.
func (m *Machine) Describe() experiment.Description {
	return experiment.Description{Kind: Kind, Layers: sandbox.Set(sandbox.Memory), Root: sandbox.RootTiny}
}

// Create has a process inside make the file.
func (m *Machine) Create(ctx context.Context, path, content string) (experiment.Canary, error) {
	return experiment.CreateByAct(ctx, m, path, content)
}

// Caught is nowhere: the host has no directory that the machine writes to.
func (m *Machine) Caught(string) string { return "" }

// Facts are what a process inside reads.
func (m *Machine) Facts(ctx context.Context, p experiment.Process) (facts.Facts, error) {
	return experiment.FactsOf(ctx, m, p)
}

// AtRest is QEMU: to the host a machine is one process.
func (m *Machine) AtRest() ([]int, error) { return []int{m.Emulator()}, nil }

// Transcript is empty: the host's kernel was asked for nothing but a process.
func (m *Machine) Transcript() []sandbox.Done { return nil }

// LeastMemory is the smallest limit that it takes.
func (m *Machine) LeastMemory() int64 { return leastMemory }

// Another boots one more.
func (m *Machine) Another(ctx context.Context, change func(*sandbox.Spec)) (experiment.Subject, error) {
	return m.another(ctx, m.encrypted, change)
}

// Encrypted boots one more, with an encrypted disk.
func (m *Machine) Encrypted(ctx context.Context) (experiment.Subject, error) {
	return m.another(ctx, true, func(*sandbox.Spec) {})
}

func (m *Machine) another(ctx context.Context, encrypted bool, change func(*sandbox.Spec)) (experiment.Subject, error) {
	spec := m.spec
	spec.Name, spec.Publish = "", nil
	change(&spec)
	a, err := Boot(ctx, spec, encrypted)
	if err != nil {
		return nil, err
	}
	return a, nil
}
