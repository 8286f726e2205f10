package sandbox

import (
	"slices"

	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
)

// masks are the paths that container engines hide and lock: they tell about the
// machine's hardware, memory and keys, or steer it. The lists are those of
// moby/oci/defaults.go.
var masks = op.HidePaths{
	Hidden: []string{
		"/proc/acpi", "/proc/asound", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/scsi",
		"/proc/timer_list", "/proc/timer_stats", "/sys/devices/virtual/powercap", "/sys/firmware",
	},
	ReadOnly: []string{"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"},
}

// Masked returns the paths that the layer masks hides, and those that it makes
// read-only.
func Masked() (hidden, readOnly []string) {
	return slices.Clone(masks.Hidden), slices.Clone(masks.ReadOnly)
}
