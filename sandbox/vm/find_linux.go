package vm

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/features"
	"github.com/tentpole-labs/tentpole/sandbox/vm/initramfs"
)

const (
	emulator = "qemu-system-x86_64"
	install  = "apt-get install qemu-system-x86 linux-image-cloud-amd64"
)

// emulatorDirs are looked through after $PATH.
var emulatorDirs = []string{"/usr/libexec", "/usr/local/bin"}

// parts are what a machine is made of here.
type parts struct {
	emulator string
	kernel   initramfs.Kernel
	board    board
	fast     bool
}

// Probe tells what is missing here for a machine, in an error that wraps
// ErrNotSupported. It starts nothing.
func Probe(context.Context) error {
	_, err := look()
	return err
}

// look finds the parts.
func look() (p parts, err error) {
	if runtime.GOARCH != "amd64" {
		return p, missing("a machine for "+runtime.GOARCH, errors.ErrUnsupported, "only amd64 has one so far")
	}
	if p.emulator, err = findEmulator(); err != nil {
		return p, missing("QEMU", err, install)
	}
	if p.kernel, err = findKernel(); err != nil {
		return p, missing("a kernel for it", err, kernelRemedy(err))
	}
	p.fast = accelerated()
	return p, p.chooseBoard()
}

func missing(what string, why error, remedy string) error {
	return &features.NotSupportedError{Feature: "a virtual machine wants " + what, Cause: why, Remedy: remedy}
}

func findEmulator() (string, error) {
	found, err := exec.LookPath(emulator)
	if err == nil {
		return found, nil
	}
	for _, dir := range emulatorDirs {
		if found, err := exec.LookPath(filepath.Join(dir, emulator)); err == nil {
			return found, nil
		}
	}
	return "", err
}

func findKernel() (initramfs.Kernel, error) {
	if image := os.Getenv(KernelVariable); image != "" {
		return initramfs.ThisKernel(image)
	}
	return initramfs.AnyKernel("/")
}

// kernelRemedy tells kernels that may not be read from none at all.
func kernelRemedy(err error) string {
	if errors.Is(err, fs.ErrPermission) {
		return "copy one that you may read, with its lib/modules beside, and name it: " + "--kernel DIR/boot/vmlinuz-VERSION"
	}
	return install + ", or name one that you have: " + "--kernel DIR/boot/vmlinuz-VERSION"
}

// chooseBoard takes the first that the kernel has modules for.
func (p *parts) chooseBoard() error {
	list := emulatedBoards
	if p.fast {
		list = fastBoards
	}
	var lacks []string
	for _, b := range list {
		var err error
		if lacks, err = p.kernel.Lacks(append(b.modules, always...)...); err != nil {
			return missing("modules for "+p.kernel.Image, err, install)
		}
		if len(lacks) == 0 {
			p.board = b
			return nil
		}
	}
	return missing("a kernel with "+strings.Join(lacks, ", "), errors.New(p.kernel.Image+" has none"), install)
}

// slow says that KVM has been tried here and did not boot.
var slow atomic.Bool

// accelerated tells whether KVM is worth trying: the processor says that it can,
// and the kernel makes a machine. Some hosts have a device that does, and
// yet nothing starts in it.
func accelerated() bool {
	return !slow.Load() && hasVirtualization() && makesMachine()
}

// hasVirtualization reads the processor's flags; proc_cpuinfo(5).
func hasVirtualization() bool {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return false
	}
	for line := range strings.Lines(string(text)) {
		if name, flags, _ := strings.Cut(line, ":"); strings.TrimSpace(name) == "flags" {
			flags = " " + strings.TrimSpace(flags) + " "
			return strings.Contains(flags, " vmx ") || strings.Contains(flags, " svm ")
		}
	}
	return false
}

// makesMachine asks KVM for an empty machine; Documentation/virt/kvm/api.rst.
func makesMachine() bool {
	device, err := os.OpenFile("/dev/kvm", os.O_RDWR, 0)
	if err != nil {
		return false
	}
	defer device.Close()
	return createMachine(device) == nil
}

// refused are the parts of a spec that a machine has nothing for.
var refused = []struct {
	what  string
	wants func(sandbox.Spec) bool
}{
	{"volumes", func(s sandbox.Spec) bool { return len(s.Volumes) > 0 }},
	{"a tmpfs", func(s sandbox.Spec) bool { return len(s.Tmpfs) > 0 }},
	{"a root of its own choice", func(s sandbox.Spec) bool { return s.Source != "" || s.Unpacked != "" }},
	{"a read-only root", func(s sandbox.Spec) bool { return s.ReadOnly }},
	{"namespaces of others", func(s sandbox.Spec) bool { return len(s.Join) > 0 }},
	{"a network but its own", func(s sandbox.Spec) bool { return s.Network == "host" || s.Network == "bridge" }},
	{"a limit on processes or devices", func(s sandbox.Spec) bool { return s.Limits.PIDs > 0 || len(s.Limits.IO) > 0 }},
	{fmt.Sprintf("less than %d MiB of memory", leastMemory>>20), func(s sandbox.Spec) bool { return s.Limits.Memory > 0 && s.Limits.Memory < leastMemory }},
}

func check(spec sandbox.Spec) error {
	for _, r := range refused {
		if r.wants(spec) {
			return &features.NotSupportedError{Feature: "a virtual machine with " + r.what, Remedy: "leave it out"}
		}
	}
	return nil
}
