package store

import (
	"context"
	"fmt"

	"khaibao/core"
)

// TriageState is how far the verifying of what somebody told of their health came.
type TriageState int

// The states, in the order of the lists.
const (
	TriageWaits    TriageState = iota // nobody has called
	TriageTried                       // called, and not reached or not told
	TriageVerified                    // reached: it is known how they are
)

// triageCause is what made a verdict another.
type triageCause int

const (
	triageDeclared triageCause = iota // the person said something
	triageRules                       // rules or areas changed
	triageOfficer                     // an officer decided
)

// triageText puts somebody on the lists by colour, or keeps how they stand there
// now. Who was verified waits again when it is worse than what was seen then, and
// whenever red signs are told once more; the clock runs from what made them wait.
// What an officer decided has been seen.
const triageText = `INSERT INTO triage (person_id, declaration_id, commune, district, province, sub, colour_rank, since)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
	ON CONFLICT (person_id) DO UPDATE SET declaration_id = excluded.declaration_id, commune = excluded.commune, district = excluded.district,
		province = excluded.province, sub = excluded.sub, colour_rank = excluded.colour_rank, version = triage.version + 1,
		seen_rank = CASE WHEN $9 = 2 AND triage.state = 2 THEN excluded.colour_rank ELSE triage.seen_rank END,
		since = CASE WHEN $9 < 2 AND (excluded.colour_rank > triage.colour_rank OR triage.state = 2 AND (excluded.colour_rank > triage.seen_rank OR $9 = 0 AND excluded.colour_rank = 4))
			THEN excluded.since ELSE triage.since END,
		state = CASE WHEN $9 < 2 AND (triage.state = 2 AND (excluded.colour_rank > triage.seen_rank OR $9 = 0 AND excluded.colour_rank = 4)
			OR triage.state = 1 AND excluded.colour_rank > triage.colour_rank) THEN 0 ELSE triage.state END`

// triageRow are the arguments of triageText; nil for who is on no list: somebody
// green who was green.
func triageRow(personID, declarationID string, home core.PersonFacts, j *judged, at int64, cause triageCause) []any {
	if j == nil || max(j.before.Colour.Rank(), j.inForce.Colour.Rank()) <= core.ColourGreen.Rank() {
		return nil
	}
	return []any{personID, declarationID, home.Commune, home.District, home.Province, home.Sub, j.inForce.Colour.Rank(), at, int64(cause)}
}

// triage keeps how a person stands on the lists by colour.
func (tx *Tx) triage(ctx context.Context, personID, declarationID string, home core.PersonFacts, j *judged, cause triageCause) error {
	row := triageRow(personID, declarationID, home, j, tx.now.UnixMilli(), cause)
	if row == nil {
		return nil
	}
	return wrap(tx.q.later(ctx, triageText, row...), "keep triage")
}

// triageMoved does so for those whose verdict is another by other rules.
func (s *Store) triageMoved(ctx context.Context, q querier, movers []moved, at int64) error {
	var rows [][]any
	for i := range movers {
		d := &movers[i].newest
		home := core.PersonFacts{Commune: d.commune, District: d.district, Province: d.province, Sub: d.sub}
		if row := triageRow(movers[i].subject.id, d.id, home, movers[i].judged, at, triageRules); row != nil {
			rows = append(rows, row)
		}
	}
	_, err := execEach(ctx, q, triageText, rows)
	return wrap(err, "keep triage")
}

// triageSubject does so for one whom an officer decided about.
func (s *Store) triageSubject(ctx context.Context, q querier, sub *subject, j *judged, at int64) error {
	d := &sub.newest
	home := core.PersonFacts{Commune: d.commune, District: d.district, Province: d.province, Sub: d.sub}
	row := triageRow(sub.id, d.id, home, j, at, triageOfficer)
	if row == nil {
		return nil
	}
	_, err := q.exec(ctx, triageText, row...)
	return wrap(err, "keep triage")
}

// mergeTriage takes gone off the lists, and gives its calls to keep, who was
// verified where either was.
func (m merger) mergeTriage(ctx context.Context, keep, gone string) error {
	if _, err := m.q.exec(ctx, `UPDATE calls SET person_id = $2 WHERE person_id = $1`, gone, keep); err != nil {
		return fmt.Errorf("calls: %w", err)
	}
	n, err := m.q.exec(ctx, `DELETE FROM triage WHERE person_id = $1 AND EXISTS (SELECT 1 FROM triage t WHERE t.person_id = $2)`, gone, keep)
	if err == nil && n == 0 {
		_, err = m.q.exec(ctx, `UPDATE triage SET person_id = $2 WHERE person_id = $1`, gone, keep)
	}
	return wrap(err, "triage")
}
