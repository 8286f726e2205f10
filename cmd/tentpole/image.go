package main

import (
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/sandbox/image"
)

func imageCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "image",
		Short: "Fetch, list and remove images for --root",
		Long:  "Images come from an OCI layout, a `docker save` tar, a tar of a root, or a registry. They are kept in the state directory, by content.",
		Args:  arguments(cobra.NoArgs),
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(imagePull(), imageList(), imageRemove(), imagePrune())
	return c
}

// images opens this person's store.
func images() (*image.Store, error) {
	state, err := sandbox.StateDir()
	if err != nil {
		return nil, err
	}
	return sandbox.Images(state)
}

func imagePull() *cobra.Command {
	return &cobra.Command{
		Use:   "pull IMAGE",
		Short: "Fetch and unpack an image",
		Args:  arguments(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			store, err := images()
			if err != nil {
				return err
			}
			progress, end := pullProgress(c.ErrOrStderr())
			i, err := store.Pull(c.Context(), args[0], progress)
			end()
			if err != nil {
				return err
			}
			fmt.Fprintln(c.OutOrStdout(), facts.Clean(i.Ref), facts.Clean(i.Digest))
			for _, n := range i.Notes {
				fmt.Fprintln(c.ErrOrStderr(), "note: "+cleanLines(n))
			}
			return nil
		},
	}
}

// imageReport is one image as JSON has it.
type imageReport struct {
	Ref    string       `json:"ref"`
	Digest string       `json:"digest"`
	Root   string       `json:"root"`
	Size   int64        `json:"size"`   // bytes, unpacked
	Stored int64        `json:"stored"` // bytes, as fetched
	Pulled time.Time    `json:"pulled"`
	Config image.Config `json:"config"`
}

func imageList() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "list",
		Short: "List the images that are here",
		Args:  arguments(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			store, err := images()
			if err != nil {
				return err
			}
			list, err := store.List()
			if err != nil {
				return err
			}
			if !asJSON {
				printImages(c.OutOrStdout(), list)
				return nil
			}
			reports := []imageReport{}
			for _, i := range list {
				reports = append(reports, imageReport{facts.Clean(i.Ref), facts.Clean(i.Digest), i.Root, i.Size, i.Stored, i.Pulled, cleanConfig(i.Config)})
			}
			return printJSON(c, struct {
				Schema string        `json:"schema"`
				Images []imageReport `json:"images"`
			}{"tentpole/images/v1", reports})
		},
	}
	jsonFlag(c, &asJSON)
	return c
}

func printImages(w io.Writer, list []image.Image) {
	if len(list) == 0 {
		fmt.Fprintln(w, "No images yet: tentpole image pull IMAGE, or tentpole run --root IMAGE -- COMMAND")
		return
	}
	for _, i := range list {
		fmt.Fprintf(w, "%-48s %-19.19s %10s  %s\n", facts.Clean(i.Ref), facts.Clean(i.Digest), megabytes(i.Size), i.Pulled.Format(time.DateTime))
	}
}

// cleanConfig filters what a stranger wrote.
func cleanConfig(c image.Config) image.Config {
	for _, list := range [][]string{c.Env, c.Entrypoint, c.Cmd} {
		for i := range list {
			list[i] = facts.Clean(list[i])
		}
	}
	c.WorkingDir, c.User = facts.Clean(c.WorkingDir), facts.Clean(c.User)
	return c
}

func imageRemove() *cobra.Command {
	return &cobra.Command{
		Use:   "remove IMAGE",
		Short: "Remove an image, and what no other image needs of it",
		Args:  arguments(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			store, err := images()
			if err != nil {
				return err
			}
			gone, err := store.Remove(c.Context(), args[0])
			if err != nil {
				return err
			}
			sayRemoved(c.OutOrStdout(), gone)
			return nil
		},
	}
}

func imagePrune() *cobra.Command {
	return &cobra.Command{
		Use:   "prune",
		Short: "Remove what no image needs: layers of interrupted pulls, roots of names that have moved on",
		Args:  arguments(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			store, err := images()
			if err != nil {
				return err
			}
			gone, err := store.Prune(c.Context())
			if err != nil {
				return err
			}
			sayRemoved(c.OutOrStdout(), gone)
			return nil
		},
	}
}

func sayRemoved(w io.Writer, gone image.Removed) {
	fmt.Fprintf(w, "removed %s\n", megabytes(gone.Bytes))
}
