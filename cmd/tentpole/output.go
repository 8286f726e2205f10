package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"github.com/tentpole-labs/tentpole/sandbox/experiment/report"
	"github.com/tentpole-labs/tentpole/sandbox/features"
)

// outputFlags say in which form a report is wanted.
type outputFlags struct {
	json, markdown bool
	html           string
}

func (o *outputFlags) add(c *cobra.Command) {
	jsonFlag(c, &o.json)
	c.Flags().StringVar(&o.html, "html", "", "write a file to keep, for a browser")
}

// addAll adds the form for a README as well.
func (o *outputFlags) addAll(c *cobra.Command) {
	o.add(c)
	c.Flags().BoolVar(&o.markdown, "markdown", false, "print a table in Markdown")
	c.PreRunE = func(*cobra.Command, []string) error {
		if o.json && o.markdown {
			return &exitError{exitUsage, errors.New("--json and --markdown are two forms of one thing: choose one")}
		}
		return nil
	}
}

// each prints one thing as JSON or in words; when a file is wanted, only if it
// was asked for.
func (o *outputFlags) each(c *cobra.Command, v any, words func(io.Writer)) error {
	switch {
	case o.json:
		return printJSON(c, v)
	case o.markdown, o.html == "":
		words(c.OutOrStdout())
	}
	return nil
}

// file writes the document, if a file is wanted.
func (o *outputFlags) file(d report.Document) error {
	if o.html == "" {
		return nil
	}
	var b bytes.Buffer
	if err := d.HTML(&b); err != nil {
		return err
	}
	if err := os.WriteFile(o.html, b.Bytes(), 0o644); err != nil {
		return fmt.Errorf("write the report: %w; name a place that can be written", err)
	}
	return nil
}

func newDocument() report.Document {
	return report.Document{Machine: features.Look(), CPUs: runtime.NumCPU(), Made: time.Now(), Version: version()}
}
