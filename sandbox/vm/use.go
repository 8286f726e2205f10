package vm

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/vm/initramfs"
)

// UseKernel has every machine of this program boot the kernel in a file, as
// KernelVariable does. A file that is none is a usage error.
func UseKernel(image string) error {
	if _, err := initramfs.ThisKernel(image); err != nil {
		return &sandbox.UsageError{What: "kernel", Word: image, Why: whyNot(err)}
	}
	return os.Setenv(KernelVariable, image)
}

// whyNot says why a file is no kernel to boot, and what to do.
func whyNot(err error) string {
	var on *fs.PathError
	switch errors.As(err, &on); {
	case errors.Is(err, fs.ErrPermission):
		return fmt.Sprintf("%v; copy it to where you may read it: sudo install -m 644 IMAGE DIR", err)
	case on != nil && on.Op == "stat":
		return fmt.Sprintf("its modules are missing (%v); they lie in ../lib/modules/VERSION beside it, or in /lib/modules", err)
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Sprintf("%v; kernels are called /boot/vmlinuz-VERSION", err)
	}
	return err.Error()
}
