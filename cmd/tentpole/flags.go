package main

import (
	"encoding/json"

	"github.com/spf13/cobra"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// specFlags are the flags that describe a sandbox.
type specFlags struct {
	stage, layers, root, hostname, name string
}

func (f *specFlags) add(c *cobra.Command) {
	flags := c.Flags()
	flags.StringVar(&f.stage, "stage", "", "a stage of the ladder: process mount root uts ipc pid net user time cgroup container")
	flags.StringVar(&f.layers, "layer", "", "layers by name, separated by commas: mount,pid")
	flags.StringVar(&f.root, "root", "", "the root directory: host or overlay")
	flags.StringVar(&f.hostname, "hostname", "", "the host name inside (implies the layer uts)")
	flags.StringVar(&f.name, "name", "", "the sandbox's name (default: made up)")
}

// spec reads the flags. --layer adds to the layers of --stage.
func (f *specFlags) spec() (sandbox.Spec, error) {
	s := sandbox.Spec{Hostname: f.hostname, Name: f.name}
	if f.stage != "" {
		rung, err := sandbox.ParseStage(f.stage)
		if err != nil {
			return s, err
		}
		s.Layers, s.Root = rung.Layers, rung.Root
	}
	more, err := sandbox.ParseLayers(f.layers)
	if err != nil {
		return s, err
	}
	s.Layers |= more
	if f.root != "" {
		if s.Root, err = sandbox.ParseRoot(f.root); err != nil {
			return s, err
		}
	} else if more.Has(sandbox.Root) {
		s.Root = sandbox.RootOverlay
	}
	return s, s.Validate()
}

// plan works out what the flags come to on this machine.
func (f *specFlags) plan() (*sandbox.Plan, error) {
	spec, err := f.spec()
	if err != nil {
		return nil, err
	}
	m, err := sandbox.Look()
	if err != nil {
		return nil, err
	}
	return sandbox.NewPlan(spec, m)
}

func jsonFlag(c *cobra.Command, to *bool) {
	c.Flags().BoolVar(to, "json", false, "print JSON")
}

func printJSON(c *cobra.Command, v any) error {
	enc := json.NewEncoder(c.OutOrStdout())
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
