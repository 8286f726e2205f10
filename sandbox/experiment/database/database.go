// Package database is what the experiments on data ask a real database inside:
// SQLite, in a small static program of its own (package program), which `make`
// embeds beside the acts' program and which speaks the same conversation. It is
// apart from that one because it is three times as large.
package database

import "github.com/tentpole-labs/tentpole/sandbox/experiment/inside"

// The acts of the program.
const (
	// Store writes rows: Work, then Stored, and stays with a transaction open.
	Store = "store"
	// Serve runs a release of a program on its data: Release, then Served.
	Serve = "serve"
)

// Work is what to write, and where.
type Work struct {
	File string `json:"file"`
	// Own is a directory of the host's that is shown inside, with the mark; see
	// inside.Marked. It is used when Places is empty, and where the root
	// directory is Host: nothing is written on the host but in a directory of
	// tentpole's own.
	Own  string       `json:"own"`
	Mark string       `json:"mark"`
	Host inside.Inode `json:"host"`
	// Places are directories in a root of the sandbox's own; the file is in the
	// first in which it can be opened or made.
	Places []string `json:"places,omitempty"`
	// Rows are written and committed; as many again are written and not
	// committed. With none, the rows are only counted.
	Rows int `json:"rows"`
}

// MostRows bounds Work.Rows.
const MostRows = 10000

// Stored is the answer.
type Stored struct {
	SQLite  string        `json:"sqlite"` // its version
	Path    string        `json:"path"`
	Found   int           `json:"found"` // rows, before anything was written
	Now     int           `json:"now"`   // rows that are committed
	Sound   string        `json:"sound"` // what PRAGMA integrity_check says
	Refused *inside.Error `json:"refused,omitempty"`
}

// Run is where a release and its data lie.
type Run struct {
	Mark    string `json:"mark"`    // of the directory with the data
	Release string `json:"release"` // a file with a Release
	Data    string `json:"data"`
}

// Release is a version of a program: what it does to data that is older than
// itself, and its work.
type Release struct {
	Version int      `json:"version"`
	Migrate []string `json:"migrate"`
	Write   string   `json:"write"`
	Count   string   `json:"count"`
}

// Served is the answer.
type Served struct {
	Version int `json:"version"` // of the release
	Before  int `json:"before"`  // user_version of the data
	After   int `json:"after"`
	Rows    int `json:"rows"`
	// Failed says what the database answered to the release's work, "" when it
	// was done.
	Failed string `json:"failed,omitempty"`
}
