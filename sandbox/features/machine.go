package features

import (
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
)

// Machine is the machine in a line.
type Machine struct {
	Kernel       string `json:"kernel"` // the release
	Distribution string `json:"distribution,omitempty"`
	Inside       string `json:"inside,omitempty"` // what it runs in: "a container of Docker"
	Cgroups      string `json:"cgroups"`          // v1, v2, hybrid, none
	User         string `json:"user"`
	// Root tells that it is root of the machine who asks.
	Root bool `json:"root"`
}

// Look reads the machine. It changes nothing.
func Look() Machine { return machineOf(os.DirFS("/"), os.Geteuid(), cgroup.Look().Mode) }

func machineOf(root fs.FS, uid int, mode cgroup.Mode) Machine {
	c := callerOf(root, uid)
	m := Machine{Kernel: read(root, "proc/sys/kernel/osrelease"), Distribution: distributionOf(root).name, Inside: surroundingOf(root).what,
		Cgroups: string(mode), User: c.name, Root: c.admin}
	if m.User == "" {
		m.User = fmt.Sprint("uid ", uid)
	}
	return m
}

// String is the machine in words.
func (m Machine) String() string {
	parts := []string{"Linux " + m.Kernel, m.Distribution, m.Inside, "cgroups " + m.Cgroups, m.who()}
	var said []string
	for _, p := range parts {
		if p != "" {
			said = append(said, p)
		}
	}
	return strings.Join(said, ", ")
}

func (m Machine) who() string {
	switch {
	case m.Root:
		return "as root"
	case m.User == "root":
		return "as root, but not of the machine"
	}
	return "as " + m.User
}
