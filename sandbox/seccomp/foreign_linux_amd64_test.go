package seccomp

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestX32 makes getpid(2) by its x32 number. Without a filter that is the call,
// or ENOSYS where the kernel has no x32.
func TestX32(t *testing.T) {
	getpid := made{Number: x32Bit | 39}
	if _, err := send(t, order{Calls: []made{getpid}}); err != nil {
		t.Fatalf("without a filter: %v", err)
	}
	_, err := send(t, order{Filter: compiled(t, must(t)(Deny(AMD64)), AMD64).Raw(), Calls: []made{getpid}})
	if status := ending(err); !status.Signaled() || status.Signal() != syscall.SIGSYS {
		t.Errorf("under a filter that allows everything native: %v", err)
	}
}

// i386 is a whole program, an ELF header, a program header and eleven bytes of
// code: mov eax, 1; mov ebx, 9; int 0x80 is exit(9) by i386's numbers, and
// write(9, …) by amd64's.
var i386 = []byte("\x7fELF\x01\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00" +
	"\x02\x00\x03\x00\x01\x00\x00\x00\x54\x80\x04\x08\x34\x00\x00\x00" +
	"\x00\x00\x00\x00\x00\x00\x00\x00\x34\x00\x20\x00\x01\x00\x00\x00" +
	"\x00\x00\x00\x00" +
	"\x01\x00\x00\x00\x00\x00\x00\x00\x00\x80\x04\x08\x00\x80\x04\x08" +
	"\x60\x00\x00\x00\x60\x00\x00\x00\x05\x00\x00\x00\x00\x10\x00\x00" +
	"\xb8\x01\x00\x00\x00\xbb\x09\x00\x00\x00\xcd\x80")

func TestI386(t *testing.T) {
	program := filepath.Join(t.TempDir(), "i386")
	if err := os.WriteFile(program, i386, 0o755); err != nil {
		t.Fatal(err)
	}
	_, err := send(t, order{Exec: program})
	if status := ending(err); !status.Exited() || status.ExitStatus() != 9 {
		if err != nil && strings.Contains(err.Error(), syscall.ENOEXEC.Error()) {
			t.Skip("the kernel runs no i386 programs (CONFIG_IA32_EMULATION)")
		}
		t.Fatalf("without a filter, want exit status 9: %v", err)
	}
	_, err = send(t, order{Exec: program, Filter: compiled(t, must(t)(Deny(AMD64)), AMD64).Raw()})
	if status := ending(err); !status.Signaled() || status.Signal() != syscall.SIGSYS {
		t.Errorf("under a filter that allows everything native: %v", err)
	}
}
