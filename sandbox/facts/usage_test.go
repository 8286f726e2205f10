package facts

import (
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
)

// files makes a file system of control files.
func files(texts map[string]string) fstest.MapFS {
	fs := fstest.MapFS{}
	for name, text := range texts {
		fs[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fs
}

func TestMeasure(t *testing.T) {
	n := func(n uint64) *uint64 { return &n }
	disk := []cgroup.IOStatistics{{Device: "254:0", ReadBytes: 4096, WriteBytes: 8192, Reads: 1, Writes: 2}}
	for _, tt := range []struct {
		name   string
		groups []Cgroup
		files  map[string]string
		want   cgroup.Statistics
	}{
		{"v2", []Cgroup{{Hierarchy: Unified, Path: "/tent", Dir: "/cg/tent"}}, map[string]string{
			"cg/tent/memory.current": "1048576\n", "cg/tent/memory.peak": "2097152\n", "cg/tent/memory.max": "max\n",
			"cg/tent/memory.swap.current": "0\n", "cg/tent/memory.events": "low 0\nhigh 3\nmax 4\noom 2\noom_kill 1\n",
			"cg/tent/cpu.stat":     "usage_usec 500\nuser_usec 400\nnr_periods 10\nnr_throttled 5\nthrottled_usec 77\n",
			"cg/tent/pids.current": "3\n", "cg/tent/pids.max": "32\n", "cg/tent/pids.events": "max 9\n",
			"cg/tent/io.stat": "254:0 rbytes=4096 wbytes=8192 rios=1 wios=2 dbytes=0 dios=0\n",
		}, cgroup.Statistics{
			Memory: cgroup.MemoryStatistics{Current: n(1 << 20), Peak: n(2 << 20), Swap: n(0), Throttled: n(3), Reclaims: n(4), OOM: n(2), OOMKill: n(1)},
			CPU:    cgroup.CPUStatistics{Usage: n(500), Periods: n(10), Throttled: n(5), ThrottledTime: n(77)},
			PIDs:   cgroup.PIDsStatistics{Current: n(3), Max: n(32), Refused: n(9)},
			IO:     disk,
		}},
		{"v1", []Cgroup{
			{Hierarchy: "memory", Path: "/tent", Dir: "/m/tent"}, {Hierarchy: "cpu,cpuacct", Path: "/tent", Dir: "/c/tent"},
			{Hierarchy: "pids", Path: "/tent", Dir: "/p/tent"}, {Hierarchy: "blkio", Path: "/tent", Dir: "/b/tent"},
			{Hierarchy: "name=systemd", Path: "/tent", Dir: "/s/tent"},
		}, map[string]string{
			"m/tent/memory.usage_in_bytes": "1048576\n", "m/tent/memory.max_usage_in_bytes": "2097152\n", "m/tent/memory.limit_in_bytes": "9223372036854771712\n",
			"m/tent/memory.failcnt": "4\n", "m/tent/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n", "m/tent/memory.stat": "cache 7\nswap 12\n",
			"c/tent/cpuacct.usage": "500000\n", "c/tent/cpu.stat": "nr_periods 10\nnr_throttled 5\nthrottled_time 77000\n",
			"p/tent/pids.current": "3\n", "p/tent/pids.max": "max\n", "p/tent/pids.events": "max 9\n",
			"b/tent/blkio.throttle.io_service_bytes": "254:0 Read 4096\n254:0 Write 8192\n254:0 Total 12288\nTotal 12288\n",
			"b/tent/blkio.throttle.io_serviced":      "254:0 Read 1\n254:0 Write 2\nTotal 3\n",
			"s/tent/cpu.stat":                        "nr_periods 99\n",
		}, cgroup.Statistics{
			Memory: cgroup.MemoryStatistics{Current: n(1 << 20), Peak: n(2 << 20), Reclaims: n(4), OOMKill: n(1), Swap: n(12)},
			CPU:    cgroup.CPUStatistics{Usage: n(500), Periods: n(10), Throttled: n(5), ThrottledTime: n(77)},
			PIDs:   cgroup.PIDsStatistics{Current: n(3), Refused: n(9)},
			IO:     disk,
		}},
		{"hybrid: what v1 leaves in its root, v2 tells", []Cgroup{
			{Hierarchy: "cpuacct", Path: "/", Dir: "/c"}, {Hierarchy: "memory", Path: "/tent", Dir: "/m/tent"}, {Hierarchy: Unified, Path: "/tent", Dir: "/u/tent"},
		}, map[string]string{
			"c/cpuacct.usage": "123456789\n", "m/tent/memory.usage_in_bytes": "5\n", "u/tent/cpu.stat": "usage_usec 500\n",
		}, cgroup.Statistics{Memory: cgroup.MemoryStatistics{Current: n(5)}, CPU: cgroup.CPUStatistics{Usage: n(500)}}},
		{"out of sight", []Cgroup{{Hierarchy: Unified, Path: "/../tent"}}, map[string]string{"memory.current": "1\n"}, cgroup.Statistics{}},
	} {
		if diff := cmp.Diff(tt.want, measure(tt.groups, files(tt.files))); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}
