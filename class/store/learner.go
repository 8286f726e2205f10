package store

import (
	"bytes"
	"context"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"database/sql"
	"errors"
	"slices"
)

// Learner is somebody who has joined a class.
type Learner struct {
	ID   int64
	Name string
	// Keys are the public keys that bring the learner back, as SSH sends them.
	Keys [][]byte
	// salt and word tell the learner who has no key.
	salt, word []byte
}

// Has tells whether the key is the learner's.
func (l Learner) Has(key []byte) bool {
	return slices.ContainsFunc(l.Keys, func(k []byte) bool { return bytes.Equal(k, key) })
}

// Knows tells whether that is the word that the learner has chosen to come back
// with.
func (l Learner) Knows(word string) bool {
	if l.word == nil {
		return false
	}
	digest, err := digestOf(word, l.salt)
	return err == nil && subtle.ConstantTimeCompare(digest, l.word) == 1
}

// digestOf is what is kept of a word: people use theirs elsewhere, too.
func digestOf(word string, salt []byte) ([]byte, error) {
	const rounds, long = 100_000, 32
	return pbkdf2.Key(sha256.New, word, salt, rounds, long)
}

// Learner finds a learner of a class by name, or gives ErrNone.
func (s *Store) Learner(ctx context.Context, class int64, name string) (Learner, error) {
	l := Learner{Name: name}
	err := s.db.QueryRowContext(ctx, "SELECT id, salt, word FROM learners WHERE class = $1 AND name = $2", class, name).Scan(&l.ID, &l.salt, &l.word)
	if errors.Is(err, sql.ErrNoRows) {
		return l, ErrNone
	}
	if err != nil {
		return l, s.failed("read", err)
	}
	err = s.read(ctx, func(rows *sql.Rows) error {
		var key []byte
		err := rows.Scan(&key)
		l.Keys = append(l.Keys, key)
		return err
	}, "SELECT key FROM keys WHERE learner = $1", l.ID)
	return l, err
}

// JoinWithKey adds a learner who comes back with a key, or gives ErrTaken.
func (s *Store) JoinWithKey(ctx context.Context, class int64, name string, key []byte) (Learner, error) {
	l := Learner{Name: name, Keys: [][]byte{key}}
	return l, s.join(ctx, class, &l)
}

// JoinWithWord adds a learner who comes back with a word, or gives ErrTaken.
func (s *Store) JoinWithWord(ctx context.Context, class int64, name, word string) (Learner, error) {
	l := Learner{Name: name, salt: make([]byte, 16)}
	rand.Read(l.salt)
	var err error
	if l.word, err = digestOf(word, l.salt); err != nil {
		return l, err
	}
	return l, s.join(ctx, class, &l)
}

func (s *Store) join(ctx context.Context, class int64, l *Learner) error {
	return s.change(ctx, func(tx *sql.Tx) error {
		now := s.now().Unix()
		err := tx.QueryRowContext(ctx, `INSERT INTO learners (class, name, joined, seen, salt, word)
			SELECT id, $1, $2, $3, $4, $5 FROM classes WHERE id = $6 ON CONFLICT (class, name) DO NOTHING RETURNING id`,
			l.Name, now, now, l.salt, l.word, class).Scan(&l.ID)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrTaken
		}
		if err != nil {
			return err
		}
		for _, key := range l.Keys {
			if _, err := tx.ExecContext(ctx, "INSERT INTO keys (learner, key) VALUES ($1, $2)", l.ID, key); err != nil {
				return err
			}
		}
		return nil
	})
}
