package store

import (
	"bytes"
	"context"
	"database/sql"
	"time"

	"github.com/tentpole-labs/tentpole/class/board"
	"github.com/tentpole-labs/tentpole/lessons"
)

// Kept lists the learners of a class with their progress, by name. What cannot be
// read any more counts as none.
func (s *Store) Kept(ctx context.Context, class int64) (list []board.Kept, err error) {
	err = s.read(ctx, func(rows *sql.Rows) error {
		var k board.Kept
		var seen int64
		var file []byte
		if err := rows.Scan(&k.ID, &k.Name, &seen, &file); err != nil {
			return err
		}
		k.Seen = time.Unix(seen, 0)
		if p, err := lessons.DecodeProgress(bytes.NewReader(file)); file != nil && err == nil {
			k.Progress = p
		}
		list = append(list, k)
		return nil
	}, "SELECT l.id, l.name, l.seen, p.file FROM learners l LEFT JOIN progress p ON p.learner = l.id WHERE l.class = $1 ORDER BY l.name", class)
	return list, err
}
