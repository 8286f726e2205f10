package features

import (
	"io/fs"
	"strings"
)

// A surrounding is what a machine runs in, where that matters to what it can.
type surrounding struct {
	name, what string
	holds      func(root fs.FS) bool
	// way is how to get what is refused here; "" is no way of its own.
	way string
}

const (
	oneContainer = "for this one container"
	ownMachine   = "read on, or try this on a machine of your own: tentpole is one file"
)

// surroundings are told by what they leave in the file system; the first that
// holds is it. A codespace is a container of Docker's, so it stands before.
var surroundings = []surrounding{
	{"tent", "a learner's tent", says("run/host/container-manager", "tentpole"), ownMachine},
	{"codespaces", "a GitHub codespace", contained("workspaces/.codespaces"),
		"put this into .devcontainer/devcontainer.json and rebuild; it holds " + oneContainer + ":\n" +
			`  "runArgs": ["--security-opt", "seccomp=unconfined", "--security-opt", "systempaths=unconfined"]` + "\nor run tentpole in a virtual machine"},
	{"kubernetes", "a pod of Kubernetes", has("run/secrets/kubernetes.io"),
		"run tentpole on a machine of its own, or ask whoever runs the cluster for procMount: Unmasked and hostUsers: false " + oneContainer},
	{"podman", "a container of Podman", contained("run/.containerenv"),
		"run tentpole on the host, or start the container with --security-opt unmask=ALL --security-opt seccomp=unconfined, " + oneContainer},
	{"docker", "a container of Docker", contained(".dockerenv"),
		"run tentpole on the host, or start the container with --security-opt seccomp=unconfined --security-opt systempaths=unconfined, " + oneContainer},
	{"crostini", "Linux on ChromeOS", has("opt/google/cros-containers"),
		"let the container hold others: open crosh (Ctrl+Alt+T), then\n  vsh termina\n  lxc config set penguin security.nesting true\n  lxc restart penguin"},
	{"lxc", "a container of LXC", says("run/systemd/container", "lxc"),
		"let the container hold others, on its host: lxc config set NAME security.nesting true && lxc restart NAME"},
	{"nspawn", "a container of systemd-nspawn", says("run/systemd/container", "systemd-nspawn"),
		"run tentpole on the host, or in a virtual machine"},
	{"wsl1", "WSL 1", func(root fs.FS) bool {
		return strings.Contains(read(root, "proc/version"), "Microsoft") && strings.HasPrefix(read(root, "proc/sys/kernel/osrelease"), "4.4.0-")
	}, "WSL 1 has no Linux kernel; give this distribution one, in PowerShell:\n  wsl --set-version DISTRIBUTION 2"},
	{"wsl2", "WSL 2", func(root fs.FS) bool {
		return strings.Contains(strings.ToLower(read(root, "proc/version")), "microsoft")
	}, ""},
}

// surroundingOf finds it; none is the zero value.
func surroundingOf(root fs.FS) surrounding {
	for _, s := range surroundings {
		if s.holds(root) {
			return s
		}
	}
	return surrounding{}
}

// contained tells of a container engine's mark. A virtual machine may have been
// made from an image, mark and all: its root is on a disk then.
func contained(mark string) func(fs.FS) bool {
	return func(root fs.FS) bool { return exists(root, mark) && !onDisk(root) }
}

// onDisk tells whether the root is a disk's own file system; mountinfo names
// its device.
func onDisk(root fs.FS) bool {
	for line := range strings.Lines(read(root, "proc/self/mountinfo")) {
		mount, super, _ := strings.Cut(line, " - ")
		m, s := strings.Fields(mount), strings.Fields(super)
		if len(m) > 4 && m[3] == "/" && m[4] == "/" && len(s) > 1 && strings.HasPrefix(s[1], "/dev/") {
			return true
		}
	}
	return false
}

func has(file string) func(fs.FS) bool {
	return func(root fs.FS) bool { return exists(root, file) }
}

func says(file, text string) func(fs.FS) bool {
	return func(root fs.FS) bool { return read(root, file) == text }
}

func exists(root fs.FS, file string) bool {
	_, err := fs.Stat(root, file)
	return err == nil
}

// read is the text of a file, "" of one that cannot be read.
func read(root fs.FS, file string) string {
	b, err := fs.ReadFile(root, file)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}
