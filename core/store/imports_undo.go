package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"khaibao/core"
)

// undoBatch is how many rows one step takes back.
const undoBatch = 100

// ImportUndoStep takes the next declarations of a list back; it is a jobs.Step.
// Nothing is deleted: the declaration and the person whom only it made lie in no
// area and are found by no number, and what they were is kept sealed. Who
// declared since, was joined with somebody, or was worked on by an officer stays.
func (s *Store) ImportUndoStep(ctx context.Context, now, until time.Time, j core.Job) (core.Job, error) {
	after, _ := strconv.Atoi(j.Cursor)
	type kept struct {
		n                   int
		person, declaration string
	}
	r, err := s.q.query(ctx, `SELECT n, person_id, declaration_id FROM import_rows WHERE import_id = $1 AND state = 'kept' AND n > $2 ORDER BY n LIMIT `+strconv.Itoa(undoBatch), j.Args, after)
	rows, err := collect(r, err, func(r scanner) (k kept, err error) {
		err = r.Scan(&k.n, &k.person, &k.declaration)
		return k, err
	})
	if err != nil {
		return j, fmt.Errorf("rows of an import: %w", err)
	}
	j.Done += len(rows)
	if j.Failures = 0; len(rows) < undoBatch {
		j.Ended = now
	}
	if len(rows) > 0 {
		j.Cursor = strconv.Itoa(rows[len(rows)-1].n)
	}
	return j, s.importStep(ctx, until, j, "undone", time.Time{}, func(q querier) error {
		tx := &Tx{s: s, q: q, now: now}
		for _, row := range rows {
			state, err := tx.withdraw(ctx, j, row.person, row.declaration)
			if err != nil {
				return fmt.Errorf("take back declaration %s: %w", row.declaration, err)
			}
			if _, err := q.exec(ctx, `UPDATE import_rows SET state = $3 WHERE import_id = $1 AND n = $2`, j.Args, row.n, state); err != nil {
				return err
			}
		}
		return nil
	})
}

// worked tells of somebody's record that it is no longer the import's alone.
const worked = `SELECT p.newest <> $2 OR p.merged_into <> ''
		OR EXISTS (SELECT 1 FROM declarations d WHERE d.person_id = $1 AND d.id <> $2)
		OR EXISTS (SELECT 1 FROM verdicts v WHERE v.person_id = $1 AND v.officer_id <> '')
		OR EXISTS (SELECT 1 FROM calls c WHERE c.person_id = $1)
		OR EXISTS (SELECT 1 FROM arrivals a WHERE a.person_id = $1 AND a.version > 1)
		OR EXISTS (SELECT 1 FROM monitoring m LEFT JOIN monitoring_events e ON e.monitoring_id = m.id WHERE m.person_id = $1 AND (m.origin = 'officer' OR e.officer_id <> ''))
	FROM people p WHERE p.id = $1`

// withdraw takes one declaration back with the person whom it made, and tells
// the state of its row.
func (tx *Tx) withdraw(ctx context.Context, j core.Job, person, declaration string) (state string, err error) {
	var id string
	if err := tx.q.row(ctx, `SELECT id FROM people WHERE id = $1 `+tx.s.forUpdate, person).Scan(&id); err != nil {
		return "", err
	}
	var stays bool
	if err := tx.q.row(ctx, worked, person, declaration).Scan(&stays); err != nil || stays {
		return "stayed", err
	}
	// What the columns were that are emptied now.
	was := make(map[string]string)
	columns := []string{"folded", "name_key", "id_hash", "old_id_hash", "insurance_hash", "commune", "district", "province", "measure", "class"}
	values, into := make([]string, len(columns)), make([]any, len(columns))
	text := ""
	for i, c := range columns {
		into[i] = &values[i]
		text += ", " + c
	}
	if err := tx.q.row(ctx, `SELECT `+text[2:]+` FROM people WHERE id = $1`, person).Scan(into...); err != nil {
		return "", err
	}
	for i, c := range columns {
		was[c] = values[i]
	}
	body, err := json.Marshal(was)
	if err != nil {
		return "", err
	}
	if _, err := tx.q.exec(ctx, `INSERT INTO withdrawals (declaration_id, person_id, import_id, officer_id, was, at) VALUES ($1, $2, $3, $4, $5, $6)`,
		declaration, person, j.Args, j.OfficerID, tx.s.keys.Seal("withdrawals.was", declaration, body), tx.now.UnixMilli()); err != nil {
		return "", err
	}
	nowhere := `commune = '', district = '', province = ''`
	for _, t := range []struct {
		text string
		args []any
	}{
		{`UPDATE people SET ` + nowhere + `, folded = '', name_key = '', id_hash = '', old_id_hash = '', insurance_hash = '', measure = '', class = '', colour_rank = 0 WHERE id = $1`, []any{person}},
		{`UPDATE declarations SET ` + nowhere + ` WHERE id = $1`, []any{declaration}},
		{`UPDATE ties SET how = '` + tieObjected + `' WHERE person_id = $1`, []any{person}},
		{`UPDATE qr_codes SET revoked_at = $2 WHERE person_id = $1 AND revoked_at = 0`, []any{person, tx.now.UnixMilli()}},
		{`UPDATE prompts SET next_at = 0 WHERE next_at > 0 AND monitoring_id IN (SELECT m.id FROM monitoring m WHERE m.person_id = $1)`, []any{person}},
		{`UPDATE monitoring SET ` + nowhere + `, ended_how = CASE WHEN ended_at = 0 THEN '` + string(core.EndClosed) + `' ELSE ended_how END,
			ended_by = CASE WHEN ended_at = 0 THEN $3 ELSE ended_by END, ended_at = CASE WHEN ended_at = 0 THEN CAST($2 AS BIGINT) ELSE ended_at END WHERE person_id = $1`, []any{person, tx.now.UnixMilli(), j.OfficerID}},
		{`UPDATE arrivals SET ` + nowhere + `, owner = '' WHERE person_id = $1`, []any{person}},
		{`UPDATE triage SET ` + nowhere + ` WHERE person_id = $1`, []any{person}},
		{`UPDATE tasks SET closed_at = $2, outcome = 'withdrawn' WHERE person_id = $1 AND closed_at = 0`, []any{person, tx.now.UnixMilli()}},
	} {
		if _, err := tx.q.exec(ctx, t.text, t.args...); err != nil {
			return "", err
		}
	}
	return "withdrawn", nil
}
