// Package vm is a virtual machine as the subject of experiments: QEMU, a kernel
// that is found on this machine, tentpole's own init, and the tiny root.
//
// Nothing has to be installed in the machine, and it has no network card: the
// init (package guest) and the host talk through one virtio port. Its disk is a
// file in the state directory, which lasts as long as it does.
//
// The machine is accelerated by KVM where that works, which is tried by using
// it: /dev/kvm may be there and yet start nothing. Elsewhere QEMU emulates the
// processor, which takes no privileges at all. It boots in two seconds then, on a
// host with nothing else to do.
//
// How it ends: with Close; with its kernel (a panic or a power-off ends QEMU); with
// tentpole, whose death the kernel tells QEMU by a signal (PR_SET_PDEATHSIG(2const))
// and the init by a port that is hung up. What a killed tentpole leaves is a file
// in the state directory, which the janitor of the next start removes.
package vm

import "time"

const (
	// bootLimit is how long a machine may take until its init answers, which on
	// a busy host is many times what it takes on an idle one.
	bootLimit = 2 * time.Minute
	// fastLimit is the same with KVM, before it is given up as not working.
	fastLimit = 5 * time.Second

	// defaultMemory is what a machine has unless its spec says otherwise.
	defaultMemory = 256 << 20
	// leastMemory is with how much it boots, and leaves commands half of it.
	leastMemory = 144 << 20

	// diskSize is that of the disk's file, in bytes. It has holes: it takes what
	// is written.
	diskSize = 64 << 20

	defaultHostname = "house"
)

// KernelVariable names the kernel to boot, instead of the one that is found.
const KernelVariable = "TENTPOLE_KERNEL"
