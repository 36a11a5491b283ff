package store

import (
	"context"

	"khaibao/core"
	"khaibao/core/monitor"
)

// stopWatched is what STOP means for those an address answers for, and all
// others of the same telephone: nothing is sent any more, and an officer must
// find another way for each of them (docs/reference/follow-up.md, lesson 7).
func (tx *Tx) stopWatched(ctx context.Context, at *core.Address) error {
	all, err := tx.answeredBy(ctx, at, "m.stopped_at = 0")
	if err != nil || len(all) == 0 {
		return err
	}
	ids, tasks, events := make([]string, len(all)), make([]watchTask, len(all)), make([]watchEvent, len(all))
	for i := range all {
		m := &all[i]
		ids[i] = m.ID
		tasks[i] = watchTask{m: m, kind: core.TaskStop, due: byDay(tx.now, callTime)}
		events[i] = watchEvent{monitoring: m.ID, kind: eventStopped, after: map[string]any{"address": at.ID}}
	}
	if _, err := tx.q.exec(ctx, `UPDATE monitoring SET stopped_at = $1 WHERE id`+tx.s.anyOf("$2"), tx.now.UnixMilli(), tx.s.among(ids)); err != nil {
		return wrap(err, "stop")
	}
	if _, err := tx.q.exec(ctx, `UPDATE prompts SET escalated_at = CASE WHEN escalated_at = 0 THEN $1 ELSE escalated_at END, step = $2, next_at = 0
		WHERE answered_at = 0 AND missed_at = 0 AND monitoring_id`+tx.s.anyOf("$3"), tx.now.UnixMilli(), int64(monitor.StepCall), tx.s.among(ids)); err != nil {
		return wrap(err, "stop prompts")
	}
	if err := tx.openTasks(ctx, tasks); err != nil {
		return err
	}
	return tx.keepEvents(ctx, events)
}

// resumeWatched is what an opting in again means: from the next prompt on they
// are asked again.
func (tx *Tx) resumeWatched(ctx context.Context, at *core.Address) error {
	all, err := tx.answeredBy(ctx, at, "m.stopped_at > 0")
	if err != nil || len(all) == 0 {
		return err
	}
	ids, events := make([]string, len(all)), make([]watchEvent, len(all))
	for i := range all {
		ids[i] = all[i].ID
		events[i] = watchEvent{monitoring: ids[i], kind: eventResumed, after: map[string]any{"address": at.ID}}
	}
	// Whose welcome was never sent has no address yet.
	if _, err := tx.q.exec(ctx, `UPDATE monitoring SET stopped_at = 0, address_id = CASE WHEN address_id = '' THEN $1 ELSE address_id END
		WHERE id`+tx.s.anyOf("$2"), at.ID, tx.s.among(ids)); err != nil {
		return wrap(err, "resume")
	}
	if err := tx.closeTasks(ctx, ids, "resumed", core.TaskStop); err != nil {
		return err
	}
	return tx.keepEvents(ctx, events)
}

// answeredBy locks the open monitorings that an address answers for, or another
// one of its telephone, and those of people tied to that telephone whom nobody
// is asked about.
func (tx *Tx) answeredBy(ctx context.Context, at *core.Address, where string) ([]monitored, error) {
	phone := ""
	switch {
	case at.Phone != "":
		phone = tx.s.phoneHash(at.Phone)
	case at.URN.Scheme() == "tel":
		phone = tx.s.urnHash(at.URN)
	}
	text := `SELECT ` + monitoringColumns + ` FROM monitoring m WHERE ` + where + ` AND m.id IN (
			SELECT w.id FROM monitoring w WHERE w.ended_at = 0 AND w.address_id = $1 AND w.address_id <> ''
			UNION SELECT w.id FROM monitoring w WHERE w.ended_at = 0 AND w.other_id = $1 AND w.other_id <> ''
			UNION SELECT w.id FROM addresses a JOIN monitoring w ON w.address_id = a.id AND w.ended_at = 0 AND w.address_id <> '' WHERE a.phone_hash = $2 AND a.phone_hash <> ''
			UNION SELECT w.id FROM addresses a JOIN monitoring w ON w.address_id = a.id AND w.ended_at = 0 AND w.address_id <> '' WHERE a.channel = $3 AND a.hash = $2 AND $2 <> ''
			UNION SELECT w.id FROM ties t JOIN monitoring w ON w.person_id = t.person_id AND w.ended_at = 0
				WHERE t.phone_hash = $2 AND t.phone_hash <> '' AND t.how = 'own' AND w.address_id = '')
		ORDER BY m.id ` + tx.s.forUpdate
	r, err := tx.q.query(ctx, text, at.ID, phone, tx.s.ways.SMS)
	all, err := collect(r, err, func(r scanner) (monitored, error) { return scanMonitored(r) })
	return all, wrap(err, "find who is asked here")
}
