package store

import (
	"context"
	"database/sql"
	"fmt"
)

// migrations bring a database from one version to the next. One that has been
// released is never changed: what comes after it is another.
var migrations = []string{
	// 1: learners, what they said and what came of it.
	`CREATE TABLE classes (
		id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, code TEXT NOT NULL, created INTEGER NOT NULL
	);
	CREATE TABLE learners (
		-- never used again, as it also chooses the learner's user ids
		id INTEGER PRIMARY KEY AUTOINCREMENT,
		class INTEGER NOT NULL REFERENCES classes(id) ON DELETE CASCADE,
		name TEXT NOT NULL, joined INTEGER NOT NULL, seen INTEGER NOT NULL,
		salt BLOB, word BLOB,
		UNIQUE (class, name)
	);
	CREATE TABLE keys (
		learner INTEGER NOT NULL REFERENCES learners(id) ON DELETE CASCADE,
		key BLOB NOT NULL,
		PRIMARY KEY (learner, key)
	) WITHOUT ROWID;
	CREATE TABLE progress (
		learner INTEGER PRIMARY KEY REFERENCES learners(id) ON DELETE CASCADE,
		file BLOB NOT NULL, saved INTEGER NOT NULL
	);
	CREATE TABLE steps (
		learner INTEGER NOT NULL REFERENCES learners(id) ON DELETE CASCADE,
		lesson TEXT NOT NULL, step TEXT NOT NULL,
		done INTEGER, outcome TEXT NOT NULL, hints INTEGER NOT NULL, solution INTEGER NOT NULL,
		PRIMARY KEY (learner, lesson, step)
	) WITHOUT ROWID;
	CREATE TABLE predictions (
		learner INTEGER NOT NULL REFERENCES learners(id) ON DELETE CASCADE,
		lesson TEXT NOT NULL, step TEXT NOT NULL,
		said TEXT NOT NULL, happened TEXT NOT NULL,
		PRIMARY KEY (learner, lesson, step)
	) WITHOUT ROWID;
	CREATE TABLE attempts (
		learner INTEGER NOT NULL REFERENCES learners(id) ON DELETE CASCADE,
		lesson TEXT NOT NULL, step TEXT NOT NULL, kind TEXT NOT NULL,
		first TEXT NOT NULL, latest TEXT NOT NULL, tries INTEGER NOT NULL,
		PRIMARY KEY (learner, lesson, step, kind)
	) WITHOUT ROWID;`,
}

// migrate brings the database to the version of this program. Each step happens
// whole or not at all.
func migrate(ctx context.Context, db *sql.DB) error {
	// One connection, for BEGIN IMMEDIATE keeps a second server out from the
	// question to the answer; https://sqlite.org/lang_transaction.html.
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	err = upgrade(ctx, conn)
	end := "COMMIT"
	if err != nil {
		end = "ROLLBACK"
	}
	if _, endErr := conn.ExecContext(ctx, end); err == nil {
		err = endErr
	}
	return err
}

func upgrade(ctx context.Context, conn *sql.Conn) error {
	var version int
	if err := conn.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	if version > len(migrations) {
		return fmt.Errorf("it was written by a newer tentpole (version %d, this one knows %d): update this one", version, len(migrations))
	}
	for ; version < len(migrations); version++ {
		if _, err := conn.ExecContext(ctx, migrations[version]); err != nil {
			return fmt.Errorf("bring it to version %d: %w", version+1, err)
		}
	}
	_, err := conn.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", version))
	return err
}
