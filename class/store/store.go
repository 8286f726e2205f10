// Package store keeps classes: who has joined, and what each has done. It is one
// SQLite database, with nothing to set up.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// Errors, for errors.Is.
var (
	// ErrNone: there is no such class, or no such learner (any more).
	ErrNone = errors.New("there is none of that name")
	// ErrTaken: somebody else in the class has the name.
	ErrTaken = errors.New("the name is taken")
)

// Store is a database that is open. Its methods may be called from any goroutine.
type Store struct {
	db   *sql.DB
	file string
	now  func() time.Time
}

// File is the name of the database in the directory of data.
const File = "classes.db"

// Open opens the database in a directory, and makes both if need be. Only the
// caller's user can read them.
func Open(ctx context.Context, dir string) (*Store, error) {
	s := &Store{file: filepath.Join(dir, File), now: time.Now}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, s.failed("make", err)
	}
	// SQLite gives what it makes beside the database the mode that this has.
	f, err := os.OpenFile(s.file, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, s.failed("open", err)
	}
	f.Close()
	// What was said to be kept outlives a power cut: synchronous=FULL.
	settings := url.Values{"_pragma": {"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)"}, "_txlock": {"immediate"}}
	if s.db, err = sql.Open("sqlite", "file:"+(&url.URL{Path: s.file}).EscapedPath()+"?"+settings.Encode()); err != nil {
		return nil, s.failed("open", err)
	}
	s.db.SetMaxOpenConns(4)
	if err := migrate(ctx, s.db); err != nil {
		return nil, errors.Join(s.failed("open", err), s.db.Close())
	}
	return s, nil
}

// Close closes the database.
func (s *Store) Close() error { return s.db.Close() }

// failed says what was tried, on what. What the store itself says of names goes
// through as it is.
func (s *Store) failed(what string, err error) error {
	if err == nil || errors.Is(err, ErrNone) || errors.Is(err, ErrTaken) {
		return err
	}
	return fmt.Errorf("%s the database %s: %w; look whether the disk is full, and whether it is yours to write", what, s.file, err)
}

// change makes a change whole or not at all.
func (s *Store) change(ctx context.Context, work func(*sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return s.failed("write to", err)
	}
	defer tx.Rollback() // no more once it is committed
	if err := work(tx); err != nil {
		return s.failed("write to", err)
	}
	return s.failed("write to", tx.Commit())
}
