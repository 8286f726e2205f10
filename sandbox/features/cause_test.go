package features

import (
	"embed"
	"errors"
	"io/fs"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
	"github.com/tentpole-labs/tentpole/sandbox/features/internal/probe"
)

//go:embed testdata
var testdata embed.FS

// tree is the part of a machine's file system that causes read.
func tree(t testing.TB, name string) fstest.MapFS {
	t.Helper()
	archive, err := testdata.ReadFile("testdata/" + name + ".txtar")
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{}
	for _, f := range txtar.Parse(archive).Files {
		files[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	return files
}

// trees lists the names of all.
func trees(t testing.TB) []string {
	t.Helper()
	entries, err := fs.ReadDir(testdata, "testdata")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".txtar"))
	}
	return names
}

func feature(t testing.TB, id string) Feature {
	t.Helper()
	for _, f := range table {
		if f.ID == id {
			return f
		}
	}
	t.Fatalf("no feature %q", id)
	return Feature{}
}

func sceneOf(t testing.TB, name string, uid int, id string, err error) scene {
	t.Helper()
	root := tree(t, name)
	return scene{root: root, feature: feature(t, id), caller: callerOf(root, uid), err: err}
}

func TestCauses(t *testing.T) {
	mount := func(e error) error { return &RefusedError{Did: "mount tmpfs on /tmp", Err: e} }
	noIO := &NotSupportedError{Feature: "the layer io", Cause: errors.New("systemd delegates only cpu, memory, pids to this user"), Remedy: "withSudo"}
	for _, c := range []struct {
		tree   string
		uid    int
		id     string
		err    error
		cause  string
		remedy string // a part of it
	}{
		{"ubuntu24.04", 1000, "user", mount(syscall.EACCES), "apparmor", "sudo apparmor_parser -r /etc/apparmor.d/tentpole"},
		{"ubuntu24.04", 1000, "container", mount(syscall.EACCES), "apparmor", "  userns,"},
		{"ubuntu24.04", 1000, "overlay-user", syscall.EPERM, "apparmor", "profile tentpole \"/"},
		{"ubuntu24.04", 1000, "state", syscall.EACCES, "state-unwritable", "XDG_STATE_HOME"},
		{"ubuntu24.04", 1000, "io", noIO, "no-delegation", "Delegate=cpu cpuset io memory pids"},
		{"ubuntu24.04", 1000, "memory", errors.New("?"), "not-now", "again"},
		{"ubuntu24.04", 0, "mount", syscall.EPERM, "else", "dmesg"},

		{"debian10", 1000, "user", syscall.EPERM, "userns-clone", sudoOrVM},
		{"debian10", 1000, "sub-ids", syscall.EPERM, "userns-clone", sudoOrVM},
		{"debian10", 1000, "memory", noIO, "cgroup-v1", "systemd.unified_cgroup_hierarchy=1"},
		{"debian10", 1000, "time", syscall.EINVAL, "old-kernel", "5.6"},
		{"debian10", 1000, "sub-ids", exec.ErrNotFound, "no-newuidmap", "sudo apt install uidmap"},
		{"debian11", 1000, "user", syscall.EPERM, "userns-clone", sudoOrVM},
		{"debian11", 0, "id-map", syscall.ENOSYS, "old-kernel", "5.12"},
		{"debian11", 0, "landlock", syscall.ENOSYS, "old-kernel", "5.13"},

		{"arch", 1000, "sub-ids", &noSpanError{subUIDs}, "no-sub-ids", "sudo usermod --add-subuids 231072-296607 --add-subgids 231072-296607 ada"},
		{"arch", 1000, "sub-ids", exec.ErrNotFound, "no-newuidmap", "sudo pacman -S shadow"},
		{"arch", 1000, "born", noOwnCgroup, "no-own-cgroup", "log in through systemd"},
		{"arch", 1000, "bridge", syscall.EPERM, "root-only", "-p"},
		{"arch", 1000, "time", syscall.ENOSPC, "namespaces-used-up", "end other sandboxes"},

		{"rhel8", 1000, "user", syscall.ENOSPC, "no-namespaces", "ask whoever administers"},
		{"rhel8", 1000, "overlay-user", syscall.EPERM, "old-kernel", "sudo tentpole, which does without"},
		{"rhel8", 1000, "sub-ids", exec.ErrNotFound, "no-newuidmap", "sudo dnf install shadow-utils"},
		{"fedora42", 1000, "io", noIO, "no-delegation", "/etc/systemd/system/user@.service.d/delegate.conf"},
		{"fedora42", 1000, "cpu", noIO, "as-it-says", "withSudo"},
		{"fedora42", 1000, "landlock", syscall.EOPNOTSUPP, "landlock-off", "lsm=landlock,lockdown,capability,yama,selinux,bpf,ima,evm"},
		{"fedora42", 0, "nat", syscall.EOPNOTSUPP, "module", "nft_masq"},
		{"fedora42", 0, "overlay", syscall.ENODEV, "module", "modprobe -a overlay"},
		{"fedora42", 0, "upper", syscall.EINVAL, "state-no-upper", "ext4"},
		{"fedora42", 0, "upper", syscall.ENOSPC, "state-full", "free some space"},
		{"fedora42", 0, "cgroup", syscall.EINVAL, "unknown-to-kernel", "of a distribution"},
		{"alpine", 1000, "sub-ids", exec.ErrNotFound, "no-newuidmap", "sudo apk add shadow"},
		{"alpine", 1000, "sub-ids", &noSpanError{subGIDs}, "no-sub-ids", "100000-165535"},

		{"wsl2", 1000, "memory", noIO, "no-delegation-wsl2", "systemd=true"},
		{"wsl2", 1000, "freezer", noIO, "no-delegation-wsl2", "wsl --shutdown"},
		{"wsl1", 1000, "user", syscall.EINVAL, "wsl1", "wsl --set-version"},
		{"crostini", 1000, "mount", syscall.EPERM, "contained", "lxc config set penguin security.nesting true"},
		{"lxc", 1000, "mount", syscall.EPERM, "contained", "on its host"},

		{"tent", 1000, "memory", noIO, "tent-v1", "systemd.unified_cgroup_hierarchy=1"},
		{"tent", 1000, "born", noOwnCgroup, "tent-v1", "a machine of your own"},
		{"tent", 1000, "bridge", syscall.EPERM, "tent", "a machine of your own"},
		{"tent", 1000, "sub-ids", exec.ErrNotFound, "tent", "a machine of your own"},
		{"tent", 1000, "mount", syscall.EPERM, "contained", "a machine of your own"},

		{"kubernetes", 0, "ipc", &probe.Error{Err: syscall.ENOTSUP, Idle: true}, "without-effect", "a virtual one"},
		{"docker", 0, "user", syscall.EPERM, "contained", "seccomp=unconfined"},
		{"docker", 0, "proc", syscall.EPERM, "covered-proc", "systempaths=unconfined"},
		{"docker", 0, "state", syscall.EROFS, "state-unwritable", "XDG_STATE_HOME"},
		{"podman", 0, "proc", syscall.EPERM, "covered-proc", "unmask=ALL"},
		{"codespaces", 1000, "user", syscall.EPERM, "contained", "devcontainer.json"},
		{"kubernetes", 0, "mount", syscall.EPERM, "contained", "hostUsers: false"},
		{"image-on-disk", 0, "bridge", syscall.EPERM, "missing-capability", "--cap-add"},
		{"image-on-disk", 0, "rights", syscall.EPERM, "rights", "CapabilityBoundingSet="},
		{"image-on-disk", 1000, "user", syscall.EPERM, "denied", "sudo tentpole doctor"},
	} {
		s := sceneOf(t, c.tree, c.uid, c.id, c.err)
		found := s.cause()
		if found.name != c.cause {
			t.Errorf("%s, uid %d, %s, %v: the cause is %q, want %q", c.tree, c.uid, c.id, c.err, found.name, c.cause)
			continue
		}
		if !strings.Contains(found.remedy(s), c.remedy) {
			t.Errorf("%s, uid %d, %s, %v: the remedy does not speak of %q:\n%s", c.tree, c.uid, c.id, c.err, c.remedy, found.remedy(s))
		}
	}
}

// protections are what nobody is told to switch off for the whole machine.
var protections = []string{
	"sysctl", "apparmor_restrict_unprivileged_userns=0", "/proc/sys", "setenforce", "selinux=0", "SELINUX=", "apparmor=0",
	"aa-disable", "aa-teardown", "aa-complain", "systemctl disable", "systemctl mask", "systemctl stop", "unprivileged_userns_clone=1",
	"max_user_namespaces=", "--privileged", "mitigations=off", "chmod u+s", "setcap", "iptables -F", "nft flush", "ufw disable",
}

// Whatever is refused wherever, the remedy leaves the machine its protections.
func TestNoRemedyWeakensTheMachine(t *testing.T) {
	answers := []error{
		syscall.EPERM, syscall.EACCES, syscall.EINVAL, syscall.ENOSYS, syscall.ENODEV, syscall.ENOSPC, syscall.EROFS, syscall.EOPNOTSUPP,
		exec.ErrNotFound, &noSpanError{subUIDs}, noOwnCgroup, errors.New("?"),
	}
	for _, name := range trees(t) {
		for _, f := range table {
			for _, err := range answers {
				for _, uid := range []int{0, 1000} {
					a := answer(f, sceneOf(t, name, uid, f.ID, err), result{err: err})
					for _, p := range protections {
						if strings.Contains(a.Remedy, p) {
							t.Fatalf("%s, uid %d, %s, %v: %q is proposed:\n%s", name, uid, f.ID, err, p, a.Remedy)
						}
					}
					if a.Err == nil || !errors.Is(a.Err, err) || a.Error == "" || a.Remedy == "" {
						t.Fatalf("%s, uid %d, %s, %v: the answer is %+v", name, uid, f.ID, err, a)
					}
				}
			}
		}
	}
}

// Every cause is of use to somebody.
func TestEveryCauseIsFound(t *testing.T) {
	found := map[string]bool{}
	for _, c := range causes {
		found[c.name] = false
	}
	for _, name := range trees(t) {
		for _, f := range table {
			for _, uid := range []int{0, 1000} {
				for _, err := range []error{syscall.EPERM, syscall.EINVAL, syscall.ENOSYS, syscall.ENODEV, syscall.ENOSPC, syscall.EROFS, syscall.EOPNOTSUPP,
					exec.ErrNotFound, &noSpanError{subUIDs}, noOwnCgroup, errors.New("?"), &probe.Error{Err: syscall.ENOTSUP, Idle: true}, &RefusedError{Err: errors.New("?"), Remedy: "?"}} {
					found[sceneOf(t, name, uid, f.ID, err).cause().name] = true
				}
			}
		}
	}
	for name, used := range found {
		if !used {
			t.Errorf("no machine has the cause %s", name)
		}
	}
}

func TestMachines(t *testing.T) {
	for _, c := range []struct {
		tree string
		uid  int
		want string
	}{
		{"ubuntu24.04", 1000, "Linux 6.8.0-60-generic, Ubuntu 24.04.2 LTS, cgroups v2, as ada"},
		{"wsl2", 1000, "Linux 5.15.167.4-microsoft-standard-WSL2, Debian GNU/Linux 12 (bookworm), WSL 2, cgroups v2, as ada"},
		{"crostini", 1000, "Linux 6.6.76-08096-g300882a0a131, Debian GNU/Linux 12 (bookworm), Linux on ChromeOS, cgroups v2, as uid 1000"},
		{"docker", 0, "Linux 6.8.0-60-generic, Debian GNU/Linux 12 (bookworm), a container of Docker, cgroups v2, as root, but not of the machine"},
		{"podman", 0, "Linux 6.14.9-300.fc42.x86_64, Fedora Linux 42 (Container Image), a container of Podman, cgroups v2, as root, but not of the machine"},
		{"codespaces", 1000, "Linux 6.8.0-1027-azure, Ubuntu 24.04.2 LTS, a GitHub codespace, cgroups v2, as codespace"},
		{"tent", 1000, "Linux 6.12.31, tentpole's tiny root, a learner's tent, cgroups v2, as guest"},
		{"image-on-disk", 0, "Linux 6.18.0, Debian GNU/Linux 12 (bookworm), cgroups v2, as root"},
	} {
		if got := machineOf(tree(t, c.tree), c.uid, cgroup.V2).String(); got != c.want {
			t.Errorf("%s: %q, want %q", c.tree, got, c.want)
		}
	}
}

func TestMissingRights(t *testing.T) {
	got := missingRights(tree(t, "image-on-disk"))
	if strings.Join(got, " ") != "cap_net_admin cap_sys_resource" {
		t.Errorf("missing are %v", got)
	}
	if said := lost(got); said != "there is no bridge; limits of resources (ulimit) cannot be raised again" {
		t.Errorf("lost is %q", said)
	}
	if said := lost([]string{"cap_wake_alarm"}); !strings.Contains(said, "none of them") {
		t.Errorf("lost is %q", said)
	}
}
