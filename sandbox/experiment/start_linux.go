package experiment

import (
	"bytes"
	"encoding/binary"
	"os"
	"runtime"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/internal/sealed"
)

// firstInstructions write one byte to standard output and exit, so that what
// is timed is the way to a program and not the program. By architecture, with
// the number that elf(5) has for the machine.
var firstInstructions = map[string]struct {
	machine uint16
	code    []byte
}{
	"amd64": {0x3e, []byte{
		0xb8, 1, 0, 0, 0, // mov eax, 1 (write)
		0xbf, 1, 0, 0, 0, // mov edi, 1
		0x48, 0x8d, 0x35, 0xed, 0xff, 0xff, 0xff, // lea rsi, [rip-19]: these instructions
		0xba, 1, 0, 0, 0, // mov edx, 1
		0x0f, 0x05, // syscall
		0xb8, 60, 0, 0, 0, // mov eax, 60 (exit)
		0x31, 0xff, // xor edi, edi
		0x0f, 0x05, // syscall
	}},
	"arm64": {0xb7, []byte{
		0x20, 0x00, 0x80, 0xd2, // mov x0, #1
		0x01, 0x00, 0x00, 0x10, // adr x1, .
		0x22, 0x00, 0x80, 0xd2, // mov x2, #1
		0x08, 0x08, 0x80, 0xd2, // mov x8, #64 (write)
		0x01, 0x00, 0x00, 0xd4, // svc #0
		0x00, 0x00, 0x80, 0xd2, // mov x0, #0
		0xa8, 0x0b, 0x80, 0xd2, // mov x8, #93 (exit)
		0x01, 0x00, 0x00, 0xd4, // svc #0
	}},
}

// firstProgram is the open file of such a program.
func firstProgram() (*os.File, error) {
	first, known := firstInstructions[runtime.GOARCH]
	if !known {
		return nil, &sandbox.Error{Op: "write", Target: "a program's first instructions for " + runtime.GOARCH, Err: sandbox.ErrNotSupported}
	}
	f, err := sealed.Copy(bytes.NewReader(elfFile(first.machine, first.code)))
	if err != nil {
		return nil, &sandbox.Error{Op: "put together", Target: "a program", Err: err}
	}
	return f, nil
}

// elfFile is the smallest file around the code that the kernel executes: a
// header, and one segment to load; elf(5).
func elfFile(machine uint16, code []byte) []byte {
	const base, headers, page = 0x400000, 64 + 56, 0x10000
	size := uint64(headers + len(code))
	le := binary.LittleEndian
	b := []byte{0x7f, 'E', 'L', 'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0}
	b = le.AppendUint16(b, 2) // ET_EXEC
	b = le.AppendUint16(b, machine)
	b = le.AppendUint32(b, 1)
	for _, v := range []uint64{base + headers, 64, 0} { // entry, program headers, no sections
		b = le.AppendUint64(b, v)
	}
	b = le.AppendUint32(b, 0)
	for _, v := range []uint16{64, 56, 1, 0, 0, 0} {
		b = le.AppendUint16(b, v)
	}
	b = le.AppendUint32(b, 1)                                     // PT_LOAD
	b = le.AppendUint32(b, 5)                                     // to read and execute
	for _, v := range []uint64{0, base, base, size, size, page} { // offset, addresses, sizes, alignment
		b = le.AppendUint64(b, v)
	}
	return append(b, code...)
}
