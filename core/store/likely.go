package store

import (
	"context"
	"fmt"
	"slices"

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
		err := tx.q.later(ctx, `INSERT INTO links (a, b, kind, reason, created_at) VALUES ($1, $2, 'likely', $3, $4) ON CONFLICT DO NOTHING`,
			min(other.person, personID), max(other.person, personID), other.reason, tx.now.UnixMilli())
		if err != nil {
			return fmt.Errorf("link likely duplicates: %w", err)
		}
	}
	return nil
}

// likelyOne is somebody who may be a person, and by what.
type likelyOne struct{ person, reason string }

// likelyTo finds who may be the same as a person, that person included: by
// number first, then by phone, then by name.
func (tx *Tx) likelyTo(ctx context.Context, p core.PersonFacts, phone string) (all []likelyOne, err error) {
	said := tx.papersOf(p)
	r, err := tx.q.query(ctx, likelyText, said.id, said.old, p.IDType, tx.s.phoneHash(phone), p.Commune, p.NameKey(), p.BirthYear(), maxLikely+1)
	all, err = collect(r, err, func(r scanner) (one likelyOne, err error) {
		err = r.Scan(&one.reason, &one.person)
		return one, err
	})
	order := []string{"id", "phone", "name"}
	slices.SortStableFunc(all, func(a, b likelyOne) int {
		return slices.Index(order, a.reason) - slices.Index(order, b.reason)
	})
	return all, wrap(err, "find likely duplicates")
}

// likelyText finds the people of an ID number $1, the one of before $2 included,
// of a phone $4, and of a commune $5, with the name $6 and the birth year $7; $3
// is the kind of paper. Without MATERIALIZED, PostgreSQL may read all people in
// the order of the limit and look whether each is tied.
const likelyText = `WITH tied AS MATERIALIZED (SELECT person_id FROM ties WHERE phone_hash = $4 AND phone_hash <> '')
	SELECT * FROM (SELECT 'id', p.id FROM people p WHERE p.id IN (SELECT i.id FROM people i WHERE i.id_hash IN ($1, $2) AND i.id_hash <> ''
			UNION SELECT o.id FROM people o WHERE o.old_id_hash IN ($1, $2) AND o.old_id_hash <> '')
		AND p.merged_into = '' ORDER BY p.id LIMIT $8) AS by_id
	UNION ALL
	SELECT * FROM (SELECT 'phone', p.id FROM tied JOIN people p ON p.id = tied.person_id
		WHERE p.name_key = $6 AND p.birth_year = $7 AND p.merged_into = '' ORDER BY p.id LIMIT $8) AS by_phone
	UNION ALL
	SELECT * FROM (SELECT 'name', p.id FROM people p WHERE p.commune = $5 AND p.name_key = $6 AND p.birth_year = $7
		AND ($1 = '' OR p.id_hash = '' OR p.id_hash = $1 OR p.id_type <> $3)
		AND p.merged_into = '' ORDER BY p.id LIMIT $8) AS by_name`
