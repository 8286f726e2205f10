package export

import (
	"strconv"
	"strings"

	"github.com/opencontainers/runtime-spec/specs-go"

	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
)

// resources writes the limits. Nil leaves a container without.
func (r request) resources() *specs.LinuxResources {
	l := r.Limits()
	if l.IsZero() {
		return nil
	}
	return &specs.LinuxResources{Memory: ociMemory(l), CPU: r.ociCPU(l), Pids: ociPIDs(l), BlockIO: ociIO(l.IO), Unified: r.unified(l)}
}

// ociMemory: the specification counts memory and swap together.
func ociMemory(l cgroup.Limits) *specs.LinuxMemory {
	if l.Memory == 0 {
		return nil
	}
	total := l.Memory + l.Swap
	return &specs.LinuxMemory{Limit: &l.Memory, Swap: &total}
}

// period is that of the quota, in µs; cgroup.Limits.CPUs.
const period uint64 = 100_000

func (r request) ociCPU(l cgroup.Limits) *specs.LinuxCPU {
	var cpu specs.LinuxCPU
	if l.CPUs > 0 {
		quota, every := int64(l.CPUs*float64(period)+0.5), period
		cpu.Quota, cpu.Period = &quota, &every
	}
	if l.Weight > 0 && !r.leaf() {
		s := shares(l.Weight)
		cpu.Shares = &s
	}
	return &cpu
}

// leaf tells that the commands are limited in a cgroup of v2.
func (r request) leaf() bool {
	join, _ := first[op.JoinCgroup](r.Plan)
	return join.Leaf
}

func ociPIDs(l cgroup.Limits) *specs.LinuxPids {
	if l.PIDs == 0 {
		return nil
	}
	return &specs.LinuxPids{Limit: &l.PIDs}
}

// unified are files of v2 that the specification has no other words for.
func (r request) unified(l cgroup.Limits) map[string]string {
	files := map[string]string{}
	if l.MemoryHigh > 0 {
		files["memory.high"] = strconv.FormatInt(l.MemoryHigh, 10)
	}
	if l.Weight > 0 && r.leaf() {
		files["cpu.weight"] = strconv.Itoa(l.Weight)
	}
	if len(files) == 0 {
		return nil
	}
	return files
}

func ociIO(limits []cgroup.IOLimit) *specs.LinuxBlockIO {
	if len(limits) == 0 {
		return nil
	}
	var io specs.LinuxBlockIO
	for _, l := range limits {
		for _, rate := range []struct {
			list  *[]specs.LinuxThrottleDevice
			limit int64
		}{
			{&io.ThrottleReadBpsDevice, l.ReadBPS}, {&io.ThrottleWriteBpsDevice, l.WriteBPS},
			{&io.ThrottleReadIOPSDevice, l.ReadIOPS}, {&io.ThrottleWriteIOPSDevice, l.WriteIOPS},
		} {
			if rate.limit > 0 {
				*rate.list = append(*rate.list, throttle(l.Device, rate.limit))
			}
		}
	}
	return &io
}

// throttle limits a device, "MAJOR:MINOR", to a rate a second.
func throttle(device string, limit int64) specs.LinuxThrottleDevice {
	d := specs.LinuxThrottleDevice{Rate: uint64(limit)}
	major, minor, _ := strings.Cut(device, ":")
	d.Major, _ = strconv.ParseInt(major, 10, 64)
	d.Minor, _ = strconv.ParseInt(minor, 10, 64)
	return d
}
