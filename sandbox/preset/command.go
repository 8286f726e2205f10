package preset

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
)

// flags are those of tentpole run, each with the words that a spec gives it.
var flags = []struct {
	name  string
	words func(sandbox.Spec) []string
}{
	{"layer", func(s sandbox.Spec) []string { return some(s.Layers.String()) }},
	{"name", func(s sandbox.Spec) []string { return some(s.Name) }},
	{"root", rootWords},
	{"upper", func(s sandbox.Spec) []string { return some(string(s.Upper)) }},
	{"volume", func(s sandbox.Spec) (out []string) {
		for _, v := range s.Volumes {
			out = append(out, VolumeWord(v))
		}
		return out
	}},
	{"tmpfs", func(s sandbox.Spec) (out []string) {
		for _, t := range s.Tmpfs {
			out = append(out, tmpfsWord(t))
		}
		return out
	}},
	{"network", func(s sandbox.Spec) []string { return some(string(s.Network)) }},
	{"publish", func(s sandbox.Spec) (out []string) {
		for _, p := range s.Publish {
			out = append(out, p.String())
		}
		return out
	}},
	{"join", func(s sandbox.Spec) (out []string) {
		for _, j := range s.Join {
			out = append(out, JoinWord(j))
		}
		return out
	}},
	{"hostname", func(s sandbox.Spec) []string { return some(s.Hostname) }},
	{"memory", func(s sandbox.Spec) []string { return size(s.Limits.Memory) }},
	{"memory-high", func(s sandbox.Spec) []string { return size(s.Limits.MemoryHigh) }},
	{"swap", func(s sandbox.Spec) []string { return size(s.Limits.Swap) }},
	{"cpus", func(s sandbox.Spec) []string { return some(CPUsWord(s.Limits.CPUs)) }},
	{"cpu-weight", func(s sandbox.Spec) []string { return number(int64(s.Limits.Weight)) }},
	{"pids", func(s sandbox.Spec) []string { return number(s.Limits.PIDs) }},
	{"io", func(s sandbox.Spec) (out []string) {
		for _, l := range s.Limits.IO {
			out = append(out, IOWord(l))
		}
		return out
	}},
	{"capabilities", capabilityWords},
	{"seccomp", func(s sandbox.Spec) []string { return some(s.Calls.Profile) }},
	{"seccomp-allow", func(s sandbox.Spec) []string { return some(strings.Join(s.Calls.Allow, ",")) }},
	{"seccomp-deny", func(s sandbox.Spec) []string { return some(strings.Join(s.Calls.Deny, ",")) }},
	{"landlock-read", func(s sandbox.Spec) []string { return s.Access.Read }},
	{"landlock-write", func(s sandbox.Spec) []string { return s.Access.Write }},
	{"landlock-bind", func(s sandbox.Spec) []string { return numbers(s.Access.Bind) }},
	{"landlock-connect", func(s sandbox.Spec) []string { return numbers(s.Access.Connect) }},
}

// Line is the command that starts the same sandbox. Layers that this machine
// lacks are to be left out of the set before: by name they are wanted.
func (s Setup) Line() string {
	words := []string{"tentpole", "run"}
	for _, f := range flags {
		for _, w := range f.words(s.Spec) {
			words = append(words, "--"+f.name, op.Quote(w))
		}
	}
	if s.Spec.ReadOnly {
		words = append(words, "--read-only")
	}
	return strings.Join(words, " ") + " -- " + quoted(s.Args())
}

// Args are the command as a list: a shell when there is none, and a shell again
// for what only a shell can read.
func (s Setup) Args() []string {
	switch {
	case strings.TrimSpace(s.Command) == "":
		return []string{"sh"}
	case strings.ContainsAny(s.Command, "\"'\\$`|&;<>()*?[]{}#~!\n"):
		return []string{"sh", "-c", s.Command}
	}
	return strings.Fields(s.Command)
}

func quoted(args []string) string {
	out := make([]string, len(args))
	for i, a := range args {
		out[i] = op.Quote(a)
	}
	return strings.Join(out, " ")
}

func some(word string) []string {
	if word == "" {
		return nil
	}
	return []string{word}
}

func size(n int64) []string { return some(SizeWord(n)) }

func number(n int64) []string {
	if n == 0 {
		return nil
	}
	return []string{strconv.FormatInt(n, 10)}
}

func numbers(list []int) (out []string) {
	for _, n := range list {
		out = append(out, strconv.Itoa(n))
	}
	return out
}

func rootWords(s sandbox.Spec) []string {
	if s.Source != "" {
		return []string{s.Source}
	}
	return some(string(s.Root))
}

// capabilityWords: an empty list is none of them, nil what the layer says.
func capabilityWords(s sandbox.Spec) []string {
	switch {
	case s.Capabilities == nil:
		return nil
	case len(s.Capabilities) == 0:
		return []string{"none"}
	}
	return []string{strings.Join(s.Capabilities, ",")}
}

// units are those of sizes, the largest first.
var units = []struct {
	letter string
	bytes  int64
}{{"G", 1 << 30}, {"M", 1 << 20}, {"K", 1 << 10}}

// SizeWord writes a size as [cgroup.ParseBytes] reads it: 64M; nought is "".
func SizeWord(n int64) string {
	if n == 0 {
		return ""
	}
	for _, u := range units {
		if n%u.bytes == 0 {
			return strconv.FormatInt(n/u.bytes, 10) + u.letter
		}
	}
	return strconv.FormatInt(n, 10)
}

// CPUsWord writes how many CPUs as [cgroup.ParseCPUs] reads it; nought is "".
func CPUsWord(n float64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatFloat(n, 'f', -1, 64)
}

// IOWord writes limits of a disk as [cgroup.ParseIO] reads them.
func IOWord(l cgroup.IOLimit) string {
	out := l.Device
	for _, f := range []struct {
		name  string
		value int64
	}{{"rbps", l.ReadBPS}, {"wbps", l.WriteBPS}, {"riops", l.ReadIOPS}, {"wiops", l.WriteIOPS}} {
		if f.value != 0 {
			out += fmt.Sprintf(" %s=%s", f.name, SizeWord(f.value))
		}
	}
	return out
}

// VolumeWord writes a volume as [sandbox.ParseVolume] reads it.
func VolumeWord(v sandbox.Volume) string {
	out := v.Source + ":" + v.Target
	if v.ReadOnly {
		out += ":ro"
	}
	return out
}

// JoinWord writes what is shared as [sandbox.ParseJoin] reads it.
func JoinWord(j sandbox.Join) string { return j.Name + ":" + j.Namespaces.String() }

func tmpfsWord(t sandbox.Tmpfs) string {
	if t.Size == 0 {
		return t.Target
	}
	return t.Target + ":" + SizeWord(t.Size)
}
