package export

import (
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/network"
	"github.com/tentpole-labs/tentpole/sandbox/seccomp"
)

// asDocker writes a command line for docker, or for podman when it needs what
// only that has; podman takes all the flags.
func asDocker(r request) (Export, error) {
	if err := r.container("a container of docker's or podman's"); err != nil {
		return Export{}, err
	}
	engine := "docker"
	if r.podman() {
		engine = "podman"
	}
	words := []string{engine + " run --rm --interactive"}
	for _, f := range dockerFlags {
		words = append(words, f(r)...)
	}
	image, reference := r.image()
	image = quoted(image)
	if !reference {
		image = "--rootfs " + image
	}
	words = append(words, image+" "+quoted(r.command...))
	profile, err := r.profile()
	return Export{Text: profile + strings.Join(words, " \\\n\t") + "\n"}, err
}

// podman tells that docker itself has no words for the plan.
func (r request) podman() bool {
	_, reference := r.image()
	return !reference || r.Layers.Has(sandbox.User)
}

// image is what the container's root is made from: the reference of an image,
// or a directory that podman lays an overlay over.
func (r request) image() (word string, reference bool) {
	if r.Root == sandbox.RootImage && !strings.HasPrefix(r.Spec.Source, "/") && !strings.HasPrefix(r.Spec.Source, "oci:") {
		return r.Spec.Source, true
	}
	lower := "/"
	if r.Root != sandbox.RootOverlay {
		lower = r.lowers()[0]
	}
	return lower + ":O", false
}

// dockerFlags are the flags, layer by layer.
var dockerFlags = []func(request) []string{
	dockerNamespaces, dockerIDs, dockerNetwork, dockerLimits, dockerIO, dockerPlaces, dockerRights,
}

// dockerNamespaces leaves those to the engine that it makes anyway, and asks
// for the host's where the plan has none.
func dockerNamespaces(r request) (flags []string) {
	for _, ns := range []struct {
		layer sandbox.Layer
		flag  string
	}{{sandbox.PID, "--pid"}, {sandbox.IPC, "--ipc"}, {sandbox.UTS, "--uts"}} {
		if !r.Layers.Has(ns.layer) {
			flags = append(flags, ns.flag+"=host")
		}
	}
	cgroup := "host"
	if r.Layers.Has(sandbox.Cgroup) {
		cgroup = "private"
	}
	flags = append(flags, "--cgroupns="+cgroup)
	switch {
	case r.Spec.Hostname != "":
		flags = append(flags, "--hostname "+quoted(r.Spec.Hostname))
	case r.Layers.Has(sandbox.UTS): // the engine would make one up
		flags = append(flags, `--hostname "$(uname -n)"`)
	}
	return flags
}

// dockerIDs writes the id map. An ordinary user's engine maps its own.
func dockerIDs(r request) (flags []string) {
	if !r.ranged() {
		return nil
	}
	clone := r.clone()
	for _, m := range clone.UIDs {
		flags = append(flags, fmt.Sprintf("--uidmap %d:%d:%d", m.Inside, m.Outside, m.Count))
	}
	for _, m := range clone.GIDs {
		flags = append(flags, fmt.Sprintf("--gidmap %d:%d:%d", m.Inside, m.Outside, m.Count))
	}
	return append(flags, "--tmpfs /run:notmpcopyup")
}

func dockerNetwork(r request) []string {
	switch {
	case !r.Layers.Has(sandbox.Net):
		return []string{"--network=host"}
	case r.Spec.Network != network.KindBridge && len(r.Spec.Publish) == 0:
		return []string{"--network=none"}
	}
	var flags []string
	for _, p := range r.Spec.Publish {
		flags = append(flags, publish(p)...)
	}
	return flags
}

// publish says on which of the host's addresses: both loopbacks if no other.
func publish(p network.Port) []string {
	if p.Address.IsValid() {
		return []string{"--publish " + p.String()}
	}
	return []string{"--publish 127.0.0.1:" + p.String(), "--publish '[::1]:" + p.String() + "'"}
}

// dockerLimits writes the limits. Podman has one on processes of its own if it
// is not told otherwise.
func dockerLimits(r request) (flags []string) {
	l := r.Limits()
	if l.Memory > 0 {
		flags = append(flags, fmt.Sprintf("--memory %db", l.Memory), fmt.Sprintf("--memory-swap %db", l.Memory+l.Swap))
	}
	if l.CPUs > 0 {
		flags = append(flags, "--cpus "+strconv.FormatFloat(l.CPUs, 'f', -1, 64))
	}
	if l.Weight > 0 {
		flags = append(flags, fmt.Sprintf("--cpu-shares %d", shares(l.Weight)))
	}
	pids := int64(-1)
	if l.PIDs > 0 {
		pids = l.PIDs
	}
	if r.Rootless && l.PIDs == 0 {
		return flags // an ordinary user's engine may have no cgroups at all
	}
	return append(flags, fmt.Sprintf("--pids-limit %d", pids))
}

// shares is a weight as cgroup v1 counts it, from which engines work out the
// rest.
func shares(weight int) uint64 { return uint64(weight) * 1024 / 100 }

// dockerIO names the devices by their files, which the kernel knows.
func dockerIO(r request) (flags []string) {
	for _, d := range r.Limits().IO {
		file := `"/dev/$(sed -n s/DEVNAME=//p /sys/dev/block/` + d.Device + `/uevent):`
		for _, rate := range []struct {
			flag  string
			limit int64
		}{{"--device-read-bps", d.ReadBPS}, {"--device-write-bps", d.WriteBPS}, {"--device-read-iops", d.ReadIOPS}, {"--device-write-iops", d.WriteIOPS}} {
			if rate.limit > 0 {
				flags = append(flags, fmt.Sprintf(`%s %s%d"`, rate.flag, file, rate.limit))
			}
		}
	}
	return flags
}

func dockerPlaces(r request) (flags []string) {
	for _, v := range r.Spec.Volumes {
		word := v.Source + ":" + v.Target
		if v.ReadOnly {
			word += ":ro"
		}
		flags = append(flags, "--volume "+quoted(word))
	}
	for _, t := range r.Spec.Tmpfs {
		size := t.Size
		if size == 0 {
			size = sandbox.DefaultTmpfsSize
		}
		flags = append(flags, "--tmpfs "+quoted(fmt.Sprintf("%s:nosuid,nodev,mode=1777,size=%d", t.Target, size)))
	}
	if r.Spec.ReadOnly {
		flags = append(flags, "--read-only")
	}
	return flags
}

// dockerRights writes the restrictions. An engine restricts by itself, so what
// the plan does not has to be lifted.
func dockerRights(r request) []string {
	flags := r.dockerCapabilities()
	if r.Layers.Has(sandbox.NoNewPrivs) {
		flags = append(flags, "--security-opt no-new-privileges")
	}
	switch {
	case !r.Layers.Has(sandbox.Seccomp):
		flags = append(flags, "--security-opt seccomp=unconfined")
	case !r.Spec.Calls.IsZero():
		flags = append(flags, "--security-opt seccomp="+profileFile)
	}
	if !r.Layers.Has(sandbox.Masks) {
		flags = append(flags, "--security-opt systempaths=unconfined")
	}
	return flags
}

func (r request) dockerCapabilities() []string {
	if !r.Layers.Has(sandbox.Capabilities) {
		return []string{"--cap-add ALL"}
	}
	keep := r.kept()
	slices.Sort(keep)
	flags := "--cap-drop ALL"
	for _, name := range keep {
		flags += " --cap-add " + name
	}
	return []string{flags}
}

const profileFile = "tentpole-seccomp.json"

// profile writes the profile to a file, unless it is the one that engines bring
// along: Docker's.
func (r request) profile() (string, error) {
	if !r.Layers.Has(sandbox.Seccomp) || r.Spec.Calls.IsZero() {
		return "", nil
	}
	profile, err := r.Seccomp().OCI(seccomp.Arch(runtime.GOARCH))
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(profile)
	return "cat > " + profileFile + " <<'PROFILE'\n" + string(text) + "\nPROFILE\n", err
}
