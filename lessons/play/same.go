package play

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/network"
)

// Same says the sandbox of a step as a person would ask other tools for it, as
// Markdown: unshare(1) and setpriv(1) for what they can, the command that prints
// the rest as a script, and docker-run(1). It is empty for a plain process.
func Same(r *lessons.Run, v lessons.Variant) string {
	spec, err := Spec(r)
	if err != nil {
		return ""
	}
	for _, m := range r.Volumes {
		spec.Volumes = append(spec.Volumes, sandbox.Volume{Source: "/srv/" + m.Name, Target: m.At, ReadOnly: m.ReadOnly})
	}
	s := same{spec: spec, run: r, user: v == lessons.User, layers: spec.Raised(v == lessons.User)}
	if s.layers == 0 {
		return ""
	}
	return s.unshare() + "\n" + s.docker()
}

// same is one sandbox to be said.
type same struct {
	spec   sandbox.Spec
	run    *lessons.Run
	user   bool
	layers sandbox.LayerSet // implied ones as well
}

// unshareFlags ask unshare(1) for a layer.
var unshareFlags = []struct {
	layer sandbox.Layer
	flag  string
}{
	{sandbox.User, "--map-root-user"},
	{sandbox.Mount, "--mount"},
	{sandbox.UTS, "--uts"},
	{sandbox.IPC, "--ipc"},
	{sandbox.Net, "--net"},
	{sandbox.Cgroup, "--cgroup"},
	{sandbox.Time, "--time"},
	{sandbox.PID, "--pid"},
}

// beyond are the layers that no flag of unshare and setpriv raises.
var beyond = []sandbox.Layer{sandbox.Root, sandbox.Memory, sandbox.CPU, sandbox.PIDs, sandbox.IO, sandbox.Seccomp, sandbox.Landlock, sandbox.Masks}

// unshare is a command for the namespaces and what belongs to a process, and one
// for the whole.
func (s same) unshare() string {
	var b strings.Builder
	if words := s.unshareWords(); len(words) > 0 {
		b.WriteString("```sh\n" + strings.Join(words, " ") + "\n```\n\n")
	}
	all := "The whole"
	if left := s.among(beyond); len(left) > 0 {
		all = "With " + listed(left)
	}
	fmt.Fprintf(&b, "%s, as a script to read and run:\n\n```sh\n%s\n```\n", all, lines("tentpole plan", append(s.planFlags(), "--as unshare")))
	return b.String()
}

func (s same) unshareWords() []string {
	var flags, words []string
	for _, f := range unshareFlags {
		if s.layers.Has(f.layer) {
			flags = append(flags, f.flag)
		}
	}
	if s.layers.Has(sandbox.PID) || s.layers.Has(sandbox.Time) { // only children are in those
		flags = append(flags, "--fork")
	}
	if s.layers.Has(sandbox.PID) && s.layers.Has(sandbox.Mount) {
		flags = append(flags, "--mount-proc")
	}
	if len(flags) > 0 {
		words = append(append(words, "unshare"), flags...)
	}
	shell := "sh"
	if rights := s.rights(); len(rights) > 0 {
		shell = "setpriv " + strings.Join(rights, " ") + " sh"
	}
	switch {
	case s.spec.Hostname != "": // as long as there is the right to
		shell = fmt.Sprintf("sh -c 'hostname %s; exec %s'", s.spec.Hostname, shell)
	case shell == "sh" && len(words) == 0:
		return nil
	}
	return append(words, shell)
}

// rights are what setpriv(1) takes away. A list of capabilities is left to the
// script.
func (s same) rights() (flags []string) {
	if s.layers.Has(sandbox.NoNewPrivs) {
		flags = append(flags, "--no-new-privs")
	}
	if s.layers.Has(sandbox.Capabilities) {
		keep := "-all"
		for _, name := range s.kept() {
			keep += ",+" + name
		}
		flags = append(flags, "--bounding-set="+keep, "--inh-caps=-all")
	}
	return flags
}

func (s same) kept() []string {
	if s.spec.Capabilities == nil {
		return sandbox.DefaultCapabilities
	}
	return s.spec.Capabilities
}

func (s same) among(list []sandbox.Layer) (words []string) {
	for _, l := range list {
		if s.layers.Has(l) {
			words = append(words, "`"+string(l)+"`")
		}
	}
	return words
}

// planFlags are the flags of tentpole's own command line.
func (s same) planFlags() (flags []string) {
	if s.spec.Layers != 0 {
		flags = append(flags, "--layer "+strings.Join(s.spec.Layers.Words(), ","))
	}
	if s.spec.Root.Own() {
		flags = append(flags, "--root "+string(s.spec.Root))
	}
	for _, name := range sortedKeys(s.run.Limits) {
		flags = append(flags, "--"+name+" "+s.run.Limits[name])
	}
	for _, v := range s.spec.Volumes {
		flags = append(flags, "--volume "+mounted(v))
	}
	for _, key := range sortedKeys(s.run.Settings) {
		flags = append(flags, planFlag(key, s.run.Settings[key])...)
	}
	return flags
}

// planFlag is a key of a step as the command line has it.
func planFlag(key string, words []string) (flags []string) {
	switch key {
	case "read-only":
		return []string{"--read-only"}
	case "capabilities", "seccomp-allow", "seccomp-deny":
		return []string{"--" + key + " " + strings.Join(words, ",")}
	case "ports":
		key = "publish"
	}
	for _, word := range words {
		flags = append(flags, "--"+key+" "+word)
	}
	return flags
}

func mounted(v sandbox.Volume) string {
	if v.ReadOnly {
		return v.Source + ":" + v.Target + ":ro"
	}
	return v.Source + ":" + v.Target
}

// dockerRaises are the layers that Docker raises for every container.
var dockerRaises = []sandbox.Layer{
	sandbox.Mount, sandbox.Root, sandbox.UTS, sandbox.IPC, sandbox.PID, sandbox.Net, sandbox.Cgroup,
	sandbox.Capabilities, sandbox.Seccomp, sandbox.Masks,
}

// dockerElse says of the others what there is instead of a flag.
var dockerElse = []struct {
	layer sandbox.Layer
	says  string
}{
	{sandbox.User, "`user` is the daemon's to raise, by its setting *userns-remap*"},
	{sandbox.Time, "for `time` it has no flag"},
	{sandbox.Landlock, "for `landlock` it has no flag"},
}

// docker is a command line, and what of it Docker does unasked.
func (s same) docker() string {
	var says []string
	if own := s.among(dockerRaises); len(own) > 0 {
		says = append(says, "Docker raises "+listed(own)+" for every container")
	}
	for _, other := range dockerElse {
		if s.layers.Has(other.layer) && !(s.user && other.layer == sandbox.User && !s.spec.Layers.Has(sandbox.User)) {
			says = append(says, other.says)
		}
	}
	sentence := strings.Join(says, "; ")
	if sentence != "" {
		sentence = strings.ToUpper(sentence[:1]) + sentence[1:] + ".\n\n"
	}
	return sentence + "```sh\n" + lines("docker run --rm -it", append(s.dockerFlags(), "alpine sh")) + "\n```\n"
}

// dockerFlags are those for what is not the same in every container.
func (s same) dockerFlags() (flags []string) {
	add := func(when bool, format string, args ...any) {
		if when {
			flags = append(flags, fmt.Sprintf(format, args...))
		}
	}
	add(s.spec.Hostname != "", "--hostname %s", s.spec.Hostname)
	add(s.spec.Network == network.KindHost, "--network host")
	add(s.layers.Has(sandbox.Net) && s.spec.Network != network.KindBridge && len(s.spec.Publish) == 0, "--network none")
	for _, p := range s.spec.Publish {
		add(true, "--publish %s", p)
	}
	l := s.spec.Limits
	add(l.Memory > 0, "--memory %s --memory-swap %s", s.run.Limits["memory"], s.run.Limits["memory"])
	add(l.CPUs > 0, "--cpus %s", s.run.Limits["cpus"])
	add(l.PIDs > 0, "--pids-limit %s", s.run.Limits["pids"])
	for _, v := range s.spec.Volumes {
		add(true, "--volume %s", mounted(v))
	}
	for _, t := range s.spec.Tmpfs {
		add(true, "--tmpfs %s", t.Target)
	}
	add(s.spec.ReadOnly, "--read-only")
	add(s.spec.Capabilities != nil, "--cap-drop ALL")
	for _, name := range s.spec.Capabilities {
		add(true, "--cap-add %s", strings.ToUpper(name))
	}
	add(s.layers.Has(sandbox.NoNewPrivs), "--security-opt no-new-privs")
	return flags
}

// listed is a list in a sentence.
func listed(words []string) string {
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
	return strings.Join(words, "")
}

// commandWidth is how long a line of a command is, as a rule.
const commandWidth = 60

// lines breaks a long command where its flags begin.
func lines(command string, flags []string) string {
	var b strings.Builder
	b.WriteString(command)
	width := len(command)
	for _, f := range flags {
		if width+1+len(f) > commandWidth {
			b.WriteString(" \\\n ")
			width = 1
		}
		b.WriteString(" " + f)
		width += 1 + len(f)
	}
	return b.String()
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
