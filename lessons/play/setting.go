package play

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
	"github.com/tentpole-labs/tentpole/sandbox/network"
)

// settings put the words of a step's keys into a spec, as the command line's
// flags of the same names do.
var settings = map[string]func(*sandbox.Spec, []string) error{
	"network":          setNetwork,
	"ports":            setPorts,
	"hostname":         func(s *sandbox.Spec, words []string) error { s.Hostname = words[0]; return nil },
	"read-only":        setReadOnly,
	"upper":            func(s *sandbox.Spec, words []string) error { s.Upper = sandbox.UpperKind(words[0]); return nil },
	"tmpfs":            setTmpfs,
	"capabilities":     setCapabilities,
	"seccomp":          func(s *sandbox.Spec, words []string) error { s.Calls.Profile = words[0]; return nil },
	"seccomp-allow":    func(s *sandbox.Spec, words []string) error { s.Calls.Allow = words; return nil },
	"seccomp-deny":     func(s *sandbox.Spec, words []string) error { s.Calls.Deny = words; return nil },
	"landlock-read":    func(s *sandbox.Spec, words []string) error { s.Access.Read = words; return nil },
	"landlock-write":   func(s *sandbox.Spec, words []string) error { s.Access.Write = words; return nil },
	"landlock-bind":    func(s *sandbox.Spec, words []string) error { return setAccessPorts(s, &s.Access.Bind, words) },
	"landlock-connect": func(s *sandbox.Spec, words []string) error { return setAccessPorts(s, &s.Access.Connect, words) },
}

// checkSetting tells what is wrong with the words of one key.
func checkSetting(key string, words []string) error {
	var s sandbox.Spec
	if err := settings[key](&s, words); err != nil {
		return err
	}
	if s.ReadOnly {
		s.Root = sandbox.RootOverlay
	}
	return s.Validate()
}

// checkLimit tells what is wrong with one limit.
func checkLimit(name, word string) error {
	_, err := cgroup.ParseLimits(map[string]string{name: word})
	return err
}

func setNetwork(s *sandbox.Spec, words []string) error {
	kind, ok := network.ParseKind(words[0])
	if !ok {
		var known []string
		for _, k := range network.Kinds {
			known = append(known, string(k.Kind))
		}
		return &sandbox.UsageError{What: "network", Word: words[0], Known: known}
	}
	s.Network = kind
	return nil
}

func setPorts(s *sandbox.Spec, words []string) error {
	for _, word := range words {
		port, err := network.ParsePort(word)
		if err != nil {
			return err
		}
		s.Publish = append(s.Publish, port)
	}
	return nil
}

func setReadOnly(s *sandbox.Spec, words []string) (err error) {
	if s.ReadOnly, err = strconv.ParseBool(words[0]); err != nil {
		return fmt.Errorf("read-only is true or false, not %q", words[0])
	}
	return nil
}

func setTmpfs(s *sandbox.Spec, words []string) error {
	for _, word := range words {
		t, err := sandbox.ParseTmpfs(word)
		if err != nil {
			return err
		}
		s.Tmpfs = append(s.Tmpfs, t)
	}
	return nil
}

func setCapabilities(s *sandbox.Spec, words []string) (err error) {
	s.Capabilities, err = sandbox.ParseCapabilities(strings.Join(words, ","))
	return err
}

func setAccessPorts(s *sandbox.Spec, to *[]int, words []string) error {
	s.Access.Ports = true
	for _, word := range words {
		port, err := strconv.ParseUint(word, 10, 16)
		if err != nil {
			return fmt.Errorf("%q is no port", word)
		}
		*to = append(*to, int(port))
	}
	return nil
}

// Spec is what a step asks for, without its volumes: their directories are the
// player's.
func Spec(r *lessons.Run) (sandbox.Spec, error) {
	layers, err := sandbox.ParseLayers(strings.Join(r.Layers, ","))
	if err != nil {
		return sandbox.Spec{}, err
	}
	root, source, err := sandbox.ParseRoot(r.Root)
	if err != nil {
		return sandbox.Spec{}, err
	}
	if layers.Has(sandbox.Root) && root == sandbox.RootHost { // the layer is a root of its own
		root = sandbox.RootOverlay
	}
	limits, err := cgroup.ParseLimits(r.Limits)
	if err != nil {
		return sandbox.Spec{}, err
	}
	spec := sandbox.Spec{Layers: layers, Root: root, Source: source, Limits: limits}
	for key, words := range r.Settings {
		if err := settings[key](&spec, words); err != nil {
			return sandbox.Spec{}, err
		}
	}
	return spec, nil
}
