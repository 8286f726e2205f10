package export

import (
	"fmt"
	"strings"

	"github.com/opencontainers/runtime-spec/specs-go"

	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
)

// mounts are those that the runtime makes: what the plan's child mounts, but
// for the root itself. The nodes of /dev are the runtime's own business, the
// same ones.
func (r request) mounts() (list []specs.Mount) {
	for _, s := range r.Steps {
		switch o := s.Operation.(type) {
		case op.Mount:
			list = append(list, r.fileSystem(o)...)
		case op.MountOrBind: // a runtime has its own way when the first is refused, or none
			list = append(list, r.fileSystem(o.Mount)...)
		case op.Bind:
			list = append(list, specs.Mount{Destination: r.within(o.Target), Type: "bind", Source: o.Source, Options: bindOptions(o.ReadOnly)})
		case op.PlaceMount:
			list = append(list, specs.Mount{Destination: o.Target, Type: "bind", Source: o.Source, Options: append(bindOptions(o.ReadOnly), "nosuid", "nodev")})
		case op.Devices:
			list = append(list, devMounts(o.TerminalGroup)...)
		case op.BuildDevices:
			list = append(list, devMounts(o.TerminalGroup)...)
		}
	}
	return list
}

// within is a path of the new root as it is called inside.
func (r request) within(p string) string {
	rest, ok := r.relative(p)
	if !ok {
		return p
	}
	return "/" + strings.TrimPrefix(strings.TrimPrefix(rest, "root"), "/")
}

// fileSystem leaves out what only serves to put a user's root together.
func (r request) fileSystem(o op.Mount) []specs.Mount {
	at := r.within(o.Target)
	if _, ours := r.relative(o.Target); ours && o.Type == "tmpfs" {
		return nil
	}
	return []specs.Mount{{Destination: at, Type: o.Type, Source: o.Source, Options: o.Options}}
}

// bindOptions lock what is mounted below as well: rro.
func bindOptions(readOnly bool) []string {
	options := []string{"rbind", "rprivate"}
	if readOnly {
		options = append(options, "rro")
	}
	return options
}

func devMounts(terminalGroup int) []specs.Mount {
	pts := []string{"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"}
	if terminalGroup > 0 {
		pts = append(pts, fmt.Sprintf("gid=%d", terminalGroup))
	}
	return []specs.Mount{
		{Destination: "/dev", Type: "tmpfs", Source: "tmpfs", Options: []string{"nosuid", "noexec", "mode=0755", "size=64k"}},
		{Destination: "/dev/pts", Type: "devpts", Source: "devpts", Options: pts},
		{Destination: "/dev/shm", Type: "tmpfs", Source: "shm", Options: []string{"nosuid", "nodev", "noexec", "mode=1777", "size=65536k"}},
	}
}
