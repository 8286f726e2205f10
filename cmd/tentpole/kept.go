package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/tentpole-labs/tentpole/class/server"
	"github.com/tentpole-labs/tentpole/class/store"
	"github.com/tentpole-labs/tentpole/sandbox"
)

// keptAt is where classes are kept.
type keptAt struct{ data, store string }

// storeVariable is the store where --store is not given. A command line can be read by
// everybody on a machine, and an address may have a password in it; proc_pid_cmdline(5).
const storeVariable = "TENTPOLE_STORE"

// flags adds the flags for where classes are kept.
func (k *keptAt) flags(c *cobra.Command) {
	c.Flags().StringVar(&k.data, "data", "", "the directory where classes are kept (default: classes in the state directory)")
	c.Flags().StringVar(&k.store, "store", "", "keep them in PostgreSQL instead: postgres://USER@HOST/DATABASE (default: $"+storeVariable+")")
}

// open opens the store.
func (k *keptAt) open(ctx context.Context) (*store.Store, error) {
	where, err := k.where()
	if err != nil {
		return nil, err
	}
	return store.Open(ctx, where)
}

// where is what store.Open takes.
func (k *keptAt) where() (string, error) {
	switch address := os.Getenv(storeVariable); {
	case k.data != "" && k.store != "":
		return "", &exitError{exitUsage, errors.New("classes are kept in one place: --data or --store")}
	case k.data != "":
		return k.data, nil
	case k.store != "" && !store.IsAddress(k.store):
		return "", &exitError{exitUsage, errors.New("--store takes the address of a database, postgres://USER@HOST/DATABASE; a directory is --data")}
	case k.store != "":
		return k.store, nil
	case address != "":
		return address, nil
	}
	return keptHere()
}

// keptHere is the directory where no other is given.
func keptHere() (string, error) {
	state, err := sandbox.StateDir()
	if err != nil {
		return "", err
	}
	// Learners' user ids pass through the state directory, though not into this.
	return filepath.Join(state, "classes"), os.MkdirAll(state, 0o711)
}

// local is the directory for what a server has on this machine only, wherever
// classes are kept: the teacher's board is asked for there. Only root gets in.
func (k *keptAt) local() (dir string, err error) {
	if dir = k.data; dir == "" {
		if dir, err = keptHere(); err != nil {
			return "", err
		}
	}
	return dir, os.MkdirAll(dir, 0o700)
}

// hostKey is the key of the server: in a file beside the database, or in the
// database where several servers have one.
func (k *keptAt) hostKey(ctx context.Context, kept *store.Store) (*server.HostKey, error) {
	if kept.Shared() {
		return server.SharedHostKey(ctx, kept)
	}
	dir, err := k.where()
	if err != nil {
		return nil, err
	}
	return server.LoadHostKey(dir)
}
