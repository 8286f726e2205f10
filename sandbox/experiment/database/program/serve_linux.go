package main

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path"

	"github.com/tentpole-labs/tentpole/sandbox/experiment/database"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
)

// mostRelease bounds the file of a release, in bytes.
const mostRelease = 64 << 10

// serve does what a release says, as a program that is that release would.
func serve(a *inside.Act) error {
	var given database.Run
	if err := a.Given(&given); err != nil {
		return err
	}
	if err := inside.Marked(path.Dir(given.Data), given.Mark); err != nil {
		return err
	}
	release, err := load(given.Release)
	if err != nil {
		return err
	}
	db, err := open(given.Data)
	if err != nil {
		return err
	}
	defer db.Close()
	out := database.Served{Version: release.Version}
	if err := db.QueryRow("PRAGMA user_version").Scan(&out.Before); err != nil {
		return fmt.Errorf("open the database %s: %w", given.Data, err)
	}
	if err := work(db, release, &out); err != nil {
		out.Failed = err.Error()
	}
	if err := db.QueryRow("PRAGMA user_version").Scan(&out.After); err != nil {
		return err
	}
	return a.Say(out)
}

func load(file string) (r database.Release, err error) {
	f, err := os.Open(file)
	if err != nil {
		return r, err
	}
	defer f.Close()
	return r, json.NewDecoder(io.LimitReader(f, mostRelease)).Decode(&r)
}

// work brings older data up to the release, in one transaction, and then writes
// and counts. Data that is newer it takes as it is.
func work(db *sql.DB, r database.Release, out *database.Served) error {
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if out.Before < r.Version {
		for _, statement := range append(r.Migrate, fmt.Sprintf("PRAGMA user_version = %d", r.Version)) {
			if _, err := tx.Exec(statement); err != nil {
				return err
			}
		}
	}
	if _, err := tx.Exec(r.Write); err != nil {
		return err
	}
	if err := tx.QueryRow(r.Count).Scan(&out.Rows); err != nil {
		return err
	}
	return tx.Commit()
}
