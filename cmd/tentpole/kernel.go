package main

import (
	"github.com/spf13/cobra"

	"github.com/tentpole-labs/tentpole/sandbox/vm"
)

// kernelFlag names the kernel of the subject vm.
func kernelFlag(c *cobra.Command) {
	c.Flags().Func("kernel", "the `file` with the kernel that the subject vm boots (default: the newest /boot/vmlinuz-*)", vm.UseKernel)
}
