package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"khaibao/core/seal"
)

// oldIDsMark says that fillOldIDs has done its work.
const oldIDsMark = "old IDs"

// fillOldIDs gives those who declared with a chip card before schema 10 the hash
// of the old number that their newest declaration has. It is a migration's work
// that needs the keys: done once, in one transaction, by whichever node is first.
func (s *Store) fillOldIDs(ctx context.Context, now time.Time) error {
	return s.fillOnce(ctx, oldIDsMark, now, func(q querier) error { return s.keyOldIDs(ctx, q) })
}

// fillOnce does the half of a migration that SQL alone cannot do: once, in one
// transaction, by whichever node is first.
func (s *Store) fillOnce(ctx context.Context, mark string, now time.Time, fill func(q querier) error) error {
	ctx, cancel := context.WithTimeout(ctx, migrateTime)
	defer cancel()
	done := func(q querier) (bool, error) {
		var n int
		err := q.row(ctx, `SELECT COUNT(*) FROM marks WHERE name = $1`, mark).Scan(&n)
		return n > 0, err
	}
	if had, err := done(s.q); had || err != nil {
		return err
	}
	return s.inTx(ctx, func(q querier) error {
		if s.pg != nil {
			if _, err := q.exec(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(migrateLock)); err != nil {
				return err
			}
		}
		if had, err := done(q); had || err != nil { // another node was at it
			return err
		}
		if err := fill(q); err != nil {
			return err
		}
		return setNewMark(ctx, q, mark, now.UnixMilli())
	})
}

// keyOldIDs goes through all who have a chip card's number.
func (s *Store) keyOldIDs(ctx context.Context, q querier) error {
	type row struct {
		id, declaration string
		person, private []byte
	}
	for last := ""; ; {
		r, err := q.query(ctx, `SELECT p.id, d.id, p.private, d.private FROM people p JOIN declarations d ON d.id = p.newest
			WHERE p.id > $1 AND p.id_type = 'cccd' AND p.old_id_hash = '' ORDER BY p.id LIMIT 1000`, last)
		people, err := collect(r, err, func(r scanner) (p row, err error) {
			err = r.Scan(&p.id, &p.declaration, &p.person, &p.private)
			return p, err
		})
		if err != nil || len(people) == 0 {
			return wrap(err, "read old numbers")
		}
		for _, p := range people {
			plain, err := s.keys.OpenString("declarations.private", p.declaration, p.private)
			if err != nil {
				return fmt.Errorf("old number in declaration %s: %w", p.declaration, err)
			}
			var said struct {
				OldID string `json:"old_id"`
			}
			if plain == "" || json.Unmarshal([]byte(plain), &said) != nil || s.keys.Hash(seal.KindID, said.OldID) == "" {
				continue
			}
			if err := s.keyOldID(ctx, q, p.id, p.person, said.OldID); err != nil {
				return err
			}
		}
		last = people[len(people)-1].id
	}
}

func (s *Store) keyOldID(ctx context.Context, q querier, personID string, private []byte, number string) error {
	sealed, err := s.openPrivate(personID, private)
	if err != nil {
		return err
	}
	sealed.OldID = number
	plain, err := json.Marshal(sealed)
	if err != nil {
		return fmt.Errorf("old number: %w", err)
	}
	_, err = q.exec(ctx, `UPDATE people SET old_id_hash = $2, private = $3 WHERE id = $1`,
		personID, s.keys.Hash(seal.KindID, number), s.keys.Seal("people.private", personID, plain))
	return wrap(err, "key an old number")
}
