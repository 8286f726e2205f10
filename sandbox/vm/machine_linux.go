package vm

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/yamux"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/sandbox/network"
	"github.com/tentpole-labs/tentpole/sandbox/vm/guest"
)

// Machine is a virtual machine that runs. Close it.
type Machine struct {
	spec      sandbox.Spec
	encrypted bool
	parts     parts
	hello     guest.Hello
	booted    time.Duration

	dir     string
	remove  func() error
	qemu    *emulated
	session *yamux.Session

	mu        sync.Mutex // held while the streams of one request are opened
	sent      map[string]bool
	published *network.Published

	closing sync.Once
	closed  error
}

// Boot starts a machine and waits until its init answers. ctx ends the start
// only. With encrypted, what is written to its disk is encrypted inside, by a key
// that nobody else has.
func Boot(ctx context.Context, spec sandbox.Spec, encrypted bool) (*Machine, error) {
	if err := errors.Join(spec.Validate(), check(spec)); err != nil {
		return nil, err
	}
	p, err := look()
	if err != nil {
		return nil, err
	}
	if err := sweep(); err != nil {
		return nil, err
	}
	m := &Machine{spec: spec, encrypted: encrypted, parts: p, sent: map[string]bool{}}
	if err := m.start(ctx); err != nil {
		return nil, errors.Join(err, m.Close())
	}
	m.published, err = network.Publish(ctx, spec.Publish, m)
	if err != nil {
		return nil, errors.Join(err, m.Close())
	}
	return m, nil
}

// sweep removes, once, what killed runs have left.
var sweep = sync.OnceValue(func() error {
	state, err := sandbox.StateDir()
	if err != nil {
		return err
	}
	_, err = sandbox.Sweep(state)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return nil // another janitor is at work
	}
	return err
})

// start makes the disk and boots; when KVM comes to nothing, once more without.
func (m *Machine) start(ctx context.Context) (err error) {
	m.dir, m.remove, err = sandbox.Scratch(os.Getegid())
	if err != nil {
		return err
	}
	if m.parts.fast {
		if err := m.boot(ctx, fastLimit); err == nil || ctx.Err() != nil {
			return err
		}
		slow.Store(true)
		if m.parts, err = look(); err != nil {
			return err
		}
	}
	return m.boot(ctx, bootLimit)
}

// boot starts QEMU and waits for the init's first word.
func (m *Machine) boot(ctx context.Context, limit time.Duration) error {
	begin := time.Now()
	if err := m.makeDisk(); err != nil {
		return m.failed("make its disk", err)
	}
	host, err := os.ReadFile(bootIDFile)
	if err != nil {
		return m.failed("tell the host's boot", err)
	}
	c := guest.Config{HostBoot: strings.TrimSpace(string(host)), Hostname: m.hostname(), Encrypted: m.encrypted}
	initrd, err := m.parts.archive(c)
	if err != nil {
		return m.failed("put together its first root", err)
	}
	defer initrd.Close()
	arguments := m.parts.board.arguments(m.parts.kernel.Image, m.Disk(), guest.Init, m.memory(), m.processors())
	if m.qemu, err = launch(m.parts.emulator, arguments, initrd); err != nil {
		return m.failed("start "+m.parts.emulator, err)
	}
	if m.session, err = yamux.Client(m.qemu.port, guest.Session()); err == nil {
		err = m.greet(ctx, limit)
	}
	m.booted = time.Since(begin)
	if err != nil {
		m.stop() // all that it said has come then
		return m.failed("boot", err)
	}
	return nil
}

const bootIDFile = "/proc/sys/kernel/random/boot_id"

// greet asks the init who it is.
func (m *Machine) greet(ctx context.Context, limit time.Duration) error {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("it has not answered after %v", limit))
	defer cancel()
	answer, err := m.ask(ctx, guest.Request{Hello: &struct{}{}})
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil:
		return errors.New("it ended before its init answered")
	case answer.Hello == nil:
		return errors.New("its init does not say who it is")
	}
	m.hello = *answer.Hello
	m.hello.Release, m.hello.Boot = facts.Clean(m.hello.Release), facts.Clean(m.hello.Boot)
	return nil
}

// consoleShown is how many of the console's lines an error tells.
const consoleShown = 8

// failed says what the machine said last.
func (m *Machine) failed(what string, err error) error {
	if m.qemu != nil {
		said := append(m.qemu.errors.lines(consoleShown), m.qemu.console.lines(consoleShown)...)
		if len(said) == 0 {
			said = []string{"(nothing)"}
		}
		err = fmt.Errorf("%w; the last it said:\n  %s", err, strings.Join(said, "\n  "))
	}
	return &sandbox.Error{Op: "virtual machine: " + what, Target: "Linux " + m.parts.kernel.Version, Err: err,
		Remedy: "try again when the machine is less busy, or name another kernel: --kernel /boot/vmlinuz-VERSION"}
}

// makeDisk makes an empty file: the machine makes the file system on it.
func (m *Machine) makeDisk() error {
	f, err := os.OpenFile(m.Disk(), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(f.Truncate(diskSize), f.Close())
}

// Disk is the host's file that the machine has as its disk.
func (m *Machine) Disk() string { return filepath.Join(m.dir, "disk") }

// Console returns the last lines of the machine's console.
func (m *Machine) Console(most int) []string { return m.qemu.console.lines(most) }

// LastWords are what the kernel said first when it died, without its clock. What
// it says after that is long: registers, and who called whom.
func (m *Machine) LastWords() string {
	for _, line := range m.Console(math.MaxInt) {
		if i := strings.Index(line, "Kernel panic"); i >= 0 {
			return line[i:]
		}
	}
	return ""
}

// Follow reads the console: what is kept, and what comes.
func (m *Machine) Follow() io.ReadCloser {
	return &follower{tail: &m.qemu.console, closed: make(chan struct{})}
}

// Kernel is what the machine's kernel says of itself.
func (m *Machine) Kernel() facts.Kernel {
	return facts.Kernel{Release: m.hello.Release, Boot: m.hello.Boot}
}

// Booted is how long it took until the init answered.
func (m *Machine) Booted() time.Duration { return m.booted }

// Release and BootID are what the machine's kernel says of itself.
func (m *Machine) Release() string { return m.hello.Release }

// BootID is the id of the machine's own boot.
func (m *Machine) BootID() string { return m.hello.Boot }

// Gone is closed when QEMU has ended, for whatever reason.
func (m *Machine) Gone() <-chan struct{} { return m.qemu.gone }

// Emulator is the host's number of QEMU.
func (m *Machine) Emulator() int { return m.qemu.process.Pid }

func (m *Machine) hostname() string {
	if m.spec.Hostname != "" {
		return m.spec.Hostname
	}
	return defaultHostname
}

func (m *Machine) memory() int64 {
	if m.spec.Limits.Memory > 0 {
		return m.spec.Limits.Memory
	}
	return defaultMemory
}

// processors is the limit in whole ones.
func (m *Machine) processors() int { return int(math.Ceil(max(1, m.spec.Limits.CPUs))) }

// Panic has the machine's kernel die, and waits until the machine is gone. The
// init there does it only when its boot is not the host's.
func (m *Machine) Panic(ctx context.Context) error {
	host, err := os.ReadFile(bootIDFile)
	if err != nil {
		return err
	}
	answer, err := m.ask(ctx, guest.Request{Panic: &guest.Panic{HostBoot: strings.TrimSpace(string(host))}})
	if err == nil && answer.Error != "" {
		return m.failed("panic", refusal(answer))
	}
	select {
	case <-m.qemu.gone:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// stop ends QEMU and the conversation.
func (m *Machine) stop() {
	if m.session != nil {
		m.session.Close()
	}
	if m.qemu != nil {
		m.qemu.kill()
	}
}

// Close ends the machine and removes its disk.
func (m *Machine) Close() error {
	m.closing.Do(func() {
		if m.published != nil {
			m.published.Close()
		}
		m.stop()
		if m.remove != nil {
			m.closed = m.remove()
		}
	})
	return m.closed
}
