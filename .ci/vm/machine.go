package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"

	"github.com/tentpole-labs/tentpole/.ci/vm/agenda"
	"github.com/tentpole-labs/tentpole/sandbox/vm/initramfs"
)

// machine is one that can be started: files in a directory.
type machine struct {
	dir    string
	kernel initramfs.Kernel
	qemu   string
	memory int // MiB
	cpus   int
	runs   []agenda.Run
}

func (m machine) initramfs() string { return filepath.Join(m.dir, "initramfs") }
func (m machine) disk() string      { return filepath.Join(m.dir, "disk") }
func (m machine) console() string   { return filepath.Join(m.dir, "console") }

// assemble builds everything the machine is made of. What it needs of others
// is looked for first.
func assemble(ctx context.Context, o options, dir string) (machine, error) {
	m := machine{dir: dir, memory: o.memory, cpus: o.cpus}
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		return m, fmt.Errorf("this is %s on %s: the machine gets programs of this one, which must be Linux on amd64", runtime.GOOS, runtime.GOARCH)
	}
	var err error
	if m.qemu, err = find("qemu-system-x86_64"); err != nil {
		return m, fmt.Errorf("%w: apt-get install qemu-system-x86", err)
	}
	if m.kernel, err = initramfs.FindKernel(o.kernel); err != nil {
		return m, err
	}
	list, err := chosen(o.packages)
	if err != nil {
		return m, err
	}
	if m.runs, err = runs(list, o.user, o.run); err != nil {
		return m, err
	}
	return m, errors.Join(m.makeDisk(ctx), m.fill(ctx, list, o.shell))
}

// fill builds the programs and writes the initramfs.
func (m machine) fill(ctx context.Context, list []tested, shell bool) error {
	a := agenda.Agenda{Runs: m.runs}
	if shell {
		a.Shell = m.runs[0].User
	}
	b, err := build(ctx, list, m.dir)
	if err != nil {
		return err
	}
	root, err := system()
	if err != nil {
		return err
	}
	if err := errors.Join(addCommands(root), addTests(root, list, b)); err != nil {
		return err
	}
	t, err := archive(root, m.kernel, b, a)
	if err != nil {
		return err
	}
	return t.Save(m.initramfs())
}

func addAgenda(t initramfs.Tree, a agenda.Agenda) error {
	text, err := json.Marshal(a)
	t.File(agenda.File, string(text), 0o644)
	return err
}

// diskSize is in bytes; the file has holes, it takes what is written.
const diskSize = 4 << 30

// makeDisk makes an empty ext4 file system. Without a journal: nobody reads it
// after a crash.
func (m machine) makeDisk(ctx context.Context) error {
	if err := os.WriteFile(m.disk(), nil, 0o600); err != nil {
		return err
	}
	if err := os.Truncate(m.disk(), diskSize); err != nil {
		return err
	}
	mkfs, err := find("mkfs.ext4")
	if err != nil {
		return fmt.Errorf("%w: apt-get install e2fsprogs", err)
	}
	if out, err := exec.CommandContext(ctx, mkfs, "-q", "-F", "-O", "^has_journal", m.disk()).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", mkfs, err, out)
	}
	return nil
}

// kernelArgs are the kernel's command line. A panic ends the machine. The
// processors' counters are the clock: QEMU keeps them equal. Nobody attacks it,
// and mitigations would take a quarter of its time. cgroup v1 is not to be had.
const kernelArgs = "console=ttyS0 quiet panic=-1 tsc=reliable mitigations=off cgroup_no_v1=all"

// args are QEMU's. The events leave by descriptor 3. The machine is not microvm,
// which is up a second sooner: with nothing but a PIT to measure its clock by it
// hangs when this machine is busy.
func (m machine) args(serial string) []string {
	return []string{
		"-M", "pc", "-accel", "tcg,thread=multi", "-cpu", "max",
		"-smp", strconv.Itoa(m.cpus), "-m", strconv.Itoa(m.memory),
		"-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
		"-kernel", m.kernel.Image, "-initrd", m.initramfs(), "-append", kernelArgs,
		"-drive", "if=none,id=disk,format=raw,cache=unsafe,file=" + m.disk(), "-device", "virtio-blk-pci,drive=disk",
		"-device", "virtio-serial-pci",
		"-chardev", "file,id=events,path=/dev/fd/3", "-device", "virtserialport,chardev=events,name=" + agenda.Port,
		"-serial", serial,
	}
}

// command is QEMU with its events going to a file. It is killed with the
// context, and with this program.
func (m machine) command(ctx context.Context, serial string, events *os.File) *exec.Cmd {
	cmd := exec.CommandContext(ctx, m.qemu, m.args(serial)...)
	cmd.ExtraFiles = []*os.File{events}
	cmd.Stderr = os.Stderr
	endWithUs(cmd)
	return cmd
}
