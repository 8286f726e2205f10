package seccomp

import (
	"errors"
	"fmt"
	"math"

	"github.com/opencontainers/runtime-spec/specs-go"
)

// Arch is a processor architecture under Go's name for it, as in runtime.GOARCH.
type Arch string

// The architectures that there is a table of calls for.
const (
	AMD64 Arch = "amd64"
	ARM64 Arch = "arm64"
)

// An abi is what a filter has to know of an architecture.
type abi struct {
	arch  Arch
	audit uint32 // AUDIT_ARCH_* of linux/audit.h, as the kernel puts it into seccomp_data
	oci   specs.Arch
	calls []call
	index func() map[string]uint32
	// From this number on, calls are those of another ABI which the kernel
	// gives the same audit number; 0 when there is none.
	alien uint32
}

var abis = []*abi{
	{arch: AMD64, audit: 0xc000003e, oci: specs.ArchX86_64, calls: amd64Calls, index: amd64Index, alien: x32Bit},
	{arch: ARM64, audit: 0xc00000b7, oci: specs.ArchAARCH64, calls: arm64Calls, index: arm64Index},
}

const (
	// x32Bit marks an x32 call: __X32_SYSCALL_BIT of asm/unistd.h.
	x32Bit = 0x40000000
	// skipped is what a tracer sets the number to, to have no call at all.
	skipped = math.MaxUint32
)

// foreign answers the calls of another architecture; the package comment says why.
var foreign = Action{Do: DoKillProcess}

func (a Arch) abi() (*abi, error) {
	for _, known := range abis {
		if known.arch == a {
			return known, nil
		}
	}
	return nil, &ArchError{Arch: a}
}

// isAlien tells whether the number is one of another ABI.
func (a *abi) isAlien(number uint32) bool {
	return a.alien != 0 && number >= a.alien && number != skipped
}

// ArchError says that there is no table of calls for an architecture.
// errors.Is(err, errors.ErrUnsupported) holds for it.
type ArchError struct {
	Arch Arch
}

func (e *ArchError) Error() string {
	return fmt.Sprintf("there is no table of system calls for %q, only for %s and %s", e.Arch, AMD64, ARM64)
}

func (e *ArchError) Unwrap() error { return errors.ErrUnsupported }
