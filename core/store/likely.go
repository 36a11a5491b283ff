package store

import (
	"context"
	"fmt"

	"khaibao/core"
)

// maxLikely bounds to how many others one declaration links its person.
const maxLikely = 20

// linkLikely remembers who may be the same person: by ID number, the one of
// before included, else by phone,
// name and birth year, else by commune, name and birth year. A name is the same
// without its marks and in another order of its words. Many share all
// three with a neighbour: two who gave different numbers of one kind of
// paper are not likely by them; by one phone they are, as numbers are mistyped.
// Nothing is merged and nothing blocked; whom an officer held apart stays apart.
func (tx *Tx) linkLikely(ctx context.Context, p core.PersonFacts, personID, phone string) error {
	found, err := tx.likelyTo(ctx, p, phone)
	if err != nil {
		return err
	}
	for _, other := range found {
		if other.person == personID {
			continue
		}
		_, err := tx.q.exec(ctx, `INSERT INTO links (a, b, kind, reason, created_at) VALUES ($1, $2, 'likely', $3, $4) ON CONFLICT DO NOTHING`,
			min(other.person, personID), max(other.person, personID), other.reason, tx.now.UnixMilli())
		if err != nil {
			return fmt.Errorf("link likely duplicates: %w", err)
		}
	}
	return nil
}

// likelyOne is somebody who may be a person, and by what.
type likelyOne struct{ person, reason string }

// likelyTo finds who may be the same as a person, that person included.
func (tx *Tx) likelyTo(ctx context.Context, p core.PersonFacts, phone string) (all []likelyOne, err error) {
	said := tx.papersOf(p)
	for _, by := range []struct {
		reason, text string
		args         []any
	}{
		{"id", `SELECT p.id FROM people p WHERE p.id IN (SELECT i.id FROM people i WHERE i.id_hash IN ($1, $2) AND i.id_hash <> ''
			UNION SELECT o.id FROM people o WHERE o.old_id_hash IN ($1, $2) AND o.old_id_hash <> '')`, []any{said.id, said.old}},
		// Without MATERIALIZED, PostgreSQL may read all people in the order of
		// the limit and look whether each is tied.
		{"phone", `WITH tied AS MATERIALIZED (SELECT person_id FROM ties WHERE phone_hash = $1 AND phone_hash <> '')
			SELECT p.id FROM tied JOIN people p ON p.id = tied.person_id WHERE p.name_key = $2 AND p.birth_year = $3`, []any{tx.s.phoneHash(phone), p.NameKey(), p.BirthYear()}},
		{"name", `SELECT p.id FROM people p WHERE p.commune = $1 AND p.name_key = $2 AND p.birth_year = $3
			AND ($4 = '' OR p.id_hash = '' OR p.id_hash = $4 OR p.id_type <> $5)`, []any{p.Commune, p.NameKey(), p.BirthYear(), said.id, p.IDType}},
	} {
		if by.args[0] == "" {
			continue
		}
		r, err := tx.q.query(ctx, by.text+` AND p.merged_into = '' ORDER BY p.id LIMIT `+fmt.Sprint(maxLikely+1), by.args...)
		others, err := collect(r, err, scanText)
		if err != nil {
			return nil, fmt.Errorf("find likely duplicates: %w", err)
		}
		for _, other := range others {
			all = append(all, likelyOne{other, by.reason})
		}
	}
	return all, nil
}
