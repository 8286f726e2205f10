package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
)

// Class is a class as kept.
type Class struct {
	ID   int64
	Name string
	Code string // what lets somebody join
}

// Class returns the class of a name, and makes it with a code of its own if there
// is none.
func (s *Store) Class(ctx context.Context, name string) (c Class, err error) {
	err = s.change(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO classes (name, code, created) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING", name, newCode(), s.now().Unix())
		if err != nil {
			return err
		}
		c.Name = name
		if err := tx.QueryRowContext(ctx, "SELECT id, code FROM classes WHERE name = $1", name).Scan(&c.ID, &c.Code); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "INSERT INTO rooms (class, revision, invited, lesson, step) VALUES ($1, 0, 0, '', '') ON CONFLICT (class) DO NOTHING", c.ID)
		return err
	})
	return c, err
}

// Find finds a class by name, or gives ErrNone.
func (s *Store) Find(ctx context.Context, name string) (Class, error) {
	c := Class{Name: name}
	err := s.db.QueryRowContext(ctx, "SELECT id, code FROM classes WHERE name = $1", name).Scan(&c.ID, &c.Code)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNone
	}
	return c, s.failed("read", err)
}

// Classes lists all, by name.
func (s *Store) Classes(ctx context.Context) (list []Class, err error) {
	err = s.read(ctx, func(rows *sql.Rows) error {
		var c Class
		err := rows.Scan(&c.ID, &c.Name, &c.Code)
		list = append(list, c)
		return err
	}, "SELECT id, name, code FROM classes ORDER BY name")
	return list, err
}

// Delete removes a class with all that is kept of its learners, from the files of
// the database too: what was freed is overwritten or cut off, and not left in a
// log of SQLite's.
func (s *Store) Delete(ctx context.Context, name string) error {
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return s.failed("write to", err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, s.engine.eraseBefore); err != nil {
		return s.failed("write to", err)
	}
	// Learners go first: who keeps a learner's progress has that row before the
	// room's, and each would wait for the other.
	if _, err := conn.ExecContext(ctx, "DELETE FROM learners WHERE class = (SELECT id FROM classes WHERE name = $1)", name); err != nil {
		return s.failed("write to", err)
	}
	done, err := conn.ExecContext(ctx, "DELETE FROM classes WHERE name = $1", name)
	if err != nil {
		return s.failed("write to", err)
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return s.failed("write to", errors.Join(err, ErrNone))
	}
	_, err = conn.ExecContext(ctx, s.engine.eraseAfter)
	return s.failed("write to", err)
}

// letters of a code: none that is taken for another, and 32 of them, so that a
// random byte chooses each as often.
const letters = "abcdefghjkmnpqrstuvwxyz023456789"

// newCode makes up a code such as k7mq-2xpe: forty bits.
func newCode() string {
	b := make([]byte, 8)
	rand.Read(b) // never fails; crypto/rand
	for i := range b {
		b[i] = letters[int(b[i])%len(letters)]
	}
	return string(b[:4]) + "-" + string(b[4:])
}
