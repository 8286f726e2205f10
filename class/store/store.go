// Package store keeps classes: who has joined, and what each has done. It is one
// SQLite file with nothing to set up, or a database of PostgreSQL where several
// servers share a class.
package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Errors, for errors.Is.
var (
	// ErrNone: there is no such class, or no such learner (any more).
	ErrNone = errors.New("there is none of that name")
	// ErrTaken: somebody else in the class has the name.
	ErrTaken = errors.New("the name is taken")
	// ErrElsewhere: the learner is at another server now.
	ErrElsewhere = errors.New("the learner is at another server now")
)

// Store is a database that is open. Its methods may be called from any goroutine.
type Store struct {
	db     *sql.DB
	engine *engine
	// place and remedy are what an error says of the database.
	place, remedy string
	now           func() time.Time

	// me is this server among those that share the database.
	me   int64
	sign sync.Mutex // over shown
	// shown is the connection that shows the others that this server lives.
	shown *sql.Conn
}

func newStore(e *engine, place, remedy string) *Store {
	b := make([]byte, 8)
	rand.Read(b) // never fails; crypto/rand
	return &Store{engine: e, place: place, remedy: remedy, now: time.Now, me: int64(binary.NativeEndian.Uint64(b))}
}

// Open opens a store: a directory, which is made if need be, or the address of a
// database of PostgreSQL.
func Open(ctx context.Context, where string) (*Store, error) {
	open := openSQLite
	if IsAddress(where) {
		open = openPostgres
	}
	s, err := open(where)
	if err != nil {
		return nil, err
	}
	if err := migrate(ctx, s.db, s.engine); err != nil {
		return nil, errors.Join(s.failed("open", err), s.db.Close())
	}
	return s, nil
}

// Shared tells whether other servers can have the store open as well.
func (s *Store) Shared() bool { return s.engine.shared }

// Close closes the database.
func (s *Store) Close() error {
	s.sign.Lock()
	defer s.sign.Unlock()
	if s.shown != nil {
		s.shown.Close() // it may be broken, and that is no matter
	}
	return s.db.Close()
}

// failed says what was tried, on what. What the store itself says of names goes
// through as it is.
func (s *Store) failed(what string, err error) error {
	for _, own := range []error{nil, ErrNone, ErrTaken, ErrElsewhere} {
		if errors.Is(err, own) {
			return err
		}
	}
	if there := (*ThereError)(nil); errors.As(err, &there) {
		return err
	}
	return fmt.Errorf("%s %s: %w; %s", what, s.place, err, s.remedy)
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

// affects makes a change to one learner's row, and gives otherwise where there is
// no such row.
func affects(ctx context.Context, tx *sql.Tx, otherwise error, statement string, values ...any) error {
	done, err := tx.ExecContext(ctx, statement, values...)
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, otherwise)
	}
	return nil
}

// read calls row for each row of an answer.
func (s *Store) read(ctx context.Context, row func(*sql.Rows) error, query string, values ...any) error {
	return s.failed("read", eachRow(row)(s.db.QueryContext(ctx, query, values...)))
}

// eachRow takes an answer to a question.
func eachRow(row func(*sql.Rows) error) func(*sql.Rows, error) error {
	return func(rows *sql.Rows, err error) error {
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			if err := row(rows); err != nil {
				return err
			}
		}
		return rows.Err()
	}
}
