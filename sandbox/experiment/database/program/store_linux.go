package main

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path"

	"github.com/tentpole-labs/tentpole/sandbox/experiment/database"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"

	_ "modernc.org/sqlite" // in Go: no C compiler, and one static program
)

// store writes rows and stays in the middle of a transaction, to be killed.
func store(a *inside.Act) error {
	var given database.Work
	if err := a.Given(&given); err != nil {
		return err
	}
	file, err := place(given)
	if err != nil {
		return a.Say(database.Stored{Refused: inside.Explain(err)})
	}
	db, err := open(file)
	if err != nil {
		return err
	}
	defer db.Close()
	out := database.Stored{Path: file}
	if err := write(db, min(given.Rows, database.MostRows), &out); err != nil {
		return err
	}
	if err := a.Say(out); err != nil {
		return err
	}
	a.Stay()
	return nil
}

// place makes the file where it belongs, unless it is there already.
func place(w database.Work) (string, error) {
	shared, err := inside.AtRoot(w.Host)
	if err != nil {
		return "", err
	}
	if shared || len(w.Places) == 0 {
		if err := inside.Marked(w.Own, w.Mark); err != nil {
			return "", err
		}
		w.Places = []string{w.Own}
	}
	errs := []error{}
	for _, dir := range w.Places {
		file := path.Join(dir, w.File)
		f, err := os.OpenFile(file, os.O_CREATE|os.O_RDWR, 0o600)
		if err == nil {
			return file, f.Close()
		}
		errs = append(errs, err)
	}
	return "", errors.Join(errs...)
}

// open opens a database with one connection: a second would wait for the lock
// of the first.
func open(file string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: file}).String())
	if err == nil {
		db.SetMaxOpenConns(1)
	}
	return db, err
}

// write commits rows, and then writes as many again without. A cache of ten
// pages has those reach the disk as well, as in a database at work.
func write(db *sql.DB, rows int, out *database.Stored) error {
	asked := db.QueryRow("SELECT sqlite_version(), count(*) FROM sqlite_schema WHERE name = 'kept'")
	var made int
	if err := asked.Scan(&out.SQLite, &made); err != nil {
		return fmt.Errorf("open the database %s: %w", out.Path, err)
	}
	if made > 0 {
		if err := db.QueryRow("SELECT count(*) FROM kept").Scan(&out.Found); err != nil {
			return err
		}
	}
	out.Now = out.Found
	if err := db.QueryRow("PRAGMA integrity_check").Scan(&out.Sound); err != nil || rows == 0 {
		return err
	}
	const insert = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < ?) INSERT INTO kept SELECT hex(randomblob(100)) FROM n"
	for _, statement := range []string{"PRAGMA cache_size = 10", "CREATE TABLE IF NOT EXISTS kept (value TEXT)"} {
		if _, err := db.Exec(statement); err != nil {
			return err
		}
	}
	if _, err := db.Exec(insert, rows); err != nil {
		return err
	}
	if err := db.QueryRow("SELECT count(*) FROM kept").Scan(&out.Now); err != nil {
		return err
	}
	if _, err := db.Exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	_, err := db.Exec(insert, rows)
	return err
}
