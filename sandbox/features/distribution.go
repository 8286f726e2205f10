package features

import (
	"io/fs"
	"strings"
)

// distribution is a Linux distribution; os-release(5).
type distribution struct {
	id, name string
	like     []string // those that it is made from
}

func distributionOf(root fs.FS) distribution {
	text := read(root, "etc/os-release")
	if text == "" {
		text = read(root, "usr/lib/os-release")
	}
	fields := map[string]string{}
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		fields[key] = strings.Trim(value, `"'`)
	}
	return distribution{id: fields["ID"], name: fields["PRETTY_NAME"], like: strings.Fields(fields["ID_LIKE"])}
}

// subIDPackages have newuidmap and newgidmap.
var subIDPackages = []struct{ id, install string }{
	{"debian", "sudo apt install uidmap"},
	{"ubuntu", "sudo apt install uidmap"},
	{"fedora", "sudo dnf install shadow-utils"},
	{"rhel", "sudo dnf install shadow-utils"},
	{"arch", "sudo pacman -S shadow"},
	{"alpine", "sudo apk add shadow shadow-subids"},
	{"suse", "sudo zypper install shadow"},
	{"opensuse", "sudo zypper install shadow"},
}

// subIDPackage is the command that installs them.
func (d distribution) subIDPackage() string {
	for _, id := range append([]string{d.id}, d.like...) {
		for _, p := range subIDPackages {
			if p.id == id {
				return p.install
			}
		}
	}
	return "install the package that has newuidmap and newgidmap (shadow, shadow-utils or uidmap)"
}
