package facts

import (
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestParseStatus(t *testing.T) {
	s, err := parseStatus(testdata(t, "status.container"))
	if err != nil {
		t.Fatal(err)
	}
	if s.name != "sleep" || s.state != 'S' || s.pid != 15731 || s.parent != 1 || s.nspid() != 1 {
		t.Errorf("got %+v", s)
	}
	if !s.noNewPrivs || s.seccomp != "disabled" || s.filters != 0 {
		t.Errorf("restrictions: %+v", s)
	}
	// The fourteen that container runtimes have agreed on.
	want := strings.Fields("CAP_CHOWN CAP_DAC_OVERRIDE CAP_FOWNER CAP_FSETID CAP_KILL CAP_SETGID CAP_SETUID " +
		"CAP_SETPCAP CAP_NET_BIND_SERVICE CAP_NET_RAW CAP_SYS_CHROOT CAP_MKNOD CAP_AUDIT_WRITE CAP_SETFCAP")
	if diff := cmp.Diff(want, capabilityNames(s.effective)); diff != "" {
		t.Error(diff)
	}
}

func TestParseStatusLines(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		check      func(status) bool
		fails      bool
	}{
		{"a name cannot make a line", "Name:\ta\\nUid:\\\\\t\nPid:\t7\nUid:\t1\t2\t3\t4\n",
			func(s status) bool { return s.name == "a\nUid:\\\t" && s.uids == IDs{1, 2, 3, 4} }, false},
		{"blanks of a name stay", "Name:\t x \nPid:\t7\nUid:\t1\t2\t3\t4\n",
			func(s status) bool { return s.name == " x " }, false},
		{"filters", "Pid:\t7\nUid:\t0\t0\t0\t0\nSeccomp:\t2\nSeccomp_filters:\t3\n",
			func(s status) bool { return s.seccomp == "filter" && s.filters == 3 }, false},
		{"no NSpid before 4.1", "Pid:\t7\nUid:\t0\t0\t0\t0\n",
			func(s status) bool { return s.nspid() == 7 }, false},
		{"groups", "Pid:\t7\nUid:\t0\t0\t0\t0\nGroups:\t4 24 4294967294 \n",
			func(s status) bool { return slices.Equal(s.groups, []uint32{4, 24, 4294967294}) }, false},
		{"empty", "", nil, true},
		{"three ids", "Pid:\t7\nUid:\t0\t0\t0\n", nil, true},
		{"not a number", "Pid:\tx\nUid:\t0\t0\t0\t0\n", nil, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := parseStatus([]byte(tt.text))
			if (err != nil) != tt.fails {
				t.Fatalf("error %v", err)
			}
			if err == nil && !tt.check(s) {
				t.Errorf("got %+v", s)
			}
		})
	}
}

func TestCapabilityNames(t *testing.T) {
	got := capabilityNames(1<<0 | 1<<21 | 1<<40 | 1<<63)
	want := []string{"CAP_CHOWN", "CAP_SYS_ADMIN", "CAP_CHECKPOINT_RESTORE", "CAP_63"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestParseArgs(t *testing.T) {
	for text, want := range map[string][]string{
		"":                    {},
		"sleep\x0060\x00":     {"sleep", "60"},
		"sh\x00-c\x00\x00":    {"sh", "-c", ""},
		"nginx: master":       {"nginx: master"},
		"two\nlines\x00x\x00": {"two\nlines", "x"},
	} {
		if diff := cmp.Diff(want, parseArgs([]byte(text))); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
}

func TestParseIDMap(t *testing.T) {
	got, err := parseIDMap([]byte("         0       1000          1\n         1     100000      65536\n"))
	want := []IDRange{{0, 1000, 1}, {1, 100000, 65536}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Fatal(diff, err)
	}
	for _, tt := range []struct{ in, out uint32 }{{0, 1000}, {1, 100000}, {65536, 165535}} {
		if id, ok := outside(got, tt.in); !ok || id != tt.out {
			t.Errorf("outside(%d) = %d %v", tt.in, id, ok)
		}
		if id, ok := inside(got, tt.out); !ok || id != tt.in {
			t.Errorf("inside(%d) = %d %v", tt.out, id, ok)
		}
	}
	if _, ok := outside(got, 65537); ok {
		t.Error("65537 is not mapped")
	}
	if all, err := parseIDMap([]byte("         0          0 4294967295\n")); err != nil || all[0].Count != math.MaxUint32 {
		t.Error(all, err)
	}
	if none, err := parseIDMap(nil); err != nil || none == nil || len(none) != 0 {
		t.Error(none, err)
	}
	for _, bad := range []string{"0 0\n", "0 0 -1\n", "a b c\n"} {
		if _, err := parseIDMap([]byte(bad)); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func TestParseNamespaceLink(t *testing.T) {
	if n, err := parseNamespaceLink("mnt:[4026531841]"); n != 4026531841 || err != nil {
		t.Error(n, err)
	}
	for _, bad := range []string{"", "mnt", "mnt:[", "mnt:[12", "mnt:[x]"} {
		if _, err := parseNamespaceLink(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

// The table of a stock Debian 12, shortened, and two mounts with every escape
// and every kind of propagation.
func TestParseMountinfoDebian12(t *testing.T) {
	got, err := parseMountinfo(testdata(t, "mountinfo.debian12"))
	if err != nil || len(got) != 7 {
		t.Fatal(len(got), err)
	}
	want := []Mount{
		{28, 1, "8:1", "/", "/", "ext4", "/dev/sda1", "rw,relatime", "rw,errors=remount-ro", "shared:1"},
		{50, 28, "0:36", "/", "/mnt/with\\backslash\ttab", "tmpfs", "", "rw,relatime", "rw", "shared:1 master:2"},
		{51, 50, "0:36", "/sub", "/mnt/line\nbreak x", "tmpfs", "a#b", "ro,relatime", "rw", "unbindable"},
	}
	for i, line := range []int{2, 5, 6} {
		if diff := cmp.Diff(want[i], got[line]); diff != "" {
			t.Error(diff)
		}
	}
}

// The file was taken from a container of runc 1.1.5 with the mounts and masks
// that Docker asks for, and a volume with a blank in its path.
func TestParseMountinfoContainer(t *testing.T) {
	mounts, err := parseMountinfo(testdata(t, "mountinfo.container"))
	if err != nil || len(mounts) != 29 {
		t.Fatal(len(mounts), err)
	}
	f := Facts{Mounts: mounts}
	for path, want := range map[string]string{
		"/":                     "overlay",
		"/etc/passwd":           "overlay",
		"/etc/hostname":         "tmpfs /docker/containers/4f0e/hostname",
		"/srv/my site/index":    "tmpfs /srv/my site, read-only",
		"/srv/my sites":         "overlay",
		"/proc/sys/kernel":      "proc /sys, read-only",
		"/proc/keys":            "tmpfs /null",
		"/sys/fs/cgroup/memory": "cgroup /docker/4f0e4cc32ad2, read-only",
		"relative/../dev":       "tmpfs",
	} {
		if m, ok := f.MountAt(path); !ok || m.text() != want {
			t.Errorf("at %s: %q, want %q", path, m.text(), want)
		}
	}
	root, _ := f.MountAt("/")
	if root.Propagation != "private" || !strings.Contains(root.FSOptions, "upperdir=/var/lib/docker/overlay2/6c0f5b1e9d/diff") {
		t.Errorf("root mount %+v", root)
	}
	if n := coversText(covers(mounts)); n != "4 hidden, 4 read-only" {
		t.Errorf("covered are %s", n)
	}
}

func TestParseMountinfoKeepsTheRest(t *testing.T) {
	b := append([]byte("no mount at all\n"), testdata(t, "mountinfo.debian12")...)
	mounts, err := parseMountinfo(b)
	if err == nil || len(mounts) != 7 {
		t.Error(len(mounts), err)
	}
}

func TestMountAtTakesTheUpper(t *testing.T) {
	f := Facts{Mounts: []Mount{{ID: 1, Target: "/"}, {ID: 2, Target: "/tmp"}, {ID: 3, Target: "/tmp"}}}
	if m, _ := f.MountAt("/tmp/x"); m.ID != 3 {
		t.Errorf("mount %d", m.ID)
	}
	if _, ok := (Facts{Mounts: []Mount{{Target: "/proc"}}}).MountAt("/tmp"); ok {
		t.Error("after chroot no mount need hold a path")
	}
}

// Of a login session under systemd: cgroup v2 alone (Debian 12), and v1 with
// the unified hierarchy beside it (Debian 10, shortened). The hybrid file is
// of a container on a machine without systemd.
func TestParseCgroups(t *testing.T) {
	session := "/user.slice/user-1000.slice/session-3.scope"
	for name, want := range map[string]map[string]string{
		"cgroup.debian12": {Unified: session},
		"cgroup.debian10": {Unified: session, "memory": session, "pids": session, "name=systemd": session, "cpu,cpuacct": "/", "blkio": "/user.slice"},
	} {
		groups, err := parseCgroups(testdata(t, name))
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, c := range groups {
			got[c.Hierarchy] = c.Path
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if groups, err := parseCgroups(testdata(t, "cgroup.hybrid")); err != nil || len(groups) != 10 {
		t.Error(groups, err)
	}
	colon, err := parseCgroups([]byte("0::/a:b\n"))
	if err != nil || colon[0].Path != "/a:b" {
		t.Error(colon, err)
	}
	for _, bad := range []string{"0:/x\n", "0::x\n", "0::\n"} {
		if _, err := parseCgroups([]byte(bad)); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func TestCgroupDir(t *testing.T) {
	v2 := Mount{FSType: "cgroup2", Root: "/", Target: "/sys/fs/cgroup/unified"}
	cpu := Mount{FSType: "cgroup", Root: "/", Target: "/sys/fs/cgroup/cpu", FSOptions: "rw,cpu,cpuacct"}
	named := Mount{FSType: "cgroup", Root: "/", Target: "/sys/fs/cgroup/systemd", FSOptions: "rw,xattr,name=systemd"}
	inDocker := Mount{FSType: "cgroup2", Root: "/docker/4f0e", Target: "/sys/fs/cgroup"}
	for _, tt := range []struct {
		group  Cgroup
		mounts []Mount
		want   string
	}{
		{Cgroup{Hierarchy: Unified, Path: "/a/b"}, []Mount{cpu, v2}, "/sys/fs/cgroup/unified/a/b"},
		{Cgroup{Hierarchy: Unified, Path: "/"}, []Mount{v2}, "/sys/fs/cgroup/unified"},
		{Cgroup{Hierarchy: "cpu,cpuacct", Path: "/a"}, []Mount{v2, cpu}, "/sys/fs/cgroup/cpu/a"},
		{Cgroup{Hierarchy: "cpuset", Path: "/a"}, []Mount{v2, cpu}, ""},
		{Cgroup{Hierarchy: "name=systemd", Path: "/a"}, []Mount{named}, "/sys/fs/cgroup/systemd/a"},
		{Cgroup{Hierarchy: Unified, Path: "/docker/4f0e/x"}, []Mount{inDocker}, "/sys/fs/cgroup/x"},
		{Cgroup{Hierarchy: Unified, Path: "/docker/4f0e1"}, []Mount{inDocker}, ""},
		{Cgroup{Hierarchy: Unified, Path: "/../other"}, []Mount{v2}, ""},
		{Cgroup{Hierarchy: Unified, Path: "/../other"}, []Mount{{FSType: "cgroup2", Root: "/..", Target: "/cg"}}, "/cg/other"},
		{Cgroup{Hierarchy: Unified, Path: "/../../other"}, []Mount{{FSType: "cgroup2", Root: "/..", Target: "/cg"}}, ""},
	} {
		if got, _ := tt.group.dir(tt.mounts); got != tt.want {
			t.Errorf("%+v: %q, want %q", tt.group, got, tt.want)
		}
	}
}

func TestLimitKinds(t *testing.T) {
	for _, tt := range []struct {
		layer string
		files map[string]string
		want  string // empty for no limit
	}{
		{"memory", map[string]string{"memory.max": "67108864"}, "64 MiB"},
		{"memory", map[string]string{"memory.max": "max"}, ""},
		{"memory", map[string]string{"memory.limit_in_bytes": "9223372036854771712"}, ""},
		{"memory", map[string]string{"memory.limit_in_bytes": "1610612736"}, "1.5 GiB"},
		{"memory", nil, ""},
		{"cpu", map[string]string{"cpu.max": "50000 100000"}, "0.5 CPU"},
		{"cpu", map[string]string{"cpu.max": "max 100000"}, ""},
		{"cpu", map[string]string{"cpu.cfs_quota_us": "-1", "cpu.cfs_period_us": "100000"}, ""},
		{"cpu", map[string]string{"cpu.cfs_quota_us": "200000", "cpu.cfs_period_us": "100000"}, "2 CPU"},
		{"pids", map[string]string{"pids.max": "32"}, "32"},
		{"pids", map[string]string{"pids.max": "max"}, ""},
		{"io", map[string]string{"io.max": ""}, ""},
		{"io", map[string]string{"io.max": "8:0 rbps=max wbps=1048576 riops=max wiops=100"}, "8:0 write 1 MiB/s, write 100 ops/s"},
		{"io", map[string]string{"blkio.throttle.write_bps_device": "8:0 1048576"}, "8:0 write 1 MiB/s"},
	} {
		i := slices.IndexFunc(limitKinds, func(k limitKind) bool { return k.layer == tt.layer })
		k := limitKinds[i]
		got := ""
		if !math.IsInf(k.value(tt.files), 1) {
			got = k.show(tt.files)
		}
		if got != tt.want {
			t.Errorf("%s %v: %q, want %q", tt.layer, tt.files, got, tt.want)
		}
	}
}

func TestParseInterfaces(t *testing.T) {
	interfaces, err := parseNetDev(testdata(t, "net_dev"))
	if err != nil {
		t.Fatal(err)
	}
	homeless := addIPv4(interfaces, parseFibTrie(testdata(t, "fib_trie")), parseRoutes(testdata(t, "route")))
	addIPv6(interfaces, testdata(t, "if_inet6"))
	want := []Interface{
		{"lo", []string{"127.0.0.1/8", "::1/128"}},
		{"ifb0", []string{}},
		{"ifb1", []string{}},
		{"eth0", []string{"192.0.2.2/24", "fe80::fc:ff:fe00:1/64", "fd00::2/64"}},
	}
	if diff := cmp.Diff(want, interfaces); diff != "" || homeless != nil {
		t.Error(diff, homeless)
	}
}

func TestAddressesWithoutRoute(t *testing.T) {
	trie := []byte("Local:\n  +-- 0.0.0.0/0 3 0 5\n     |-- 10.9.8.7\n        /32 host LOCAL\n")
	homeless := addIPv4([]Interface{{Name: "lo"}, {Name: "wg0"}}, parseFibTrie(trie), nil)
	if diff := cmp.Diff([]string{"10.9.8.7"}, homeless); diff != "" {
		t.Error(diff)
	}
}

func TestNarrowestRouteWins(t *testing.T) {
	route := []byte("Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT\n" +
		"eth1 0000000A 00000000 0001 0 0 0 000000FF 0 0 0\n" + // 10.0.0.0/8
		"eth0 0000000A 00000000 0001 0 0 0 00FFFFFF 0 0 0\n" + // 10.0.0.0/24
		"eth1 00000000 0100000A 0003 0 0 0 00000000 0 0 0\n")
	interfaces := []Interface{{Name: "eth0"}, {Name: "eth1"}}
	addresses := []netip.Addr{netip.MustParseAddr("10.0.0.7"), netip.MustParseAddr("10.1.0.7")}
	homeless := addIPv4(interfaces, addresses, parseRoutes(route))
	want := []Interface{{"eth0", []string{"10.0.0.7/24"}}, {"eth1", []string{"10.1.0.7/8"}}}
	if diff := cmp.Diff(want, interfaces); diff != "" || homeless != nil {
		t.Error(diff, homeless)
	}
}

func TestParseTimeOffsets(t *testing.T) {
	got, err := parseTimeOffsets([]byte("monotonic           0         0\nboottime       864000 500000000\n"))
	if err != nil || got.Monotonic != 0 || got.Boottime != 240*time.Hour+500*time.Millisecond {
		t.Error(got, err)
	}
	past, err := parseTimeOffsets([]byte("monotonic -2 500000000\n"))
	if err != nil || past.Monotonic != -1500*time.Millisecond {
		t.Error(past, err)
	}
	for _, bad := range []string{"boottime 1\n", "boottime x 0\n"} {
		if _, err := parseTimeOffsets([]byte(bad)); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func TestMarkInside(t *testing.T) {
	// 20 is a child with a lower id than its parent's.
	list := []Process{{PID: 1}, {PID: 20, Parent: 40}, {PID: 30, Parent: 1}, {PID: 40, Parent: 30}, {PID: 50, Parent: 1}}
	markInside(list, 30, false)
	got := ""
	for _, p := range list {
		got += fmt.Sprintf("%d:%v ", p.PID, p.Inside)
	}
	if want := "1:false 20:true 30:true 40:true 50:false "; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	markInside(list, 30, true)
	for _, p := range list {
		if !p.Inside {
			t.Errorf("%d is outside of its own namespace", p.PID)
		}
	}
}
