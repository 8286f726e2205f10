package seccomp

import "fmt"

// filterFlags are the flags of seccomp(2) that make sense without a supervisor, with
// the kernel's bits (linux/seccomp.h). A filter belongs to the thread that
// will exec, and the others end there: TSYNC asks for nothing, as in runc.
var filterFlags = []struct {
	name string
	bits uint32
}{
	{"SECCOMP_FILTER_FLAG_TSYNC", 0},
	{"SECCOMP_FILTER_FLAG_LOG", 1 << 1},
	{"SECCOMP_FILTER_FLAG_SPEC_ALLOW", 1 << 2},
}

func flagBits(names []string) (uint32, error) {
	var bits uint32
	for _, name := range names {
		bit, ok := flagBit(name)
		if !ok {
			return 0, fmt.Errorf("seccomp flag %s is unknown, or needs a supervisor that answers", name)
		}
		bits |= bit
	}
	return bits, nil
}

func flagBit(name string) (bits uint32, ok bool) {
	for _, f := range filterFlags {
		if f.name == name {
			return f.bits, true
		}
	}
	return 0, false
}
