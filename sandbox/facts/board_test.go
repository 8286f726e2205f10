package facts

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// machine is a host's side, with the fields a test may want to change.
func machine() Facts {
	f := Facts{
		PID: 100, NSPIDs: []int{100}, SeenFrom: 6,
		Namespaces: map[Namespace]uint64{"mount": 1, "uts": 2, "ipc": 3, "pid": 4, "net": 5, "user": 6, "cgroup": 7, "time": 8},
		UIDMap:     []IDRange{{0, 0, 4294967295}}, GIDMap: []IDRange{{0, 0, 4294967295}},
		Capabilities: Capabilities{Effective: []string{"CAP_CHOWN", "CAP_KILL"}, Bounding: []string{"CAP_CHOWN", "CAP_KILL"}},
		Seccomp:      "disabled",
		Mounts:       []Mount{{Device: "8:1", Root: "/", Target: "/", FSType: "ext4", Source: "/dev/vda"}},
		Root:         Root{Device: "8:1", Inode: 2, Path: "/"},
		Hostname:     "campground",
		Interfaces:   []Interface{{Name: "lo"}, {Name: "eth0"}},
		BootTime:     time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		Cgroups:      []Cgroup{{Hierarchy: Unified, Path: "/host", Dir: "/cg/host", Limits: map[string]string{"memory.max": "max", "pids.max": "max"}}},
		Unreadable:   map[string]string{},
	}
	return f
}

func inNamespace(f Facts, ns Namespace, inode uint64) Facts {
	f.Namespaces = map[Namespace]uint64{"mount": 1, "uts": 2, "ipc": 3, "pid": 4, "net": 5, "user": 6, "cgroup": 7, "time": 8}
	f.Namespaces[ns] = inode
	return f
}

func TestCompareRows(t *testing.T) {
	host := machine()
	for _, tt := range []struct {
		name, id             string
		inside               func(Facts) Facts
		hostCell, cell, word string
	}{
		{"same namespace", "ns.mount", func(f Facts) Facts { return f }, "1", "1", Shared},
		{"own namespace", "ns.mount", func(f Facts) Facts { return inNamespace(f, "mount", 4026532290) }, "1", "4026532290", Own},
		{"pid", "pid", func(f Facts) Facts { f = inNamespace(f, "pid", 9); f.PID = 4312; f.NSPIDs = []int{4312, 1}; return f }, "4312", "1", Own},
		{"mount table of one's own", "mounts", func(f Facts) Facts { return inNamespace(f, "mount", 9) }, "1", "1", Own},
		{"root in an own mount namespace", "root", func(f Facts) Facts { return inNamespace(f, "mount", 9) }, "ext4 vda", "ext4 vda", Shared},
		{"chroot", "root", func(f Facts) Facts { f.Mounts = nil; f.Root = Root{"8:1", 77, "/srv/new"}; return f }, "ext4 vda", "ext4 vda /srv/new", Own},
		{"same text, another root", "root", func(f Facts) Facts { f.Root.Inode = 77; return f }, "ext4 vda inode 2", "ext4 vda inode 77", Own},
		{"tmpfs on /tmp", "path:/tmp", func(f Facts) Facts {
			f.Mounts = append(f.Mounts[:1:1], Mount{Device: "0:9", Root: "/", Target: "/tmp", FSType: "tmpfs", Source: "tmpfs"})
			return f
		}, "ext4 vda", "tmpfs", Own},
		{"/tmp of the same mount", "path:/tmp", func(f Facts) Facts { return inNamespace(f, "mount", 9) }, "ext4 vda", "ext4 vda", Shared},
		{"hostname", "hostname", func(f Facts) Facts { f = inNamespace(f, "uts", 9); f.Hostname = "tent"; return f }, "campground", "tent", Own},
		{"interfaces", "interfaces", func(f Facts) Facts { f = inNamespace(f, "net", 9); f.Interfaces = f.Interfaces[:1]; return f }, "lo eth0", "lo", Own},
		{"boot time", "boot", func(f Facts) Facts {
			f = inNamespace(f, "time", 9)
			f.BootTime = f.BootTime.AddDate(0, 0, -10)
			return f
		},
			"2026-01-02 03:04:05", "2025-12-23 03:04:05", Own},
		{"root is nobody special", "uid", func(f Facts) Facts { f = inNamespace(f, "user", 9); f.UIDMap = []IDRange{{0, 1000, 1}}; return f }, "0", "1000", Mapped},
		{"no map yet", "uid", func(f Facts) Facts { f = inNamespace(f, "user", 9); f.UIDMap = nil; return f }, "0", "nobody", None},
		{"zero left out", "gid", func(f Facts) Facts { f = inNamespace(f, "user", 9); f.GIDMap = []IDRange{{5, 5, 1}}; return f }, "0", "nobody", None},
		{"same user namespace", "uid", func(f Facts) Facts { return f }, "0", "0", Shared},
		{"runs as", "runs_as", func(f Facts) Facts {
			f = inNamespace(f, "user", 9)
			f.UIDs.Effective, f.UIDMap = 1000, []IDRange{{0, 1000, 1}}
			return f
		}, "1000", "0", Mapped},
		{"runs as nobody", "runs_as", func(f Facts) Facts { f = inNamespace(f, "user", 9); f.UIDs.Effective, f.UIDMap = 7, nil; return f }, "7", "nobody", None},
		{"fewer capabilities", "capabilities", func(f Facts) Facts { f.Capabilities.Effective = []string{"CAP_KILL"}; return f }, "2", "1", Fewer},
		{"no capabilities", "capabilities", func(f Facts) Facts { f.Capabilities.Effective = nil; return f }, "2", "0", None},
		{"all capabilities, over less", "capabilities", func(f Facts) Facts { return inNamespace(f, "user", 9) }, "2", "2", Own},
		{"other capabilities", "bounding", func(f Facts) Facts { f.Capabilities.Bounding = []string{"CAP_BPF"}; return f }, "2", "1", Own},
		{"no new privs", "no_new_privs", func(f Facts) Facts { f.NoNewPrivs = true; return f }, "no", "yes", Limited},
		{"no seccomp", "seccomp", func(f Facts) Facts { return f }, "disabled", "disabled", None},
		{"seccomp", "seccomp", func(f Facts) Facts { f.Seccomp, f.SeccompFilters = "filter", 2; return f }, "disabled", "2 filters", Limited},
		{"lsm", "lsm", func(f Facts) Facts { f.LSM = "docker-default (enforce)"; return f }, "none", "docker-default (enforce)", Limited},
		{"landlock", "landlock", func(f Facts) Facts { f.Landlock = 1; return f }, "none", "1 domain", Limited},
		{"landlock out of sight", "landlock", func(f Facts) Facts {
			f.Unreadable = map[string]string{"landlock": "nobody is told"}
			return f
		}, "none", "?", Unknown},
		{"read-only root", "root", func(f Facts) Facts {
			f = inNamespace(f, "mount", 9)
			f.Mounts = []Mount{{Device: "8:1", Root: "/", Target: "/", FSType: "ext4", Source: "/dev/vda", Options: "ro,relatime"}}
			return f
		}, "ext4 vda", "ext4 vda, read-only", Limited},
		{"read-only path", "path:/tmp", func(f Facts) Facts {
			f.Mounts = []Mount{{Device: "8:1", Root: "/", Target: "/", FSType: "ext4", Source: "/dev/vda", FSOptions: "ro"}}
			return f
		}, "ext4 vda", "ext4 vda, read-only", Limited},
		{"capabilities of those there are", "capabilities", func(f Facts) Facts {
			f.Capabilities.Effective, f.Capabilities.Known = []string{"CAP_KILL"}, 41
			return f
		}, "2", "1 of 41", Fewer},
		{"no masks", "masks", func(f Facts) Facts { return f }, "none", "none", None},
		{"masks", "masks", func(f Facts) Facts {
			f.Mounts = append(f.Mounts[:1:1], Mount{Target: "/proc/kcore", FSType: "devtmpfs", Root: "/null"})
			return f
		}, "none", "1 hidden", Limited},
		{"write-protected", "masks", func(f Facts) Facts {
			f.Mounts = append(f.Mounts[:1:1], Mount{Target: "/proc/sys", FSType: "proc", Root: "/sys", Options: "ro"})
			return f
		}, "none", "1 read-only", Limited},
		{"cgroup from outside and inside", "cgroup_path", func(f Facts) Facts {
			f = inNamespace(f, "cgroup", 9)
			f.Cgroups = []Cgroup{{Hierarchy: Unified, Path: "/tent", Inside: "/"}}
			return f
		}, "/tent", "/", Own},
		{"cgroup from outside only", "cgroup_path", func(f Facts) Facts {
			f = inNamespace(f, "cgroup", 9)
			f.Cgroups = []Cgroup{{Hierarchy: Unified, Path: "/tent"}}
			return f
		}, "/tent", "?", Own},
		{"cgroup in a shared namespace", "cgroup_path", func(f Facts) Facts {
			f.Cgroups = []Cgroup{{Hierarchy: "memory", Path: "/tent", Inside: "/tent"}, {Hierarchy: Unified, Path: "/", Inside: "/"}}
			return f
		}, "/tent", "/tent", Shared},
		{"cgroup", "cgroup", func(f Facts) Facts { f.Cgroups = []Cgroup{{Hierarchy: Unified, Path: "/tent"}}; return f }, "/host", "/tent", Own},
		{"no memory limit", "limits.memory", func(f Facts) Facts { return f }, "no limit", "no limit", None},
		{"memory limit", "limits.memory", func(f Facts) Facts {
			f.Cgroups = []Cgroup{{Hierarchy: Unified, Path: "/tent", Dir: "/cg/tent", Limits: map[string]string{"memory.max": "67108864"}}}
			return f
		}, "no limit", "64 MiB", Limited},
		{"limit above", "limits.pids", func(f Facts) Facts {
			f.Cgroups = []Cgroup{{Hierarchy: Unified, Path: "/a/b", Dir: "/cg/a/b", Inherited: map[string]string{"pids.max": "32"}}}
			return f
		}, "no limit", "32", Limited},
		{"limits out of sight", "limits.memory", func(f Facts) Facts { f.Cgroups = []Cgroup{{Hierarchy: Unified, Path: "/../x"}}; return f }, "no limit", "?", Unknown},
		{"namespace out of reach", "ns.net", func(f Facts) Facts {
			f = inNamespace(f, "net", 0)
			f.Unreadable = map[string]string{"ns.net": "permission denied"}
			return f
		}, "5", "?", Unknown},
		{"what depends on it", "interfaces", func(f Facts) Facts {
			f = inNamespace(f, "net", 0)
			f.Unreadable = map[string]string{"ns.net": "permission denied"}
			return f
		}, "lo eth0", "lo eth0", Unknown},
		{"processes", "processes", func(f Facts) Facts { f = inNamespace(f, "pid", 9); f.Processes = []Process{{}, {}}; return f }, "?", "2", Own},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, ok := Compare(host, tt.inside(machine()), "/tmp").Row(tt.id)
			if !ok {
				t.Fatalf("no row %s", tt.id)
			}
			got, want := [3]string{r.Host, r.Inside, r.Word}, [3]string{tt.hostCell, tt.cell, tt.word}
			if got != want {
				t.Errorf("got %q, want %q", got, want)
			}
			if r.Word == Unknown && r.Note == "" {
				t.Error("unknown and no reason")
			}
		})
	}
}

func TestSharedLimits(t *testing.T) {
	limited := func(path string, own, above string) Facts {
		f := machine()
		c := Cgroup{Hierarchy: Unified, Path: path, Dir: "/cg" + path, Limits: map[string]string{"pids.max": own}}
		if above != "" {
			c.Inherited = map[string]string{"pids.max": above}
		}
		f.Cgroups = []Cgroup{c}
		return f
	}
	for _, tt := range []struct {
		name         string
		host, inside Facts
		word         string
	}{
		{"one cgroup", limited("/a", "32", ""), limited("/a", "32", ""), Shared},
		{"two that happen to be alike", limited("/a", "32", ""), limited("/b", "32", ""), Limited},
		{"one above both", limited("/u/a", "max", "32"), limited("/u/b", "max", "32"), Shared},
		{"tighter inside", limited("/u/a", "max", "32"), limited("/u/b", "16", ""), Limited},
	} {
		if r, _ := Compare(tt.host, tt.inside).Row("limits.pids"); r.Word != tt.word {
			t.Errorf("%s: %s, want %s", tt.name, r.Word, tt.word)
		}
	}
}

func TestLabels(t *testing.T) {
	for _, tt := range []struct{ host, inside, word, note string }{
		{"", "", None, ""},
		{"unconfined", "unconfined", None, "AppArmor, no profile"},
		{"unconfined", "docker-default (enforce)", Limited, "AppArmor"},
		{"unconfined", "a profile (complain)", None, "AppArmor, complain mode: what it would refuse is only logged"},
		{"unconfined", "chrome (unconfined)", None, "AppArmor, a profile that confines nothing"},
		{"snap.x (enforce)", "unprivileged_userns (enforce)", Own, "AppArmor"},
		{"x//&unprivileged_userns (enforce)", "x//&unprivileged_userns (enforce)", Shared, "AppArmor"},
		{"unconfined_u:unconfined_r:unconfined_t:s0-s0:c0.c1023", "system_u:system_r:container_t:s0:c1,c2", Limited, "SELinux, type container_t"},
		{"u:r:staff_t:s0", "system_u:system_r:spc_t:s0", None, "SELinux, type spc_t: nothing to speak of is refused"},
		{"_", "_", Shared, ""},
	} {
		host, inside := machine(), machine()
		host.LSM, inside.LSM = tt.host, tt.inside
		if r, _ := Compare(host, inside).Row("lsm"); r.Word != tt.word || r.Note != tt.note {
			t.Errorf("%q beside %q: %s, %q", tt.inside, tt.host, r.Word, r.Note)
		}
	}
}

func TestNotesOfCapabilities(t *testing.T) {
	all := capabilityName()
	for _, tt := range []struct {
		name   string
		set    []string
		user   uint64
		word   string
		inside string
		note   string
	}{
		{"all", all[:41], 6, Shared, "41 of 41", ""},
		{"Docker's", []string{"CAP_CHOWN", "CAP_KILL"}, 6, Fewer, "2 of 41", "without SYS_ADMIN, NET_ADMIN, SYS_PTRACE and 36 more"},
		{"but one", all[1:41], 6, Fewer, "40 of 41", "without CHOWN"},
		{"all of a user namespace", all[:41], 9, Own, "41 of 41", "over its own user namespace only"},
		{"some of a user namespace", all[1:41], 9, Fewer, "40 of 41", "without CHOWN; over its own user namespace only"},
		{"none", nil, 9, None, "0 of 41", ""},
	} {
		host, inside := machine(), inNamespace(machine(), "user", tt.user)
		host.Capabilities = Capabilities{Effective: all[:41], Known: 41}
		inside.Capabilities = Capabilities{Effective: tt.set, Known: 41}
		r, _ := Compare(host, inside).Row("capabilities")
		if r.Word != tt.word || r.Inside != tt.inside || r.Note != tt.note {
			t.Errorf("%s: %+v", tt.name, r)
		}
	}
}

func TestNothingReadIsNeverShared(t *testing.T) {
	for _, r := range Compare(Facts{}, Facts{}).Rows {
		if strings.HasPrefix(r.ID, "ns.") && r.Word != Unknown {
			t.Errorf("%s of nothing is %s", r.ID, r.Word)
		}
	}
}

func TestRowIDsAreUnique(t *testing.T) {
	seen := map[string]bool{}
	inside := machine()
	inside.Processes = []Process{}
	for _, r := range Compare(machine(), inside, "/tmp", "/srv").Rows {
		if seen[r.ID] {
			t.Errorf("two rows %s", r.ID)
		}
		seen[r.ID] = true
	}
}

func TestChanged(t *testing.T) {
	before := Compare(machine(), machine())
	if ids := before.Changed(before); ids != nil {
		t.Errorf("changed without a change: %v", ids)
	}
	inside := inNamespace(machine(), "mount", 9)
	inside.Hostname = "tent"
	inside.PID = 7 // on the host's side of the row, which does not count
	after := Compare(machine(), inside, "/tmp")
	want := []string{"ns.mount", "mounts", "path:/tmp", "hostname"}
	if diff := cmp.Diff(want, after.Changed(before)); diff != "" {
		t.Error(diff)
	}
	if ids := after.Changed(Board{}); len(ids) != len(after.Rows) {
		t.Errorf("%d of %d rows are new", len(ids), len(after.Rows))
	}
}

func board() Board {
	return Board{Rows: []Row{
		{Label: "mount ns", Host: "4026531841", Inside: "4026532290", Word: Own},
		{Label: "uid 0 is", Host: "0", Inside: "1000", Word: Mapped},
		{Label: "cgroup", Host: "/user.slice/user-1000.slice/session-3.scope", Inside: "/tent", Word: Own, Note: "hierarchy memory"},
	}}
}

func TestText(t *testing.T) {
	for _, tt := range []struct {
		width int
		want  string
	}{
		{0, `
           host                                          sandbox
mount ns   4026531841                                    4026532290   own
uid 0 is   0                                             1000         mapped
cgroup     /user.slice/user-1000.slice/session-3.scope   /tent        own      hierarchy memory
`}, {60, `
           host                          sandbox
mount ns   4026531841                    4026532290   own
uid 0 is   0                             1000         mapped
cgroup     /user.slice/user-1000.slic…   /tent        own
`}} {
		got := "\n" + board().Text(tt.width)
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("width %d: %s", tt.width, diff)
		}
	}
}

func TestTextFitsItsWidth(t *testing.T) {
	b := board()
	b.Rows = append(b.Rows, Row{Label: "hostname", Host: "日本語日本語日本語", Inside: strings.Repeat("ü", 50), Word: Unknown, Note: "x"})
	for width := 1; width < 140; width++ {
		for line := range strings.Lines(b.Text(width)) {
			if n := columns(strings.TrimSuffix(line, "\n")); n > width {
				t.Fatalf("width %d: line of %d: %s", width, n, line)
			}
		}
	}
}

var snake = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

func TestJSONNames(t *testing.T) {
	f := hostile()
	f.UIDMap, f.GIDMap = []IDRange{{}}, []IDRange{{}}
	b, err := json.Marshal(map[string]any{"facts": f.Cleaned(), "board": Compare(f, f)})
	if err != nil {
		t.Fatal(err)
	}
	var tree map[string]any
	if err := json.Unmarshal(b, &tree); err != nil {
		t.Fatal(err)
	}
	checkNames(t, "", tree)
}

// checkNames skips the maps whose keys are the kernel's file names.
func checkNames(t *testing.T, at string, v any) {
	switch v := v.(type) {
	case []any:
		for i, e := range v {
			checkNames(t, fmt.Sprintf("%s[%d]", at, i), e)
		}
	case map[string]any:
		for name, e := range v {
			if name == "limits" || name == "inherited" {
				continue
			}
			if !snake.MatchString(name) {
				t.Errorf("%s.%s is not snake_case", at, name)
			}
			checkNames(t, at+"."+name, e)
		}
	}
}

func BenchmarkCompare(b *testing.B) {
	host, inside := machine(), inNamespace(machine(), "mount", 9)
	for b.Loop() {
		Compare(host, inside).Text(80)
	}
}
