package export

import (
	"bytes"
	"encoding/json"
	"fmt"
	"runtime"
	"strings"

	"github.com/opencontainers/runtime-spec/specs-go"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
	"github.com/tentpole-labs/tentpole/sandbox/seccomp"
)

// Annotations of a config.json.
const (
	prepareAnnotation     = "org.tentpole.prepare"
	consequenceAnnotation = "org.tentpole.consequence."
)

// The versions that a config.json says it is written for. crun before 1.9 reads
// nothing but 1.0; time namespaces came with 1.1.
const (
	plainVersion = "1.0.2"
	timeVersion  = "1.1.0"
)

// rootfs is the root directory in a bundle, of which config.json is a part.
const rootfs = "rootfs"

// asOCI writes a config.json, and what has to be done before there is a root.
func asOCI(r request) (Export, error) {
	if err := r.container("an OCI container"); err != nil {
		return Export{}, err
	}
	prepare, err := r.prepare()
	if err != nil {
		return Export{}, err
	}
	spec, err := r.spec()
	if err != nil {
		return Export{}, err
	}
	spec.Annotations = map[string]string{prepareAnnotation: prepare}
	for i, c := range r.consequences(OCI) {
		spec.Annotations[fmt.Sprint(consequenceAnnotation, i+1)] = c.Why
	}
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err = enc.Encode(spec)
	return Export{Text: text.String(), Prepare: prepare}, err
}

// prepare makes the bundle's root: an overlay, or for an ordinary user a copy.
func (r request) prepare() (string, error) {
	if lines := r.overlays(rootfs); lines != nil {
		return strings.Join(lines, " && "), nil
	}
	if r.Root == sandbox.RootOverlay {
		return "", &sandbox.UsageError{What: "root", Word: string(r.Root),
			Why: "an ordinary user can mount no overlay of the host's root for a runtime: ask for --root with a directory or an image, or run sudo tentpole"}
	}
	return "cp -a " + quoted(r.lowers()[0]) + " " + rootfs, nil
}

func (r request) spec() (*specs.Spec, error) {
	linux, err := r.linux()
	if err != nil {
		return nil, err
	}
	return &specs.Spec{
		Version:  r.version(),
		Process:  r.process(),
		Root:     &specs.Root{Path: rootfs, Readonly: r.Spec.ReadOnly},
		Hostname: r.Spec.Hostname,
		Mounts:   r.mounts(),
		Linux:    linux,
	}, nil
}

func (r request) version() string {
	if r.time() {
		return timeVersion
	}
	return plainVersion
}

// time tells whether the container gets a time namespace.
func (r request) time() bool { return r.Layers.Has(sandbox.Time) && r.here.TimeNamespaces }

func (r request) process() *specs.Process {
	var names []string
	for _, name := range r.kept() {
		names = append(names, "CAP_"+strings.ToUpper(name))
	}
	return &specs.Process{
		Args: r.command, Cwd: "/",
		Env: []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "TERM=xterm", "TENTPOLE_SANDBOX=" + r.Name},
		// Nothing is inheritable or ambient, as in a sandbox.
		Capabilities:    &specs.LinuxCapabilities{Bounding: names, Effective: names, Permitted: names, Inheritable: []string{}, Ambient: []string{}},
		NoNewPrivileges: r.Layers.Has(sandbox.NoNewPrivs),
	}
}

// kept are the capabilities that the command has: those of the plan, or all
// that there are.
func (r request) kept() []string {
	limit, limited := first[op.LimitCapabilities](r.Plan)
	switch {
	case limited:
		return append([]string{}, limit.Keep...)
	case r.Layers.Has(sandbox.User):
		return r.here.Kernel
	}
	return r.here.Bounding
}

// ociNamespaces are the specification's names for the layers.
var ociNamespaces = []struct {
	layer sandbox.Layer
	name  specs.LinuxNamespaceType
}{
	{sandbox.Mount, specs.MountNamespace}, {sandbox.UTS, specs.UTSNamespace}, {sandbox.IPC, specs.IPCNamespace}, {sandbox.PID, specs.PIDNamespace},
	{sandbox.Net, specs.NetworkNamespace}, {sandbox.User, specs.UserNamespace}, {sandbox.Cgroup, specs.CgroupNamespace}, {sandbox.Time, specs.TimeNamespace},
}

func (r request) linux() (*specs.Linux, error) {
	clone := r.clone()
	linux := &specs.Linux{UIDMappings: mappings(clone.UIDs), GIDMappings: mappings(clone.GIDs), Resources: r.resources()}
	for _, ns := range ociNamespaces {
		if r.Layers.Has(ns.layer) && (ns.layer != sandbox.Time || r.time()) {
			linux.Namespaces = append(linux.Namespaces, specs.LinuxNamespace{Type: ns.name})
		}
	}
	if t, ok := first[op.UnshareTime](r.Plan); ok && r.time() {
		linux.TimeOffsets = map[string]specs.LinuxTimeOffset{"monotonic": {Secs: t.Monotonic}, "boottime": {Secs: t.Boottime}}
	}
	for _, m := range all[op.Mask](r.Plan) {
		linux.MaskedPaths = append(linux.MaskedPaths, m.Path)
	}
	if hide, ok := first[op.HidePaths](r.Plan); ok {
		linux.MaskedPaths = append(linux.MaskedPaths, hide.Hidden...)
		linux.ReadonlyPaths = hide.ReadOnly
	}
	if !r.Layers.Has(sandbox.Seccomp) {
		return linux, nil
	}
	var err error
	linux.Seccomp, err = r.Seccomp().OCI(seccomp.Arch(runtime.GOARCH))
	return linux, err
}

func mappings(maps []op.IDMap) (list []specs.LinuxIDMapping) {
	for _, m := range maps {
		list = append(list, specs.LinuxIDMapping{ContainerID: uint32(m.Inside), HostID: uint32(m.Outside), Size: uint32(m.Count)})
	}
	return list
}
