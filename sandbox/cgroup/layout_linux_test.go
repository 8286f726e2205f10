package cgroup

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// every is a limit of each kind.
var every = Limits{
	Memory: 64 << 20, CPUs: 0.5, Weight: 200, PIDs: 32,
	IO: []IOLimit{{Device: "254:0", WriteBPS: 1 << 20, ReadIOPS: 100}},
}

// What is made and written, as a person would type it.
func TestLayout(t *testing.T) {
	for _, tt := range []struct {
		name   string
		limits Limits
		want   string
	}{
		{"hybrid", every, `
mkdir /sys/fs/cgroup/unified/tentpole-ada
mkdir /sys/fs/cgroup/memory/service/tentpole-ada
mkdir /sys/fs/cgroup/cpu/tentpole-ada
mkdir /sys/fs/cgroup/pids/tentpole-ada
mkdir /sys/fs/cgroup/blkio/tentpole-ada
mkdir /sys/fs/cgroup/freezer/tentpole-ada
mkdir /sys/fs/cgroup/cpuacct/tentpole-ada
echo 67108864 > /sys/fs/cgroup/memory/service/tentpole-ada/memory.limit_in_bytes
echo 67108864 > /sys/fs/cgroup/memory/service/tentpole-ada/memory.memsw.limit_in_bytes
echo 50000 > /sys/fs/cgroup/cpu/tentpole-ada/cpu.cfs_quota_us
echo 2048 > /sys/fs/cgroup/cpu/tentpole-ada/cpu.shares
echo 32 > /sys/fs/cgroup/pids/tentpole-ada/pids.max
echo '254:0 1048576' > /sys/fs/cgroup/blkio/tentpole-ada/blkio.throttle.write_bps_device
echo '254:0 100' > /sys/fs/cgroup/blkio/tentpole-ada/blkio.throttle.read_iops_device`},
		{"debian10", Limits{Memory: 64 << 20, CPUs: 2}, `
mkdir /sys/fs/cgroup/unified/user.slice/user-1000.slice/session-3.scope/tentpole-ada
mkdir /sys/fs/cgroup/memory/user.slice/user-1000.slice/session-3.scope/tentpole-ada
mkdir /sys/fs/cgroup/cpu,cpuacct/tentpole-ada
mkdir /sys/fs/cgroup/freezer/tentpole-ada
echo 67108864 > /sys/fs/cgroup/memory/user.slice/user-1000.slice/session-3.scope/tentpole-ada/memory.limit_in_bytes
echo 0 > /sys/fs/cgroup/memory/user.slice/user-1000.slice/session-3.scope/tentpole-ada/memory.swappiness
echo 200000 > /sys/fs/cgroup/cpu,cpuacct/tentpole-ada/cpu.cfs_quota_us`},
		{"v2", every, `
echo '+io +memory +pids' > /sys/fs/cgroup/cgroup.subtree_control
mkdir /sys/fs/cgroup/tentpole-ada
mkdir /sys/fs/cgroup/tentpole-ada/init
echo '+memory +cpu +pids +io' > /sys/fs/cgroup/tentpole-ada/cgroup.subtree_control
mkdir /sys/fs/cgroup/tentpole-ada/commands
echo 0 > /sys/fs/cgroup/tentpole-ada/commands/memory.swap.max
echo 67108864 > /sys/fs/cgroup/tentpole-ada/commands/memory.max
echo '50000 100000' > /sys/fs/cgroup/tentpole-ada/commands/cpu.max
echo 200 > /sys/fs/cgroup/tentpole-ada/commands/cpu.weight
echo 32 > /sys/fs/cgroup/tentpole-ada/commands/pids.max
echo '254:0 rbps=max wbps=1048576 riops=100 wiops=max' > /sys/fs/cgroup/tentpole-ada/commands/io.max`},
		{"v2", Limits{}, `
mkdir /sys/fs/cgroup/tentpole-ada`},
		{"v2", Limits{Memory: 64 << 20, MemoryHigh: 32 << 20, Swap: 1 << 20}, `
echo +memory > /sys/fs/cgroup/cgroup.subtree_control
mkdir /sys/fs/cgroup/tentpole-ada
mkdir /sys/fs/cgroup/tentpole-ada/init
echo +memory > /sys/fs/cgroup/tentpole-ada/cgroup.subtree_control
mkdir /sys/fs/cgroup/tentpole-ada/commands
echo 1048576 > /sys/fs/cgroup/tentpole-ada/commands/memory.swap.max
echo 33554432 > /sys/fs/cgroup/tentpole-ada/commands/memory.high
echo 67108864 > /sys/fs/cgroup/tentpole-ada/commands/memory.max`},
		{"debian12", Limits{PIDs: 8}, `
systemd-run --scope --unit=tentpole-ada.scope --slice=system.slice --property=Delegate=yes
mkdir /sys/fs/cgroup/system.slice/tentpole-ada.scope/init
echo +pids > /sys/fs/cgroup/system.slice/tentpole-ada.scope/cgroup.subtree_control
mkdir /sys/fs/cgroup/system.slice/tentpole-ada.scope/commands
echo 8 > /sys/fs/cgroup/system.slice/tentpole-ada.scope/commands/pids.max`},
	} {
		l, err := machineOf(t, tt.name, 0, "/").look().Layout("ada", tt.limits)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(strings.TrimPrefix(tt.want, "\n"), typed(l, l.Settings(tt.limits))); diff != "" {
			t.Errorf("%s %+v: %s", tt.name, tt.limits, diff)
		}
	}
}

func typed(l Layout, settings []Setting) string {
	var lines []string
	for _, s := range l.Steps() {
		lines = append(lines, s.String())
	}
	for _, s := range settings {
		lines = append(lines, s.String())
	}
	return strings.Join(lines, "\n")
}

func TestUsersScope(t *testing.T) {
	l, err := machineOf(t, "debian12", 1001).look().Layout("ada", Limits{PIDs: 8})
	if err != nil {
		t.Fatal(err)
	}
	const want = "systemd-run --user --scope --unit=tentpole-ada.scope --slice=app.slice --property=Delegate=yes"
	if got := l.Steps()[0].String(); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// Only what differs is written, and on v1 in the order that the kernel takes.
func TestSettingsBetweenLimits(t *testing.T) {
	const mib = 1 << 20
	for _, tt := range []struct {
		name     string
		from, to Limits
		want     string
	}{
		{"v2", every, every, ""},
		{"v2", Limits{PIDs: 32, Memory: 64 * mib}, Limits{PIDs: 16, Memory: 64 * mib}, "pids.max=16"},
		{"v2", Limits{Memory: 64 * mib}, Limits{Memory: 32 * mib}, "memory.max=33554432"},
		{"v2", Limits{Memory: 64 * mib}, Limits{}, "memory.swap.max=max memory.max=max"},
		{"v2", every, Limits{Memory: every.Memory}, "cpu.max=max 100000 cpu.weight=100 pids.max=max io.max=254:0 rbps=max wbps=max riops=max wiops=max"},
		{"hybrid", Limits{Memory: 64 * mib}, Limits{Memory: 32 * mib}, "memory.limit_in_bytes=33554432 memory.memsw.limit_in_bytes=33554432"},
		{"hybrid", Limits{Memory: 32 * mib}, Limits{Memory: 64 * mib}, "memory.memsw.limit_in_bytes=67108864 memory.limit_in_bytes=67108864"},
		{"hybrid", Limits{Memory: 32 * mib, Swap: 64 * mib}, Limits{Memory: 64 * mib}, "memory.limit_in_bytes=67108864 memory.memsw.limit_in_bytes=67108864"},
		{"hybrid", Limits{Memory: 32 * mib}, Limits{}, "memory.memsw.limit_in_bytes=-1 memory.limit_in_bytes=-1"},
		{"hybrid", Limits{IO: every.IO}, Limits{IO: []IOLimit{{Device: "8:0", ReadBPS: 5}}},
			"blkio.throttle.read_bps_device=8:0 5 blkio.throttle.write_bps_device=254:0 0 blkio.throttle.read_iops_device=254:0 0"},
	} {
		l, err := machineOf(t, tt.name, 0, "/").look().Layout("ada", every)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range l.settings(tt.from, tt.to) {
			got = append(got, s.Path[strings.LastIndex(s.Path, "/")+1:]+"="+s.Value)
		}
		if diff := cmp.Diff(tt.want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%s from %+v to %+v: %s", tt.name, tt.from, tt.to, diff)
		}
	}
}

func TestLayoutRefuses(t *testing.T) {
	for _, tt := range []struct {
		machine, name string
		limits        Limits
		want          string
	}{
		{"hybrid", "ada", Limits{MemoryHigh: 1}, "nothing like memory.high"},
		{"debian10", "ada", Limits{Memory: 1, Swap: 1}, "does not count swap"},
		{"v2", "a/b", Limits{}, "invalid argument"},
		{"v2", "", Limits{}, "invalid argument"},
		{"v2", "ada", Limits{CPUs: -1}, "CPU limit"},
		{"v1", "ada", Limits{PIDs: 1}, "read-only"},
	} {
		m := machineOf(t, tt.machine, 0, "/")
		if tt.machine == "v1" {
			m = machineOf(t, tt.machine, 0)
		}
		if _, err := m.look().Layout(tt.name, tt.limits); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s %q %+v: %v, want %q", tt.machine, tt.name, tt.limits, err, tt.want)
		}
	}
}

func TestUnitName(t *testing.T) {
	for name, want := range map[string]string{
		"ada@12.345.6f0e": "tentpole-ada-12.345.6f0e.scope", "a b/ä": "tentpole-a-b--.scope", "_x-1": "tentpole-_x-1.scope",
	} {
		if got := unitName(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func TestStatisticsOfRealGroups(t *testing.T) {
	for name, want := range map[string]Statistics{
		"v2": {
			Memory: MemoryStatistics{Current: n(950272), Peak: n(16777216), Max: n(16777216), Swap: n(0), Reclaims: n(36), Throttled: n(0), OOM: n(1), OOMKill: n(1)},
			CPU:    CPUStatistics{Usage: n(298453), Periods: n(7), Throttled: n(5), ThrottledTime: n(352302)},
			PIDs:   PIDsStatistics{Current: n(7), Peak: n(8), Max: n(8), Refused: n(1)},
			IO:     []IOStatistics{{Device: "254:0", ReadBytes: 2170880, WriteBytes: 2097152, Reads: 15, Writes: 4}},
		},
		"hybrid": {
			Memory: MemoryStatistics{Current: n(1761280), Peak: n(16777216), Max: n(16777216), Swap: n(0), Reclaims: n(0), OOMKill: n(1)},
			CPU:    CPUStatistics{Usage: n(540385), Periods: n(13), Throttled: n(10), ThrottledTime: n(493435)},
			PIDs:   PIDsStatistics{Current: n(7), Peak: n(8), Max: n(8), Refused: n(1)},
			IO:     []IOStatistics{{Device: "254:0", ReadBytes: 2170880, WriteBytes: 2097152, Reads: 15, Writes: 4}},
		},
		"debian10": {}, // there is no such group
	} {
		m := machineOf(t, name, 0, "/")
		l, err := m.look().Layout("ada", every)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, l.statistics(m.files)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func n(value uint64) *uint64 { return &value }

func TestNumber(t *testing.T) {
	for _, tt := range []struct {
		text, key string
		want      uint64
		ok        bool
	}{
		{"42\n", "", 42, true},
		{"max\n", "", 0, false},
		{"9223372036854771712\n", "", 0, false}, // "unlimited" of v1
		{"", "", 0, false},
		{"oom 1\noom_kill 2\n", "oom", 1, true},
		{"oom 1\noom_kill 2\n", "oom_kill", 2, true},
		{"oom 1\n", "high", 0, false},
		{"swapcached 5\n", "swap", 0, false},
	} {
		if got, ok := number(tt.text, tt.key); got != tt.want && ok || ok != tt.ok {
			t.Errorf("%q %q: %d %v", tt.text, tt.key, got, ok)
		}
	}
}
