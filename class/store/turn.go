package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// A learner is at one server at a time: the one that keeps what is done. Another
// that the learner comes to asks for it and waits until the first has kept the
// rest; nothing that the first says after that is kept.

const (
	// patience is how long a server that lives may take to let a learner go.
	patience = 10 * time.Second
	// look is how often it is seen whether it has.
	look = 100 * time.Millisecond
)

// Take makes this server the one that a learner is at. ErrNone is a learner whose
// class was deleted.
func (s *Store) Take(ctx context.Context, learner int64) error {
	if err := s.show(ctx); err != nil {
		return err
	}
	limit := time.Now().Add(patience)
	for {
		err := s.take(ctx, learner, time.Now().After(limit))
		if !errors.Is(err, ErrElsewhere) {
			return err
		}
		select {
		case <-time.After(look):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// take tries once, or by force, and asks for the learner when it fails.
func (s *Store) take(ctx context.Context, learner int64, force bool) error {
	elsewhere := false
	err := s.change(ctx, func(tx *sql.Tx) error {
		err := affects(ctx, tx, ErrElsewhere, "UPDATE learners SET server = $2, wanted = NULL WHERE id = $1 AND ($3 = 1 OR server IS NULL OR server = $2 OR "+s.engine.free+")",
			learner, s.me, number(force))
		elsewhere = errors.Is(err, ErrElsewhere)
		switch {
		case err == nil:
			return s.moved(ctx, tx, learner)
		case !elsewhere:
			return err
		}
		return affects(ctx, tx, ErrNone, "UPDATE learners SET wanted = $2 WHERE id = $1", learner, s.me)
	})
	if elsewhere && err == nil {
		return ErrElsewhere
	}
	return err
}

// Leave lets a learner go, after the last of Save.
func (s *Store) Leave(ctx context.Context, learner int64) error {
	return s.change(ctx, func(tx *sql.Tx) error {
		err := affects(ctx, tx, ErrElsewhere, "UPDATE learners SET server = NULL WHERE id = $1 AND server = $2", learner, s.me)
		if errors.Is(err, ErrElsewhere) {
			return nil // another server has them: there is nothing to let go
		}
		if err != nil {
			return err
		}
		_, err = touch(ctx, tx, learner)
		return err
	})
}

// Wanted are the learners of this server that another one asks for.
func (s *Store) Wanted(ctx context.Context) (list []int64, err error) {
	if err := s.show(ctx); err != nil {
		return nil, err
	}
	err = s.read(ctx, func(rows *sql.Rows) error {
		var learner int64
		err := rows.Scan(&learner)
		list = append(list, learner)
		return err
	}, "SELECT id FROM learners WHERE server = $1 AND wanted <> $1 ORDER BY id", s.me)
	return list, err
}

// show has the others see that this server lives, by a lock that a connection of
// its own holds. A connection that was lost is made again.
func (s *Store) show(ctx context.Context) error {
	if !s.engine.shared {
		return nil
	}
	s.sign.Lock()
	defer s.sign.Unlock()
	if s.shown != nil && s.shown.PingContext(ctx) == nil {
		return nil
	}
	if s.shown != nil {
		s.shown.Close()
	}
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return s.failed("write to", err)
	}
	// Where this machine is cut off, the database is to notice within a minute.
	_, err = conn.ExecContext(ctx, "SET tcp_keepalives_idle = 15; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3")
	if err == nil {
		_, err = conn.ExecContext(ctx, "SELECT pg_advisory_lock($1)", s.me)
	}
	if err != nil {
		conn.Close()
		return s.failed("write to", err)
	}
	s.shown = conn
	return nil
}

// HostKey is the key that all servers on this store are known by: the one that
// made gives, the first time.
func (s *Store) HostKey(ctx context.Context, made func() ([]byte, error)) (pem []byte, err error) {
	find := func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, "SELECT pem FROM host_key WHERE one = 1").Scan(&pem)
	}
	err = s.change(ctx, func(tx *sql.Tx) error {
		err := find(tx)
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		fresh, err := made()
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "INSERT INTO host_key (one, pem) VALUES (1, $1) ON CONFLICT (one) DO NOTHING", fresh); err != nil {
			return err
		}
		return find(tx) // another server may have been faster
	})
	return pem, err
}

// number is how a truth is kept.
func number(b bool) int {
	if b {
		return 1
	}
	return 0
}
