package store

import (
	"context"
	"fmt"
	"strings"
)

// While millions of rows come in, the indexes of declarations cost more than the
// rows as soon as they outgrow the memory: each row goes to another page of each.
// So a load into an empty PostgreSQL takes them away first, and makes them at its
// end by sorting. What was taken away stands in marks, by its definition, in one
// transaction: whoever opens a database whose load died makes it again.

// indexMark begins the name of a mark; the definition of the index follows.
const indexMark = "index taken away: "

// takeIndexes takes the indexes of declarations away that are not unique, where
// nobody is in the database.
func (s *Store) takeIndexes(ctx context.Context, now int64) error {
	if s.pg == nil {
		return nil
	}
	if held, err := s.HoldsPeople(ctx); err != nil || held {
		return err
	}
	return wrap(s.inTx(ctx, func(q querier) error {
		r, err := q.query(ctx, `SELECT c.relname || ' ' || pg_get_indexdef(x.indexrelid) FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid
			WHERE x.indrelid = 'declarations'::regclass AND NOT x.indisunique ORDER BY 1`)
		all, err := collect(r, err, scanText)
		if err != nil {
			return err
		}
		for _, index := range all {
			name, definition, _ := strings.Cut(index, " ")
			if err := setNewMark(ctx, q, indexMark+definition, now); err != nil {
				return err
			}
			if _, err := q.exec(ctx, `DROP INDEX `+name); err != nil {
				return err
			}
		}
		return nil
	}), "take indexes away")
}

// giveIndexes makes what takeIndexes took away, one after the other.
func (s *Store) giveIndexes(ctx context.Context) error {
	if s.pg == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, migrateTime)
	defer cancel()
	for {
		left := 0
		err := s.inTx(ctx, func(q querier) error {
			if _, err := q.exec(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(migrateLock)); err != nil {
				return err
			}
			r, err := q.query(ctx, `SELECT name FROM marks WHERE substr(name, 1, $2) = $1 ORDER BY name`, indexMark, len(indexMark))
			marks, err := collect(r, err, scanText)
			if left = len(marks); err != nil || left == 0 {
				return err
			}
			// Sorted in memory, as much as a machine that holds millions has to spare.
			if _, err := q.exec(ctx, `SET LOCAL maintenance_work_mem = '512MB'`); err != nil {
				return err
			}
			if _, err := q.exec(ctx, strings.TrimPrefix(marks[0], indexMark)); err != nil {
				return err
			}
			_, err = q.exec(ctx, `DELETE FROM marks WHERE name = $1`, marks[0])
			return err
		})
		if err != nil || left <= 1 {
			return wrap(err, "make an index again")
		}
	}
}

// giveBack makes the indexes again after a load that failed, and keeps why it did.
func (s *Store) giveBack(ctx context.Context, failed error) error {
	if err := s.giveIndexes(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("%w; and then %w", failed, err)
	}
	return failed
}
