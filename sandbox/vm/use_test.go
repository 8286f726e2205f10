package vm

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// TestUseKernel: what is no kernel is said before anything is started.
func TestUseKernel(t *testing.T) {
	t.Setenv(KernelVariable, "as before")
	dir := t.TempDir()
	text := filepath.Join(dir, "text")
	if err := os.WriteFile(text, []byte("no kernel"), 0o600); err != nil {
		t.Fatal(err)
	}
	for file, why := range map[string]string{
		filepath.Join(dir, "none"): "no such file or directory; kernels are called /boot/vmlinuz-VERSION",
		dir:                        "no kernel that a PC boots",
		text:                       "no kernel that a PC boots",
	} {
		err := UseKernel(file)
		if !sandbox.IsUsage(err) || !strings.Contains(err.Error(), why) || !strings.Contains(err.Error(), file) {
			t.Errorf("%v; want %s", err, why)
		}
	}
	if os.Geteuid() != 0 {
		if err := os.Chmod(text, 0); err != nil {
			t.Fatal(err)
		}
		if err := UseKernel(text); err == nil || !strings.Contains(err.Error(), "permission denied; copy it") {
			t.Errorf("one that may not be read: %v", err)
		}
	}
	if os.Getenv(KernelVariable) != "as before" {
		t.Error("a kernel that is refused is used all the same")
	}
}
