package store

import (
	"database/sql"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// File is the name of the database in the directory of data.
const File = "classes.db"

// sqlite is the database of one server: a file, with nothing to set up. Its
// transactions begin with the lock to write; _txlock below.
var sqlite = &engine{
	types:       strings.NewReplacer(),
	version:     "PRAGMA user_version",
	noted:       "PRAGMA user_version = %d",
	moment:      &sql.TxOptions{ReadOnly: true}, // any that has begun to; https://sqlite.org/isolation.html
	eraseBefore: "PRAGMA secure_delete = ON",
	eraseAfter:  "PRAGMA wal_checkpoint(TRUNCATE)",
	// Whoever opens the file later is the server: the one before was killed, or
	// finds at its next step that it is not the one any more.
	free:  "TRUE",
	lives: "FALSE",
}

// openSQLite opens the database in a directory, and makes both if need be. Only
// the caller's user can read them.
func openSQLite(dir string) (*Store, error) {
	s := newStore(sqlite, "the database "+filepath.Join(dir, File), "look whether the disk is full, and whether it is yours to write")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, s.failed("make", err)
	}
	var err error
	// What was said to be kept outlives a power cut: synchronous=FULL.
	s.db, err = sqliteFile(filepath.Join(dir, File), "journal_mode(WAL)", "synchronous(FULL)")
	return s, s.failed("open", err)
}

// sqliteFile opens one file with these settings besides the usual ones.
func sqliteFile(file string, pragmas ...string) (*sql.DB, error) {
	// SQLite gives what it makes beside the database the mode that this has.
	f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	f.Close()
	settings := url.Values{"_pragma": append([]string{"busy_timeout(10000)", "foreign_keys(1)", "trusted_schema(0)"}, pragmas...), "_txlock": {"immediate"}}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: file}).EscapedPath()+"?"+settings.Encode())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(4)
	return db, nil
}
