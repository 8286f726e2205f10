package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// A back-up is an SQLite database of its own: of the version that it was made
// with, and brought up to date when it is restored, as any other.

// application is what SQLite's header says of a back-up: the letters "tent";
// https://sqlite.org/fileformat.html#application_id.
const application = 0x74656e74

// ThereError says which classes of a back-up are there already, with learners.
type ThereError struct{ Classes []string }

func (e *ThereError) Error() string {
	return "classes of the back-up are there already, with learners: " + strings.Join(e.Classes, ", ")
}

// Backup writes all classes, as they are at one moment, to a file that is not
// there yet. It appears whole or not at all.
func (s *Store) Backup(ctx context.Context, file string) (err error) {
	if _, err := os.Lstat(file); err == nil {
		return fmt.Errorf("write the back-up %s: %w; choose another name", file, fs.ErrExist)
	}
	dir, err := os.MkdirTemp(filepath.Dir(file), ".tentpole-backup-")
	if err != nil {
		return fmt.Errorf("write the back-up %s: %w; choose a directory that can be written", file, err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	part := filepath.Join(dir, "part")
	if err := s.backup(ctx, part); err != nil {
		return fmt.Errorf("write the back-up %s: %w", file, err)
	}
	return os.Rename(part, file)
}

// backup writes the file, and has it on the disk at the end: synchronous(FULL).
func (s *Store) backup(ctx context.Context, part string) error {
	db, err := sqliteFile(part, "synchronous(FULL)", fmt.Sprintf("application_id(%d)", application))
	if err != nil {
		return err
	}
	defer db.Close()
	if err := migrate(ctx, db, sqlite); err != nil {
		return err
	}
	// What is read is of one moment, whoever writes meanwhile.
	from, err := s.db.BeginTx(ctx, s.engine.moment)
	if err != nil {
		return s.failed("read", err)
	}
	defer from.Rollback() // it has only read
	to, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer to.Rollback() // no more once it is committed
	if err := copyTables(ctx, from, to); err != nil {
		return err
	}
	return errors.Join(to.Commit(), db.Close())
}

// Restore brings the classes of a back-up back, whole or not at all. Learners get
// numbers of this store. A class that is there keeps its code; one that has
// learners is a ThereError, or with replace loses them.
func (s *Store) Restore(ctx context.Context, file string, replace bool) (err error) {
	dir, err := os.MkdirTemp("", "tentpole-restore-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	part := filepath.Join(dir, File) // bringing it up to date leaves the file as it is
	if err := copyFile(part, file); err != nil {
		return fmt.Errorf("read the back-up: %w", err)
	}
	db, err := sqliteFile(part)
	if err != nil {
		return fmt.Errorf("read the back-up %s: %w", file, err)
	}
	defer db.Close()
	if err := sound(ctx, db); err != nil {
		return fmt.Errorf("read the back-up %s: %w", file, err)
	}
	from, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("read the back-up %s: %w", file, err)
	}
	defer from.Rollback() // it has only read
	return s.change(ctx, func(tx *sql.Tx) error {
		if err := makeRoom(ctx, from, tx, replace); err != nil {
			return err
		}
		if err := copyTables(ctx, from, tx); err != nil {
			return err
		}
		return touchAll(ctx, tx)
	})
}

// touchAll has servers read everything again: a room's revision may be one that
// they have seen.
func touchAll(ctx context.Context, tx *sql.Tx) error {
	for _, statement := range []string{
		"UPDATE rooms SET revision = revision + 1",
		"UPDATE seats SET revision = (SELECT r.revision FROM rooms r JOIN learners l ON l.class = r.class WHERE l.id = seats.learner)",
	} {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// copyFile writes what only this user can read.
func copyFile(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// sound tells whether a database is a whole back-up, and brings it up to date.
func sound(ctx context.Context, db *sql.DB) error {
	var kind int64
	if err := db.QueryRowContext(ctx, "PRAGMA application_id").Scan(&kind); err != nil {
		return err
	}
	if kind != application {
		return errors.New("it is no back-up of tentpole's")
	}
	said := ""
	if err := db.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&said); err != nil {
		return err
	}
	if said != "ok" {
		return fmt.Errorf("it is damaged: %q", said)
	}
	return migrate(ctx, db, sqlite)
}

// makeRoom removes the learners of the classes that are to be restored and what was
// asked of them, or refuses.
func makeRoom(ctx context.Context, from, to *sql.Tx, replace bool) error {
	rows, err := from.QueryContext(ctx, "SELECT name FROM classes ORDER BY name")
	if err != nil {
		return err
	}
	defer rows.Close()
	there := &ThereError{}
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return err
		}
		err := affects(ctx, to, ErrNone, "DELETE FROM learners WHERE class = (SELECT id FROM classes WHERE name = $1)", name)
		switch {
		case err == nil:
			there.Classes = append(there.Classes, name)
		case !errors.Is(err, ErrNone):
			return err
		}
		if err := clearRoom(ctx, to, name); err != nil {
			return err
		}
	}
	if !replace && len(there.Classes) > 0 {
		return there
	}
	return rows.Err()
}

// clearRoom removes what a class was asked.
func clearRoom(ctx context.Context, tx *sql.Tx, class string) error {
	for _, table := range []string{"held", "polls"} {
		if _, err := tx.ExecContext(ctx, "DELETE FROM "+table+" WHERE class = (SELECT id FROM classes WHERE name = $1)", class); err != nil {
			return err
		}
	}
	return nil
}

// copyTables copies all rows from one database into another, whichever kind they
// are. Rows get new numbers, and those that refer to them follow.
func copyTables(ctx context.Context, from, to *sql.Tx) error {
	numbers := map[string]map[int64]int64{} // of a table: old to new
	for _, t := range tables {
		numbers[t.name] = map[int64]int64{}
		if err := t.copy(ctx, from, to, numbers); err != nil {
			return fmt.Errorf("table %s: %w", t.name, err)
		}
	}
	return nil
}

func (t *table) copy(ctx context.Context, from, to *sql.Tx, numbers map[string]map[int64]int64) error {
	rows, err := from.QueryContext(ctx, "SELECT "+strings.Join(t.columns, ", ")+" FROM "+t.name)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		values := make([]any, len(t.columns))
		into := make([]any, len(values))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			return err
		}
		if err := t.insert(ctx, to, values, numbers); err != nil {
			return err
		}
	}
	return rows.Err()
}

// insert adds one row, with the numbers of the database that it goes to.
func (t *table) insert(ctx context.Context, to *sql.Tx, values []any, numbers map[string]map[int64]int64) error {
	for i, column := range t.columns {
		if old, ok := values[i].(int64); ok && column == t.refers {
			values[i] = numbers[t.to][old]
		}
	}
	if !t.numbered {
		_, err := to.ExecContext(ctx, t.statement(t.columns, t.stands), values...)
		return err
	}
	old, ok := values[0].(int64)
	if !ok {
		return fmt.Errorf("its number is %v", values[0])
	}
	var number int64
	err := to.QueryRowContext(ctx, t.statement(t.columns[1:], t.stands+" RETURNING id"), values[1:]...).Scan(&number)
	numbers[t.name][old] = number
	return err
}

func (t *table) statement(columns []string, rest string) string {
	places := make([]string, len(columns))
	for i := range places {
		places[i] = "$" + strconv.Itoa(i+1)
	}
	return fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)%s", t.name, strings.Join(columns, ", "), strings.Join(places, ", "), rest)
}
