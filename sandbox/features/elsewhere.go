package features

import (
	"fmt"
	"runtime"
)

// NotLinux is the answer of the whole engine on other systems: what is
// missing, and the ways to a Linux on this one.
func NotLinux() error {
	ways := map[string]string{
		"darwin":  "get a Linux with Lima (limactl start), Multipass, or a remote host, and run tentpole there",
		"windows": "get a Linux with WSL2 (wsl --install), Multipass, or a remote host, and run tentpole there",
	}
	way, ok := ways[runtime.GOOS]
	if !ok {
		way = "run tentpole on a Linux host"
	}
	return &NotSupportedError{Feature: "namespaces, cgroups and overlays", Cause: fmt.Errorf("this is %s, not Linux", runtime.GOOS),
		Remedy: way + "; the lessons can be read here"}
}
