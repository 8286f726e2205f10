package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox/vm/initramfs"
)

// commands are programs of this machine that the tests call for, each with the
// Debian package that brings it. Everything else is busybox's.
var commands = []struct{ name, debian string }{
	{"busybox", "busybox-static"},
	{"dash", "dash"}, // busybox's sh runs its own applets, whatever $PATH says
	{"bash", "bash"},
	{"find", "findutils"},  // counts what a search must have seen
	{"chmod", "coreutils"}, // exported plans use what GNU adds
	{"cp", "coreutils"},
	{"env", "coreutils"},
	{"mkdir", "coreutils"},
	{"mktemp", "coreutils"},
	{"readlink", "coreutils"},
	{"realpath", "coreutils"},
	{"rm", "coreutils"},
	{"stat", "coreutils"},
	{"touch", "coreutils"},
	{"ldd", "libc-bin"},
	{"mount", "mount"},
	{"umount", "mount"},
	{"findmnt", "util-linux"},
	{"script", "bsdutils"},
	{"ps", "procps"},
	{"sysctl", "procps"},
	{"ip", "iproute2"},
	{"nft", "nftables"},
	{"prlimit", "util-linux"},
	{"setpriv", "util-linux"},
	{"unshare", "util-linux"},
	{"nsenter", "util-linux"},
	{"runc", "runc"},
	{"crun", "crun"},
	{"bwrap", "bubblewrap"},
}

// programDirs are looked through after $PATH: an ordinary user's may lack sbin.
var programDirs = []string{"/usr/sbin", "/sbin"}

// find returns the path of a program of this machine.
func find(name string) (string, error) {
	if found, err := exec.LookPath(name); err == nil {
		return found, nil
	}
	for _, dir := range programDirs {
		if found, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return found, nil
		}
	}
	return "", fmt.Errorf("%s: %w", name, exec.ErrNotFound)
}

// addCommands puts the commands into the tree, with the libraries they need,
// and busybox under every name that is not taken.
func addCommands(t initramfs.Tree) error {
	var missing []string
	libraries := map[string]bool{}
	for _, c := range commands {
		program, err := find(c.name)
		if err != nil {
			missing = append(missing, c.debian)
			continue
		}
		if err := t.CopyFile("/usr/bin/"+c.name, program, 0o755); err != nil {
			return err
		}
		for _, lib := range libs(program) {
			libraries[lib] = true
		}
	}
	if len(missing) > 0 {
		return errors.New("commands are missing: apt-get install " + strings.Join(slices.Compact(missing), " "))
	}
	for _, lib := range slices.Sorted(maps.Keys(libraries)) {
		if err := t.CopyFile(merged(lib), lib, 0o755); err != nil {
			return err
		}
	}
	t.Link("/usr/bin/sh", "dash")
	return addApplets(t)
}

// libs asks the dynamic linker which files a program is linked with: none when
// ldd says that it is static, by its exit status.
func libs(program string) []string {
	out, err := exec.Command("ldd", program).Output()
	if err != nil {
		return nil
	}
	return parseLibs(string(out))
}

// parseLibs returns the paths in what ldd(1) prints.
func parseLibs(out string) []string {
	var paths []string
	for line := range strings.Lines(out) {
		for _, field := range strings.Fields(line) {
			if path.IsAbs(field) {
				paths = append(paths, field)
			}
		}
	}
	return paths
}

// merged is where a file is when /bin, /sbin, /lib and /lib64 are links to
// those of /usr, as they are on the machine.
func merged(name string) string {
	for _, top := range topLinks {
		if strings.HasPrefix(name, "/"+top+"/") {
			return "/usr" + name
		}
	}
	return name
}

func addApplets(t initramfs.Tree) error {
	busybox, err := find("busybox")
	if err != nil {
		return err
	}
	out, err := exec.Command(busybox, "--list").Output()
	if err != nil {
		return fmt.Errorf("%s --list: %w", busybox, err)
	}
	for applet := range strings.FieldsSeq(string(out)) {
		if !t.Has("/usr/bin/" + applet) {
			t.Link("/usr/bin/"+applet, "busybox")
		}
	}
	return nil
}

// addOwn copies a file of this machine to the same place, if there is one.
func addOwn(t initramfs.Tree, name string) error {
	if _, err := os.Stat(name); err != nil {
		return nil
	}
	return t.CopyFile(name, name, 0o644)
}
