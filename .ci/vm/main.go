// Command vm runs tests of the engine as root and as an ordinary user on a real
// machine of its own, with cgroup v2 and nothing else: Debian's cloud kernel in
// QEMU, emulated, so that it needs no KVM and no privileges.
//
//	go run ./.ci/vm [-run REGEXP] [-packages DIR,DIR] [-user root|user|both]
//	go run ./.ci/vm -shell
//
// Not for what an ordinary test can see: emulated code takes 10 to 30 times as
// long, so milliseconds mean nothing in it.
//
// How it works. The test binaries of the packages in packages.go are built
// statically and put into an initramfs, with the commands of busybox, a few of
// this machine's own with their libraries (commands.go), modules of the kernel
// (modules.go), and the program init. That moves all of it to an ext4 disk and
// makes the disk the root: pivot_root(2) does not leave the first root file
// system, and tmpfs has no user.* attributes before Linux 6.6, which an overlay
// in a user namespace wants. Mounts, limits, sysctls and cgroups are then as
// systemd has them on Debian: root in a session's scope, the user in a scope
// below the delegated user@1000.service. Each binary runs through test2json; the
// events leave by a virtio port, the kernel's messages by the serial line.
//
// What is printed is every test as it ends, failures in full, and at the end the
// tests that were skipped or failed. What a package leaves behind (processes,
// cgroups, mounts, interfaces, temporary files, state) is a failure of that
// package. With TENTPOLE_MUST=1 a skip is one too, but for those of the user that
// begin with "needs root: ". The tests themselves always run with it. -json
// writes the events as they are, those of `go doc test2json`, with the user
// before the package's name.
//
// It exits with 1 when a test failed, a package is missing or without tests, or
// the machine did not come to its end in time; the last of the kernel's messages
// are then printed. QEMU ends with this program, however that ends.
//
// What it costs on two cores with nothing else to do: 10 s to build, 2 s to
// init, 3 s to unpack and prepare, then the tests, 600 MB of memory and 300 MB on
// disk. It needs Debian's packages qemu-system-x86, linux-image-cloud-amd64,
// busybox-static, e2fsprogs and those of commands.go, and no privileges.
//
// It follows the kernel's filesystems/ramfs-rootfs-initramfs.rst and
// admin-guide/cgroup-v2.rst, and systemd's CGROUP_DELEGATION.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// options are the flags.
type options struct {
	run      string
	packages string
	user     string
	shell    bool
	json     string
	kernel   string
	memory   int
	cpus     int
	timeout  time.Duration
}

func flags() options {
	var o options
	flag.StringVar(&o.run, "run", "", "run only tests that match this `regexp`")
	flag.StringVar(&o.packages, "packages", "", "test only these `directories`, with commas between")
	flag.StringVar(&o.user, "user", "both", "run the tests as `root, user or both`")
	flag.BoolVar(&o.shell, "shell", false, "open a shell on the machine instead, root's or with -user user the user's; Ctrl-A X ends it at once")
	flag.StringVar(&o.json, "json", "", "write the events of the tests to this `file`, as go test -json")
	flag.StringVar(&o.kernel, "kernel", "/", "take boot and lib/modules from this `directory`")
	flag.IntVar(&o.memory, "memory", 2048, "memory of the machine in `MiB`")
	flag.IntVar(&o.cpus, "cpus", 2, "`number` of its processors")
	flag.DurationVar(&o.timeout, "timeout", time.Hour, "end the machine after this `time`")
	flag.Parse()
	return o
}

// errFailed says that tests failed, which has been reported.
var errFailed = errors.New("failed")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	err := test(ctx, flags())
	stop()
	if err != nil {
		if !errors.Is(err, errFailed) {
			fmt.Fprintln(os.Stderr, "vm:", err)
		}
		os.Exit(1)
	}
}

// test builds the machine in a directory that goes with it, and runs it.
func test(ctx context.Context, o options) error {
	dir, err := os.MkdirTemp("", "tentpole-vm-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	m, err := assemble(ctx, o, dir)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, o.timeout, fmt.Errorf("the machine was not done after %v", o.timeout))
	defer cancel()
	if o.shell {
		return m.interactive(ctx)
	}
	return m.report(ctx, o.json)
}
