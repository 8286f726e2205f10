package vm

import (
	"fmt"
	"strconv"
)

// board is a kind of machine that QEMU makes.
type board struct {
	machine string
	cpu     string // as QEMU calls it
	bus     string // how the names of its virtio devices end
	modules []string
	kernel  string // the kernel's command line
}

// always are modules for what every machine has.
var always = []string{"virtio_console", "virtio_blk", "ext4"}

// encrypting are the modules of an encrypted disk.
var encrypting = []string{"dm_crypt", "xts", "ecb"}

// extra are the modules that a sandbox in the machine wants; a kernel without
// them boots all the same.
var extra = []string{"overlay"}

// quietly is every kernel's command line. A panic ends the machine.
const quietly = "console=ttyS0 quiet panic=-1 reboot=t cgroup_no_v1=all rdinit="

const emulatedKernel = "tsc=reliable no_timer_check mitigations=off "

// boards with KVM, and emulated; the first that the kernel has modules for is
// taken. microvm has little more than virtio and is up soonest, but an emulated
// one has nothing to measure its clock by but a PIT, and hangs on a busy host;
// there, whether a timer ticks in time proves nothing either (no_timer_check). An
// emulated processor gains nothing from mitigations, and one without the newer
// instructions is up in two thirds of the time: a kernel that finds them prepares
// to use them.
var (
	fastBoards = []board{
		{"microvm,rtc=on,accel=kvm", "max", "device", []string{"virtio_mmio"}, quietly},
		{"pc,accel=kvm", "max", "pci", []string{"virtio_pci"}, quietly},
	}
	emulatedBoards = []board{
		{"pc,accel=tcg", "qemu64", "pci", []string{"virtio_pci"}, emulatedKernel + quietly},
		{"q35,accel=tcg", "qemu64", "pci", []string{"virtio_pci"}, emulatedKernel + quietly},
	}
)

// files are what QEMU finds open, by number.
const (
	portFile    = 3
	consoleFile = 4
	initrdFile  = 5
)

// arguments are QEMU's. It may start nothing and gain no rights.
func (b board) arguments(image, disk, init string, memory int64, cpus int) []string {
	return []string{
		"-name", "tentpole,process=tentpole-vm",
		"-M", b.machine, "-cpu", b.cpu, "-smp", strconv.Itoa(cpus), "-m", fmt.Sprintf("%dM", memory>>20),
		"-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
		"-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny",
		"-kernel", image, "-initrd", fmt.Sprintf("/dev/fd/%d", initrdFile), "-append", b.kernel + init,
		"-chardev", fmt.Sprintf("socket,id=console,fd=%d", consoleFile), "-serial", "chardev:console",
		"-device", "virtio-serial-" + b.bus,
		"-chardev", fmt.Sprintf("socket,id=port,fd=%d", portFile), "-device", "virtserialport,chardev=port,name=" + portName,
		"-blockdev", "driver=file,node-name=disk,filename=" + disk + ",cache.no-flush=on", "-device", "virtio-blk-" + b.bus + ",drive=disk",
	}
}
