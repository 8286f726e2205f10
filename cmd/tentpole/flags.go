package main

import (
	"errors"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
	"github.com/tentpole-labs/tentpole/sandbox/image"
	"github.com/tentpole-labs/tentpole/sandbox/network"
)

// specFlags are the flags that describe a sandbox.
type specFlags struct {
	stage, layers, root, upper, hostname, name string
	readOnly                                   bool
	volumes, tmpfs                             []string
	network                                    string
	publish, join                              []string
	limits                                     limitFlags
	restrict                                   restrictFlags
}

// limitFlags are the flags for what a sandbox may use.
type limitFlags struct {
	memory, high, swap, cpus, pids string
	weight                         int
	io                             []string
}

// restrictFlags are the flags for what a sandbox may do.
type restrictFlags struct {
	capabilities, profile, allow, deny string
	read, write                        []string
	bind, connect                      []int
}

func (f *specFlags) add(c *cobra.Command) {
	flags := c.Flags()
	flags.StringVar(&f.stage, "stage", "", "a stage of the ladder: "+strings.Join(stageNames(), " "))
	flags.StringVar(&f.layers, "layer", "", "layers by name, separated by commas: mount,pid")
	flags.StringVar(&f.name, "name", "", "the sandbox's name (default: made up)")
	f.addRest(c)
}

// addRest adds those that say nothing of layers and of one sandbox alone.
func (f *specFlags) addRest(c *cobra.Command) {
	flags := c.Flags()
	flags.StringVar(&f.root, "root", "", "the root directory: host, overlay, tiny, a directory, a tar or an image")
	flags.StringVar(&f.upper, "upper", "", "where what is written to the root lands: disk or tmpfs")
	flags.BoolVar(&f.readOnly, "read-only", false, "nothing is written to the root")
	flags.StringArrayVarP(&f.volumes, "volume", "v", nil, "show a directory of the host's inside: SOURCE:TARGET or SOURCE:TARGET:ro")
	flags.StringArrayVar(&f.tmpfs, "tmpfs", nil, "an empty directory in memory: TARGET or TARGET:SIZE")
	flags.StringVar(&f.network, "network", "", "what the network is connected to: none, host, or (as root) bridge")
	flags.StringArrayVarP(&f.publish, "publish", "p", nil, "have the host listen for a port inside: 8080:80, 127.0.0.1:8080:80")
	flags.StringArrayVar(&f.join, "join", nil, "share namespaces of a running sandbox: NAME:net,ipc")
	flags.StringVar(&f.hostname, "hostname", "", "the host name inside (implies the layer uts)")
	f.limits.add(c)
	f.restrict.add(c)
}

func (f *limitFlags) add(c *cobra.Command) {
	flags := c.Flags()
	flags.StringVar(&f.memory, "memory", "", "the most memory that commands may have: 64M (implies the layer memory)")
	flags.StringVar(&f.high, "memory-high", "", "the memory from which on they are slowed down: 48M")
	flags.StringVar(&f.swap, "swap", "", "swap beyond the memory limit: 16M (default: none)")
	flags.StringVar(&f.cpus, "cpus", "", "processor time: 0.5 is half of a CPU (implies the layer cpu)")
	flags.IntVar(&f.weight, "cpu-weight", 0, "the share when others want the CPU as well, 1 to 10000 (as a rule 100)")
	flags.StringVar(&f.pids, "pids", "", "the most processes and threads: 32 (implies the layer pids)")
	flags.StringArrayVar(&f.io, "io", nil, "a disk's limits: \"254:0 rbps=1M wbps=1M\" (implies the layer io)")
}

func (f *restrictFlags) add(c *cobra.Command) {
	flags := c.Flags()
	flags.StringVar(&f.capabilities, "capabilities", "", "those that are kept: names, default, all or none (implies the layer capabilities)")
	flags.StringVar(&f.profile, "seccomp", "", "the profile for system calls: docker, all, none or a file (implies the layer seccomp)")
	flags.StringVar(&f.allow, "seccomp-allow", "", "system calls that are allowed besides")
	flags.StringVar(&f.deny, "seccomp-deny", "", "system calls that are refused besides")
	flags.StringArrayVar(&f.read, "landlock-read", nil, "a path below which files may be read and executed (implies the layer landlock)")
	flags.StringArrayVar(&f.write, "landlock-write", nil, "a path below which they may be written as well")
	flags.IntSliceVar(&f.bind, "landlock-bind", nil, "a TCP port that may be bound; no others then")
	flags.IntSliceVar(&f.connect, "landlock-connect", nil, "a TCP port that may be connected to; no others then")
}

func stageNames() []string {
	var names []string
	for _, r := range sandbox.Ladder() {
		names = append(names, r.Name)
	}
	return names
}

// spec reads the flags. --layer adds to the layers of --stage.
func (f *specFlags) spec() (sandbox.Spec, error) {
	s := sandbox.Spec{Hostname: f.hostname, Name: f.name, ReadOnly: f.readOnly, Upper: sandbox.UpperKind(f.upper)}
	for _, part := range []func(*sandbox.Spec) error{f.ladder, f.directory, f.places, f.connections, f.limits.read, f.restrict.apply} {
		if err := part(&s); err != nil {
			return s, err
		}
	}
	return s, s.Validate()
}

// ladder reads --stage and --layer. What a stage has beyond this machine is
// left out, a layer by name is wanted.
func (f *specFlags) ladder(s *sandbox.Spec) error {
	if f.stage != "" {
		rung, err := sandbox.ParseStage(f.stage)
		if err != nil {
			return err
		}
		s.Layers, s.Root, s.Partial = rung.Layers, rung.Root, true
	}
	more, err := sandbox.ParseLayers(f.layers)
	if err != nil {
		return err
	}
	s.Layers |= more
	s.Partial = s.Partial && more == 0
	return nil
}

// directory reads --root.
func (f *specFlags) directory(s *sandbox.Spec) (err error) {
	if f.root != "" {
		s.Root, s.Source, err = sandbox.ParseRoot(f.root)
		return err
	}
	if s.Layers.Has(sandbox.Root) && s.Root == sandbox.RootHost {
		s.Root = sandbox.RootOverlay
	}
	return nil
}

// places reads --volume and --tmpfs.
func (f *specFlags) places(s *sandbox.Spec) error {
	for _, word := range f.volumes {
		v, err := sandbox.ParseVolume(word)
		if err != nil {
			return err
		}
		s.Volumes = append(s.Volumes, v)
	}
	for _, word := range f.tmpfs {
		t, err := sandbox.ParseTmpfs(word)
		if err != nil {
			return err
		}
		s.Tmpfs = append(s.Tmpfs, t)
	}
	return nil
}

// connections reads --network, --publish and --join.
func (f *specFlags) connections(s *sandbox.Spec) error {
	s.Network = network.Kind(f.network)
	for _, word := range f.publish {
		p, err := network.ParsePort(word)
		if err != nil {
			return &exitError{exitUsage, err}
		}
		s.Publish = append(s.Publish, p)
	}
	for _, word := range f.join {
		j, err := sandbox.ParseJoin(word)
		if err != nil {
			return err
		}
		s.Join = append(s.Join, j)
	}
	return nil
}

func (f *limitFlags) read(s *sandbox.Spec) error {
	bytes := func(what string) func(string) (int64, error) {
		return func(word string) (int64, error) { return cgroup.ParseBytes(what, word) }
	}
	l := &s.Limits
	l.Weight = f.weight
	err := errors.Join(
		parseInto(&l.Memory, f.memory, bytes("memory limit")),
		parseInto(&l.MemoryHigh, f.high, bytes("memory high mark")),
		parseInto(&l.Swap, f.swap, bytes("swap limit")),
		parseInto(&l.CPUs, f.cpus, cgroup.ParseCPUs),
		parseInto(&l.PIDs, f.pids, cgroup.ParsePIDs),
	)
	for _, word := range f.io {
		limit, ioErr := cgroup.ParseIO(word)
		l.IO = append(l.IO, limit)
		err = errors.Join(err, ioErr)
	}
	if err != nil {
		return &exitError{exitUsage, err}
	}
	return nil
}

// parseInto parses a word, if there is one.
func parseInto[T any](to *T, word string, parse func(string) (T, error)) (err error) {
	if word != "" {
		*to, err = parse(word)
	}
	return err
}

func (f *restrictFlags) apply(s *sandbox.Spec) (err error) {
	if f.capabilities != "" {
		if s.Capabilities, err = sandbox.ParseCapabilities(f.capabilities); err != nil {
			return err
		}
	}
	s.Calls = sandbox.CallRules{Allow: words(f.allow), Deny: words(f.deny)}
	s.Access = sandbox.Access{Read: f.read, Write: f.write, Bind: f.bind, Connect: f.connect, Ports: len(f.bind)+len(f.connect) > 0}
	s.Calls.Profile, err = profile(f.profile)
	return err
}

// profile is a profile's name, or what its file says.
func profile(word string) (string, error) {
	if !strings.Contains(word, "/") && !strings.HasSuffix(word, ".json") {
		return word, nil
	}
	b, err := os.ReadFile(word)
	var path *fs.PathError
	if errors.As(err, &path) {
		return "", &sandbox.UsageError{What: "seccomp profile", Word: word, Why: path.Err.Error()}
	}
	return string(b), err
}

func words(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}

// plan works out what the flags come to on this machine. An image is fetched
// for it.
func (f *specFlags) plan(c *cobra.Command) (*sandbox.Plan, image.Image, error) {
	spec, err := f.spec()
	if err != nil {
		return nil, image.Image{}, err
	}
	m, err := sandbox.Look()
	if err != nil {
		return nil, image.Image{}, err
	}
	progress, end := pullProgress(c.ErrOrStderr())
	spec, from, err := sandbox.Unpack(c.Context(), spec, m, progress)
	end()
	if err != nil {
		return nil, from, err
	}
	p, err := sandbox.NewPlan(spec, m)
	return p, from, err
}

func jsonFlag(c *cobra.Command, to *bool) {
	c.Flags().BoolVar(to, "json", false, "print JSON")
}

func printJSON(c *cobra.Command, v any) error {
	return encodeJSON(c.OutOrStdout(), v)
}
