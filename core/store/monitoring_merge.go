package store

import (
	"context"
	"fmt"

	"khaibao/core"
)

// mergeMonitoring gives what is watched of gone to keep. Where both are watched,
// one goes on: the stricter kind, the later end, what either answered; the other
// ends into it, and its tasks are the first one's.
func (m merger) mergeMonitoring(ctx context.Context, l Look, keep, gone string, before *state) error {
	tx := &Tx{s: m.s, q: m.q, now: m.now}
	open, err := tx.running(ctx, []string{keep, gone})
	if err != nil {
		return err
	}
	mine, theirs := open[keep], open[gone]
	if mine != nil && theirs != nil {
		if err := tx.joinMonitoring(ctx, l, mine, theirs); err != nil {
			return err
		}
	}
	r, err := m.q.query(ctx, `SELECT id FROM monitoring WHERE person_id = $1 ORDER BY id`, gone)
	if before.Monitorings, err = collect(r, err, scanText); err != nil {
		return err
	}
	if len(before.Monitorings) == 0 {
		return nil
	}
	if _, err := m.q.exec(ctx, `UPDATE monitoring SET person_id = $2 WHERE person_id = $1`, gone, keep); err != nil {
		return err
	}
	for _, table := range []string{"checkups", "tests", "tasks"} {
		_, err := m.q.exec(ctx, `UPDATE `+table+` SET person_id = $1 WHERE monitoring_id <> '' AND monitoring_id`+m.s.anyOf("$2"), keep, m.s.among(before.Monitorings))
		if err != nil {
			return fmt.Errorf("%s: %w", table, err)
		}
	}
	return nil
}

// joinMonitoring lets one of two monitorings of one person go on.
func (tx *Tx) joinMonitoring(ctx context.Context, l Look, mine, theirs *monitored) error {
	wish := theirs.Monitoring
	wish.OpenedBy, wish.Commune = l.Officer.ID, "" // the duty stays where keep's was
	o := opening{Tx: tx}
	o.combine(mine, &wish)
	if err := o.change(ctx); err != nil {
		return err
	}
	rank, day, at := max(mine.rank, theirs.rank), max(mine.answeredDay, theirs.answeredDay), max(mine.answeredAt, theirs.answeredAt)
	if _, err := tx.q.exec(ctx, `UPDATE monitoring SET colour_rank = $2, answered_day = $3, answered_at = $4, red_before = $5, ill_at = $6 WHERE id = $1`,
		mine.ID, rank, day, at, bit(mine.redBefore || theirs.redBefore), max(mine.illAt, theirs.illAt)); err != nil {
		return err
	}
	if _, err := tx.q.exec(ctx, `UPDATE monitoring SET ended_at = $2, ended_how = $3, ended_by = $4, version = version + 1 WHERE id = $1`,
		theirs.ID, tx.now.UnixMilli(), core.EndClosed, l.Officer.ID); err != nil {
		return err
	}
	if _, err := tx.q.exec(ctx, `UPDATE prompts SET next_at = 0 WHERE monitoring_id = $1 AND next_at > 0`, theirs.ID); err != nil {
		return err
	}
	// A task that is open for both is open once; what is urgent stays open.
	if _, err := tx.q.exec(ctx, `UPDATE tasks SET closed_at = $3, outcome = 'merged' WHERE monitoring_id = $1 AND monitoring_id <> '' AND closed_at = 0
		AND kind IN (SELECT k.kind FROM tasks k WHERE k.monitoring_id = $2 AND k.monitoring_id <> '' AND k.closed_at = 0)`, theirs.ID, mine.ID, tx.now.UnixMilli()); err != nil {
		return err
	}
	if _, err := tx.q.exec(ctx, `UPDATE tasks SET monitoring_id = $2 WHERE monitoring_id = $1 AND monitoring_id <> '' AND closed_at = 0`, theirs.ID, mine.ID); err != nil {
		return err
	}
	return tx.keepEvents(ctx, []watchEvent{
		{monitoring: theirs.ID, kind: eventMerged, officer: l.Officer.ID, duty: string(l.Officer.Duty), after: map[string]any{"into": mine.ID}},
		{monitoring: mine.ID, kind: eventMerged, officer: l.Officer.ID, duty: string(l.Officer.Duty), before: map[string]any{"from": theirs.ID}, after: mine.terms()}})
}
