package cgroup

import (
	"embed"
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// testdata is in the binary: it may run on a machine without the sources.
//
//go:embed testdata
var testdata embed.FS

// archive reads a machine's files.
func archive(t testing.TB, name string) fstest.MapFS {
	t.Helper()
	text, err := testdata.ReadFile("testdata/" + name + ".txtar")
	if err != nil {
		t.Fatal(err)
	}
	a := txtar.Parse(text)
	files := fstest.MapFS{}
	for _, f := range a.Files {
		files[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	return files
}

// machineOf is a machine of which the caller may write what lies below some
// directories.
func machineOf(t testing.TB, name string, uid int, writable ...string) machine {
	t.Helper()
	return machine{files: archive(t, name), uid: uid, writable: func(file string) bool {
		for _, dir := range writable {
			if _, ok := within(file, dir); ok {
				return true
			}
		}
		return false
	}}
}

const debian12User = "/sys/fs/cgroup/user.slice/user-1001.slice/user@1001.service"

func TestLook(t *testing.T) {
	for _, tt := range []struct {
		name     string
		uid      int
		writable []string
		mode     Mode
		own      string
		want     string // of the controllers
	}{
		{"hybrid", 0, []string{"/"}, Hybrid, "/sys/fs/cgroup/unified", `
memory v1 /sys/fs/cgroup/memory/service
cpu v1 /sys/fs/cgroup/cpu
pids v1 /sys/fs/cgroup/pids
io v1 /sys/fs/cgroup/blkio
freezer v1 /sys/fs/cgroup/freezer`},
		{"hybrid", 1000, nil, Hybrid, "", `
memory: cgroup v1 is not delegated to ordinary users; run sudo tentpole
cpu: cgroup v1 is not delegated to ordinary users; run sudo tentpole
pids: cgroup v1 is not delegated to ordinary users; run sudo tentpole
io: cgroup v1 is not delegated to ordinary users; run sudo tentpole
freezer: cgroup v1 is not delegated to ordinary users; run sudo tentpole`},
		{"debian10", 0, []string{"/"}, Hybrid, "/sys/fs/cgroup/unified/user.slice/user-1000.slice/session-3.scope", `
memory v1 /sys/fs/cgroup/memory/user.slice/user-1000.slice/session-3.scope
cpu v1 /sys/fs/cgroup/cpu,cpuacct
pids v1 /sys/fs/cgroup/pids/user.slice/user-1000.slice/session-3.scope
io v1 /sys/fs/cgroup/blkio/user.slice
freezer v1 /sys/fs/cgroup/freezer`},
		{"v1", 0, nil, V1, "", `
memory: /sys/fs/cgroup/memory is mounted read-only, as in a container; run tentpole on the host, not in a container
cpu: /sys/fs/cgroup/cpu,cpuacct is mounted read-only, as in a container; run tentpole on the host, not in a container
pids: /sys/fs/cgroup/pids is mounted read-only, as in a container; run tentpole on the host, not in a container
io: /sys/fs/cgroup/blkio is mounted read-only, as in a container; run tentpole on the host, not in a container
freezer: it is switched off in this kernel; put cgroup_enable=freezer on the kernel's command line`},
		{"v2", 0, []string{"/"}, V2, "/sys/fs/cgroup", `
memory v2 /sys/fs/cgroup
cpu v2 /sys/fs/cgroup
pids v2 /sys/fs/cgroup
io v2 /sys/fs/cgroup
freezer v2 /sys/fs/cgroup`},
		{"v2", 1000, nil, V2, "", `
memory: no delegated cgroup; log in through systemd (a console, ssh or a desktop), or run sudo tentpole
cpu: no delegated cgroup; log in through systemd (a console, ssh or a desktop), or run sudo tentpole
pids: no delegated cgroup; log in through systemd (a console, ssh or a desktop), or run sudo tentpole
io: no delegated cgroup; log in through systemd (a console, ssh or a desktop), or run sudo tentpole
freezer: no delegated cgroup; log in through systemd (a console, ssh or a desktop), or run sudo tentpole`},
		{"debian12", 0, []string{"/"}, V2, "/sys/fs/cgroup/system.slice/ssh.service", `
memory v2 /sys/fs/cgroup/system.slice
cpu v2 /sys/fs/cgroup/system.slice
pids v2 /sys/fs/cgroup/system.slice
io v2 /sys/fs/cgroup/system.slice
freezer v2 /sys/fs/cgroup/system.slice/ssh.service`},
		{"debian12", 1001, []string{debian12User}, V2, "", `
memory v2 ` + debian12User + `/app.slice
cpu v2 ` + debian12User + `/app.slice
pids v2 ` + debian12User + `/app.slice
io: systemd delegates only cpu, memory, pids to this user; ` + delegate + `
freezer v2 `},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := machineOf(t, tt.name, tt.uid, tt.writable...).look()
			if p.Mode != tt.mode || p.Own != tt.own {
				t.Errorf("uid %d: mode %s, own %q", tt.uid, p.Mode, p.Own)
			}
			if diff := cmp.Diff(strings.TrimPrefix(tt.want, "\n"), describe(p.Controllers)); diff != "" {
				t.Errorf("uid %d: %s", tt.uid, diff)
			}
		})
	}
}

func describe(controllers []Controller) string {
	var lines []string
	for _, c := range controllers {
		line := c.Name + " v" + string(rune('0'+c.Version)) + " " + c.Dir
		if c.Version == 0 {
			line = c.Name + ": " + c.Why + "; " + c.Remedy
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// What stands in the way is found in the files that say so.
func TestWhyAControllerIsMissing(t *testing.T) {
	for _, tt := range []struct {
		name, file, text, controller, why string
	}{
		{"v2", "proc/cgroups", "memory\t0\t1\t0\n", Memory, "it is switched off in this kernel"},
		{"v2", "proc/self/mountinfo", "1 1 0:2 / / rw - rootfs rootfs rw\n", CPU, "no cgroup file system is mounted"},
		{"v2", "proc/self/mountinfo", "26 23 0:23 / /sys/fs/cgroup ro,relatime - cgroup2 cgroup2 rw\n", PIDs, "/sys/fs/cgroup is mounted read-only, as in a container"},
		{"v2", "proc/self/mountinfo", "26 23 0:23 /docker/4f0e /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n", PIDs, "the caller's cgroup is not below /sys/fs/cgroup"},
		{"v2", "proc/self/cgroup", "0::/../..\n", Memory, "the caller's cgroup is not below /sys/fs/cgroup"},
		{"v2", "sys/fs/cgroup/cgroup.controllers", "cpu pids\n", IO, "this kernel has no such controller in cgroup v2"},
		{"v2", "sys/fs/cgroup/cgroup.type", "domain\n", Memory, "the cgroup /sys/fs/cgroup has processes, so it cannot hand controllers on to others below"},
		{"hybrid", "proc/self/cgroup", "4:memory:/../other\n0::/\n", Memory, "the caller's cgroup is not below /sys/fs/cgroup/memory"},
	} {
		m := machineOf(t, tt.name, 0)
		if tt.file == "sys/fs/cgroup/cgroup.type" {
			m = machineOf(t, tt.name, 0, "/")
			m.files.(fstest.MapFS)["sys/fs/cgroup/cgroup.subtree_control"] = &fstest.MapFile{}
		}
		m.files.(fstest.MapFS)[tt.file] = &fstest.MapFile{Data: []byte(tt.text)}
		c := m.look().Controller(tt.controller)
		var missing *MissingError
		if err := c.Missing(); c.Why != tt.why || !errors.As(err, &missing) || !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("%s %q: %s: %q, want %q", tt.file, tt.text, tt.controller, c.Why, tt.why)
		}
	}
}

func TestParents(t *testing.T) {
	app := debian12User + "/app.slice"
	user := machineOf(t, "debian12", 1001, debian12User)
	files := user.files.(fstest.MapFS)
	files["proc/self/cgroup"] = &fstest.MapFile{Data: []byte("0::/user.slice/user-1001.slice/user@1001.service/app.slice/run-1.scope\n")}
	files[app[1:]+"/cgroup.subtree_control"] = &fstest.MapFile{Data: []byte("memory pids\n")}
	for _, tt := range []struct {
		name string
		m    machine
		want []Parent
	}{
		{"root of the hierarchy", machineOf(t, "v2", 0, "/"), []Parent{
			{Dir: "/sys/fs/cgroup", Controllers: []string{CPU, IO, Memory, PIDs}, Enable: []string{IO, Memory, PIDs}}}},
		{"nothing is added above one's own", machineOf(t, "debian12", 0, "/"), []Parent{
			{Dir: "/sys/fs/cgroup/system.slice", Controllers: []string{Memory, PIDs}},
			{Dir: "/sys/fs/cgroup", Controllers: []string{CPU, Memory, PIDs}}}},
		{"a user's own", user, []Parent{
			{Dir: app, Controllers: []string{Memory, PIDs}},
			{Dir: debian12User, Controllers: []string{CPU, Memory, PIDs}}}},
		{"nobody's", machineOf(t, "v2", 1000), nil},
	} {
		if diff := cmp.Diff(tt.want, tt.m.look().Parents); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}

// Where a v2 group with limits is made.
func TestCarrier(t *testing.T) {
	noBus := machineOf(t, "debian12", 0, "/")
	delete(noBus.files.(fstest.MapFS), "run/dbus/system_bus_socket")
	for _, tt := range []struct {
		name   string
		m      machine
		limits Limits
		track  string
	}{
		{"own", machineOf(t, "v2", 0, "/"), Limits{Memory: 1}, "/sys/fs/cgroup/tentpole-ada@1.2.b"},
		{"a scope before a cgroup above", machineOf(t, "debian12", 0, "/"), Limits{Memory: 1}, "/sys/fs/cgroup/system.slice/tentpole-ada-1.2.b.scope"},
		{"the nearest that has it", noBus, Limits{Memory: 1, PIDs: 1}, "/sys/fs/cgroup/system.slice/tentpole-ada@1.2.b"},
		{"the nearest that has all", noBus, Limits{Memory: 1, CPUs: 1}, "/sys/fs/cgroup/tentpole-ada@1.2.b"},
		{"a user's scope", machineOf(t, "debian12", 1001), Limits{CPUs: 1}, debian12User + "/app.slice/tentpole-ada-1.2.b.scope"},
	} {
		l, err := tt.m.look().Layout("ada@1.2.b", tt.limits)
		if err != nil || l.Track != tt.track || l.Init != tt.track+"/init" || l.Commands != tt.track+"/commands" {
			t.Errorf("%s: %+v: %v", tt.name, l, err)
		}
	}
	_, err := machineOf(t, "debian12", 1001).look().Layout("ada", Limits{IO: []IOLimit{{Device: "8:0", ReadBPS: 1}}})
	if !errors.Is(err, errors.ErrUnsupported) {
		t.Error(err)
	}
}
