package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// engine is a kind of database. Here stands what the two differ in; every other
// statement is the same on both.
type engine struct {
	// shared tells whether several servers can have one at a time.
	shared bool
	// types turns the words of a migration into this engine's own.
	types *strings.Replacer
	// alone keeps others out for the rest of a transaction, which begins with it;
	// "" where a transaction does so by itself.
	alone string
	// version asks how many migrations a database has had; noted, with that number,
	// keeps it.
	version, noted string
	// moment begins to read what is there at one moment.
	moment *sql.TxOptions
	// erase are the statements around a deletion, after which nothing of what was
	// deleted is in the files.
	eraseBefore, eraseAfter string
	// free is a condition on a learner's row: the server that it names has ended;
	// lives, that it has not, and it keeps nobody from finding it free.
	free, lives string
}

// migrate brings the database to the version of this program, whole or not at
// all. Two servers that begin at a time do it one after the other.
func migrate(ctx context.Context, db *sql.DB, e *engine) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // no more once it is committed
	if err := upgrade(ctx, tx, e); err != nil {
		return err
	}
	return tx.Commit()
}

func upgrade(ctx context.Context, tx *sql.Tx, e *engine) error {
	if _, err := tx.ExecContext(ctx, e.alone); err != nil {
		return err
	}
	var version int
	if err := tx.QueryRowContext(ctx, e.version).Scan(&version); err != nil {
		return err
	}
	if version > len(migrations) {
		return fmt.Errorf("it was written by a newer tentpole (version %d, this one knows %d): update this one", version, len(migrations))
	}
	if version == len(migrations) {
		return nil
	}
	for ; version < len(migrations); version++ {
		if _, err := tx.ExecContext(ctx, e.types.Replace(migrations[version])); err != nil {
			return fmt.Errorf("bring it to version %d: %w", version+1, err)
		}
	}
	_, err := tx.ExecContext(ctx, fmt.Sprintf(e.noted, version))
	return err
}
