package facts

import (
	"strings"
	"testing"
)

func FuzzMountinfo(f *testing.F) {
	f.Add(testdata(f, "mountinfo.debian12"))
	f.Add([]byte("1 2 3:4 \\04 \\9\\ rw -  - a b c\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		mounts, err := parseMountinfo(b)
		if err == nil && len(mounts) == 0 && strings.Trim(string(b), "\n") != "" {
			t.Fatal("lines were lost without an error")
		}
		facts := Facts{Mounts: mounts}
		facts.MountAt("/proc/sys")
		covers(mounts)
	})
}

func FuzzStatus(f *testing.F) {
	f.Add(testdata(f, "status.container"))
	f.Add([]byte("Pid:\t1\nUid:\t0\t0\t0\t0\nNSpid:\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if s, err := parseStatus(b); err == nil {
			s.nspid()
			capabilityNames(s.effective)
		}
	})
}

func FuzzCgroup(f *testing.F) {
	f.Add(testdata(f, "cgroup.debian10"), "/")
	f.Add([]byte("0::/../x\n"), "/..")
	f.Fuzz(func(t *testing.T, b []byte, root string) {
		groups, _ := parseCgroups(b)
		for _, c := range groups {
			dir, top := c.dir([]Mount{{FSType: "cgroup2", Root: root, Target: "/cg"}})
			if dir != "" && (top != "/cg" || !below(dir, "/cg")) {
				t.Fatalf("%q is not below %q", dir, top)
			}
		}
	})
}

func FuzzInterfaces(f *testing.F) {
	f.Add(testdata(f, "net_dev"), testdata(f, "fib_trie"), testdata(f, "route"), testdata(f, "if_inet6"))
	f.Fuzz(func(t *testing.T, dev, trie, route, inet6 []byte) {
		interfaces, err := parseNetDev(dev)
		if err != nil {
			return
		}
		addIPv4(interfaces, parseFibTrie(trie), parseRoutes(route))
		addIPv6(interfaces, inet6)
	})
}

func FuzzNumbers(f *testing.F) {
	f.Add([]byte("0 1000 1\n"))
	f.Add([]byte("boottime -1 999999999\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if ids, err := parseIDMap(b); err == nil {
			outside(ids, 0)
			inside(ids, 0)
		}
		_, _ = parseTimeOffsets(b)
		_, _ = parseNamespaceLink(string(b))
		for _, k := range limitKinds {
			files := map[string]string{"memory.max": string(b), "cpu.max": string(b), "pids.max": string(b), "io.max": string(b)}
			k.value(files)
			k.show(files)
		}
	})
}
