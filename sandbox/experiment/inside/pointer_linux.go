package inside

import "unsafe"

// pointer is the address of b for a system call. It stays valid: b is on the
// heap, which Go does not move, and is kept until the process ends.
func pointer(b []byte) uintptr {
	kept = append(kept, b)
	return uintptr(unsafe.Pointer(&b[0]))
}

var kept [][]byte
