package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tentpole-labs/tentpole/class/channel"
	"github.com/tentpole-labs/tentpole/content"
	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/lessons/play"
	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/claims"
	"github.com/tentpole-labs/tentpole/sandbox/features"
	"github.com/tentpole-labs/tentpole/sandbox/subject"
	"github.com/tentpole-labs/tentpole/tui"
	"github.com/tentpole-labs/tentpole/tui/settings"
	"github.com/tentpole-labs/tentpole/tui/styles"
)

// home opens the home screen.
func home(c *cobra.Command, _ []string) error { return openScreen(c, tui.Options{}) }

func sandboxCommand() *cobra.Command {
	var on string
	c := &cobra.Command{
		Use:     "sandbox",
		Short:   "Raise and lower layers freely, or raise another subject",
		Example: "  tentpole sandbox\n  tentpole sandbox --subject docker",
		Args:    arguments(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			if _, err := subject.Find(on); err != nil {
				return err
			}
			return openScreen(c, tui.Options{StartSandbox: true, StartSubject: on})
		},
	}
	c.Flags().StringVar(&on, "subject", subject.Sandbox, "what to raise at once: "+strings.Join(subject.Names(), " "))
	kernelFlag(c)
	return c
}

// openScreen fills in what every screen needs and runs the full screen.
func openScreen(c *cobra.Command, o tui.Options) error {
	var err error
	if o.Theme, err = theme(c); err != nil {
		return err
	}
	if o.Course == nil {
		if o.Course, err = outlineCourse(); err != nil {
			return err
		}
		o.Whole = loadCourse
	}
	if o.Store == nil && o.Wall == nil { // a talk is nobody's progress
		if o.Store, err = lessons.DefaultStore(); err != nil {
			fmt.Fprintln(os.Stderr, "tentpole: "+cleanLines(err.Error()))
		}
	}
	if o.SettingsFile, o.SettingsTrouble = settings.File(); o.SettingsTrouble == nil {
		o.Settings, o.SettingsTrouble = settings.Load(o.SettingsFile)
	}
	if o.Setups, err = setups(); err != nil {
		fmt.Fprintln(os.Stderr, "tentpole: "+cleanLines(err.Error()))
	}
	class, err := channel.Join()
	if err != nil {
		fmt.Fprintln(os.Stderr, "tentpole: "+cleanLines(err.Error()))
	}
	if class != nil && o.Wall == nil {
		defer class.Close()
		o.Class = class
	}
	o.Glossary = func() (lessons.Glossary, error) { return lessons.LoadGlossary(content.FS) }
	o.Ready = debug.FreeOSMemory // to read a course takes three times what is kept of it
	o.Engine, o.Ability, o.Layers = play.NewEngine(), ability, abilities
	o.Lab = tui.Lab{Claims: func() (claims.Set, error) { return loadClaims(nil) }, Keep: keepMatrix}
	err = onScreen(tui.Run(c.Context(), o))
	if o.Class != nil {
		err = unsaidSignal(err)
	}
	return err
}

// unsaidSignal keeps the status of a program that a signal has ended, and says
// nothing: in a class it comes from the server, which says why itself.
func unsaidSignal(err error) error {
	var killed *tui.SignalError
	if errors.As(err, &killed) && err.Error() == killed.Error() {
		return &exitError{128 + signalNumber(killed.Signal), nil}
	}
	return err
}

// onScreen calls it usage when there is no terminal for a screen.
func onScreen(err error) error {
	if errors.Is(err, tui.ErrNoTerminal) {
		return &exitError{exitUsage, err}
	}
	return err
}

func theme(c *cobra.Command) (styles.Theme, error) {
	word, err := c.Flags().GetString("theme")
	if err != nil {
		return "", err
	}
	var known []string
	for _, t := range styles.Themes {
		if word == string(t) {
			return t, nil
		}
		known = append(known, string(t))
	}
	if word == "" {
		return "", nil
	}
	return "", &sandbox.UsageError{What: "theme", Word: word, Known: known}
}

// abilities tries what this machine can do.
func abilities(ctx context.Context) []features.Answer { return features.Check(ctx, sandbox.Raise) }

// ability says in one line what this machine can do.
func ability(ctx context.Context) (string, error) {
	m, err := sandbox.Look()
	if err != nil {
		return "", err
	}
	who := "as an ordinary user"
	if m.Privileged() {
		who = "as root"
	}
	answers := features.Check(ctx, sandbox.Raise)
	able := 0
	for _, a := range answers {
		if a.OK {
			able++
		}
	}
	return fmt.Sprintf("this machine, %s: %d of %d checks pass", who, able, len(answers)), ctx.Err()
}
