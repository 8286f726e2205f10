package main

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/tentpole-labs/tentpole/class/scribe"
	"github.com/tentpole-labs/tentpole/class/server"
	"github.com/tentpole-labs/tentpole/class/store"
	"github.com/tentpole-labs/tentpole/class/tent"
	"github.com/tentpole-labs/tentpole/sandbox"
)

const scribeWord = "scribe"

// scribeCommand is what `serve` starts beside itself.
func scribeCommand() *cobra.Command {
	return &cobra.Command{
		Use: scribeWord + " DIR", Hidden: true, Args: arguments(cobra.ExactArgs(1)),
		Short: "Hold learners' tents, and write down what is left in them when the server is killed",
		RunE:  func(_ *cobra.Command, args []string) error { return scribe.Write(args[0], tent.Progress) },
	}
}

// takeOver takes the classes over from an earlier server: what it had not kept is
// kept, and what it has left on this machine is removed. The scribe is for this one.
func takeOver(ctx context.Context, kept *store.Store, dir string, log *slog.Logger) (*scribe.Scribe, error) {
	lock, err := scribe.Lock(dir)
	if err != nil {
		return nil, err
	}
	left := filepath.Join(dir, "left")
	n, err := server.TakeIn(ctx, kept, left)
	if n > 0 || err != nil {
		log.Info("took in what a killed server had not kept", "learners", n, "error", err)
	}
	if err := sweep(); err != nil {
		log.Warn("remove what a killed server has left", "error", err)
	}
	last, err := scribe.Start(lock, "serve", scribeWord, left)
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return last, nil
}

// sweep removes what killed runs have left. What stays is for the next start.
func sweep() error {
	state, err := sandbox.StateDir()
	if err != nil {
		return err
	}
	swept, err := sandbox.Sweep(state)
	return errors.Join(append(leftErrors(swept), err, tent.Sweep())...)
}
