package seccomp

import (
	"encoding/binary"
	"testing"
)

// data is struct seccomp_data as the kernel lays it out for a filter.
func data(audit, number uint32, args [6]uint64) []byte {
	b := binary.LittleEndian.AppendUint32(nil, number)
	b = binary.LittleEndian.AppendUint32(b, audit)
	b = binary.LittleEndian.AppendUint64(b, 0) // instruction_pointer
	for _, a := range args {
		b = binary.LittleEndian.AppendUint64(b, a)
	}
	return b
}

// Instructions that a filter may use and this package does, by their codes in
// linux/bpf_common.h.
const (
	loadAbsolute = 0x20
	and          = 0x54
	jumpAlways   = 0x05
	jumpEqual    = 0x15
	jumpGreater  = 0x25
	jumpAtLeast  = 0x35
	returnValue  = 0x06
)

// interpret runs a filter on a call. It takes the bytes that the kernel would
// be given, and fails on what seccomp_check_filter there would refuse. It
// returns what the filter returns and how many instructions that took.
func interpret(t failer, raw, in []byte) (result uint32, steps int) {
	t.Helper()
	var acc uint32
	for at := 0; ; at++ {
		if len(raw) < 8*at+8 {
			t.Fatalf("the filter runs past its end, at instruction %d of %d", at, len(raw)/8)
		}
		steps++
		i := raw[8*at:]
		k := binary.LittleEndian.Uint32(i[4:])
		switch code := binary.LittleEndian.Uint16(i); code {
		case loadAbsolute:
			if k%4 != 0 || int(k) >= len(in) {
				t.Fatalf("instruction %d loads from offset %d", at, k)
			}
			acc = binary.LittleEndian.Uint32(in[k:])
		case and:
			acc &= k
		case jumpAlways:
			at += int(k)
		case jumpEqual:
			at += choose(acc == k, i[2], i[3])
		case jumpGreater:
			at += choose(acc > k, i[2], i[3])
		case jumpAtLeast:
			at += choose(acc >= k, i[2], i[3])
		case returnValue:
			return k, steps
		default:
			t.Fatalf("instruction %d has code %#x", at, code)
		}
	}
}

func choose(yes bool, jt, jf byte) int {
	if yes {
		return int(jt)
	}
	return int(jf)
}

func compiled(t testing.TB, p Policy, arch Arch) Program {
	t.Helper()
	program, err := Compile(p, arch)
	if err != nil {
		t.Fatal(err)
	}
	return program
}

func must(t testing.TB) func(Policy, error) Policy {
	return func(p Policy, err error) Policy {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
}

// everyCap are all capabilities that Docker's profile asks about, and one more.
var everyCap = []string{
	"CAP_CHOWN", "CAP_DAC_READ_SEARCH", "CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_CHROOT", "CAP_SYS_MODULE",
	"CAP_SYS_PACCT", "CAP_SYS_PTRACE", "CAP_SYS_RAWIO", "CAP_SYS_TIME", "CAP_SYS_TTY_CONFIG", "CAP_SYS_NICE",
	"CAP_SYSLOG", "CAP_BPF", "CAP_PERFMON",
}

func on(arch Arch, caps ...string) Target {
	return Target{Arch: arch, KernelMajor: 6, KernelMinor: 18, Capabilities: caps}
}
