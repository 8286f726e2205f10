package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/tentpole-labs/tentpole/class/manifest"
	"github.com/tentpole-labs/tentpole/class/server"
)

func serveManifestCommand() *cobra.Command {
	var class manifest.Class
	var kubernetes bool
	c := &cobra.Command{
		Use: "manifest", Short: "Print the objects that serve a class on Kubernetes",
		Long: "Print the objects that serve a class on Kubernetes: a Deployment of servers that keep nothing themselves, a Service, a disruption budget and a network policy. " +
			"The classes are in a PostgreSQL, whose address is in a Secret of yours. `make image` makes the image.",
		Example: "  tentpole serve manifest --kubernetes --image registry.example/tentpole:1 --servers 3 | kubectl apply -f -",
		Args:    arguments(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			switch {
			case !kubernetes:
				return &exitError{exitUsage, errors.New("say what for: --kubernetes")}
			case class.Servers < 1 || class.Learners < 1:
				return &exitError{exitUsage, errors.New("--servers and --learners are more than nothing")}
			case !server.ClassName(class.Name):
				return badClassName(class.Name)
			}
			return class.Kubernetes(c.OutOrStdout())
		},
	}
	flags := c.Flags()
	flags.BoolVar(&kubernetes, "kubernetes", false, "as YAML for kubectl")
	flags.StringVar(&class.Name, "class", "class", "the name of the class")
	flags.StringVar(&class.Image, "image", "localhost/tentpole:latest", "the image")
	flags.IntVar(&class.Servers, "servers", 2, "how many servers")
	flags.IntVar(&class.Learners, "learners", 40, "how many may be at each server at a time")
	return c
}
