//go:build linux

// Command program is SQLite with the acts of package database. `make` embeds it.
package main

import (
	"os"

	"github.com/tentpole-labs/tentpole/sandbox/experiment/database"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
)

func main() {
	inside.ServeActs(os.Args[1:], map[string]func(*inside.Act) error{database.Store: store, database.Serve: serve})
}
