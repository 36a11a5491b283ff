package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"khaibao/core"
)

// monitored is a row of monitoring.
type monitored struct {
	core.Monitoring
	perDay      int
	number      int
	other       string // ID of the address where a reminder went
	answeredAt  int64
	answeredDay core.Day
	missed      int
	rank        int // of the colour
	redBefore   bool
	illAt       int64
	stoppedAt   int64
}

const monitoringColumns = `m.id, m.person_id, m.kind, m.commune, m.district, m.province, m.sub, m.facility, m.room, m.from_day, m.base_day,
	m.days, m.extended, m.until_day, m.rules, m.slot, m.per_day, m.address_id, m.other_id, m.number, m.batch, m.origin, m.opened_at, m.opened_by,
	m.answered_at, m.answered_day, m.missed, m.colour_rank, m.red_before, m.ill_at, m.stopped_at, m.ended_at, m.ended_how, m.ended_by, m.version`

// scanMonitored reads a row of monitoringColumns, and more behind it.
func scanMonitored(r scanner, more ...any) (m monitored, err error) {
	var opened, ended, red int64
	err = r.Scan(append([]any{&m.ID, &m.PersonID, &m.Kind, &m.Commune, &m.District, &m.Province, &m.Sub, &m.Facility, &m.Room, &m.From, &m.Base,
		&m.Days, &m.Extended, &m.Until, &m.Rules, &m.Window, &m.perDay, &m.Address, &m.other, &m.number, &m.Batch, &m.Origin, &opened, &m.OpenedBy,
		&m.answeredAt, &m.answeredDay, &m.missed, &m.rank, &red, &m.illAt, &m.stoppedAt, &ended, &m.End, &m.EndedBy, &m.Version}, more...)...)
	m.Opened, m.redBefore = time.UnixMilli(opened), red > 0
	if ended > 0 {
		m.Ended = time.UnixMilli(ended)
	}
	return m, err
}

// area is the finest code of who has the duty, which owns its tasks until an
// officer takes them.
func (m *monitored) area() string { return finest(m.Commune, m.District, m.Province) }

// colourOf is the colour of a rank.
func colourOf(rank int) core.Colour {
	for _, c := range []core.Colour{core.ColourRed, core.ColourOrange, core.ColourYellow, core.ColourGreen} {
		if c.Rank() == rank {
			return c
		}
	}
	return core.ColourNone
}

// anyOf is a condition that a column is one of a list, which is one argument on
// either engine: an array, or what SQLite has in its place, JSON. See among.
func (s *Store) anyOf(argument string) string {
	if s.pg != nil {
		return ` = ANY(` + argument + `::text[])`
	}
	return ` IN (SELECT value FROM json_each(` + argument + `))`
}

// among is the argument of anyOf.
func (s *Store) among(ids []string) any {
	if s.pg != nil {
		return ids
	}
	text, _ := json.Marshal(ids) // strings always marshal
	return string(text)
}

// execEach runs a statement once for each row of arguments, in one round trip
// where there is one to save, and tells how many rows each changed.
func execEach(ctx context.Context, q querier, text string, args [][]any) ([]int64, error) {
	if len(args) == 0 {
		return nil, nil
	}
	changed := make([]int64, len(args))
	if p, ok := q.(*pipe); ok {
		if err := p.flush(ctx); err != nil {
			return nil, err
		}
		q = pgConn{p.conn}
	}
	switch q := q.(type) {
	case pgConn:
		ctx, done := bounded(ctx)
		defer done()
		var batch pgx.Batch
		for _, row := range args {
			batch.Queue(text, row...)
		}
		results := q.q.(interface {
			SendBatch(context.Context, *pgx.Batch) pgx.BatchResults
		}).SendBatch(ctx, &batch)
		for i := range args {
			tag, err := results.Exec()
			if err != nil {
				_ = results.Close() // tells the same
				return nil, err
			}
			changed[i] = tag.RowsAffected()
		}
		return changed, results.Close()
	case sqliteConn:
		stmt, err := q.q.(*sql.Tx).PrepareContext(ctx, text)
		if err != nil {
			return nil, err
		}
		defer stmt.Close()
		for i, row := range args {
			res, err := stmt.ExecContext(ctx, row...)
			if err != nil {
				return nil, err
			}
			if changed[i], err = res.RowsAffected(); err != nil {
				return nil, err
			}
		}
		return changed, nil
	}
	return nil, fmt.Errorf("no way to run statements on %T", q)
}

// again runs a transaction, and once more when PostgreSQL undid it to end a
// circle with turns that came in at that moment.
func (s *Store) again(ctx context.Context, f func(tx *Tx) error, now time.Time) error {
	for try := 1; ; try++ {
		tx := &Tx{s: s, now: now}
		err := s.inTx(ctx, func(q querier) error {
			tx.q = q
			if err := f(tx); err != nil {
				return err
			}
			return tx.flush(ctx)
		})
		if err == nil {
			s.wake.tell(tx.channels())
			s.countLosses(tx.lost)
			return nil
		}
		if !undoneByOthers(err) || try == maxTries {
			return err
		}
	}
}

// watchEvent is one row of monitoring_events. before and after hold IDs, days
// and codes, never what was said.
type watchEvent struct {
	id               string // "" for a new one
	monitoring, kind string
	officer, duty    string
	before, after    map[string]any
	note             string // an officer's words
}

// Kinds of events.
const (
	eventOpened    = "opened"
	eventChanged   = "changed"
	eventExtended  = "extended"
	eventMoved     = "moved"
	eventStopped   = "stopped"
	eventResumed   = "resumed"
	eventLowered   = "lowered"
	eventTaken     = "acknowledged" // an officer took a red alert
	eventSent      = "sent"         // what an officer asked for has come
	eventTested    = "tested"
	eventRules     = "rules"
	eventMerged    = "merged"
	eventReached   = "reached" // another address answers from now on
	eventCompleted = "completed"
	eventOverdue   = "overdue"
	eventClosed    = "closed"
)

func (tx *Tx) keepEvents(ctx context.Context, events []watchEvent) error {
	rows := make([][]any, len(events))
	for i, e := range events {
		id := e.id
		if id == "" {
			id = core.NewID()
		}
		var texts [2]string
		for j, v := range []map[string]any{e.before, e.after} {
			if v == nil {
				continue
			}
			text, err := json.Marshal(v)
			if err != nil {
				return fmt.Errorf("keep event: %w", err)
			}
			texts[j] = string(text)
		}
		var note []byte
		if e.note != "" {
			note = tx.s.keys.SealString("monitoring_events.note", id, e.note)
		}
		rows[i] = []any{id, e.monitoring, e.kind, e.officer, e.duty, texts[0], texts[1], note, tx.now.UnixMilli()}
	}
	_, err := execEach(ctx, tx.q, `INSERT INTO monitoring_events (id, monitoring_id, kind, officer_id, duty, before, after, note, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, rows)
	return wrap(err, "keep event")
}

// terms are what an event tells of a monitoring.
func (m *monitored) terms() map[string]any {
	t := map[string]any{"kind": m.Kind, "commune": m.Commune, "base": m.Base, "days": m.Days, "extended": m.Extended, "until": m.Until, "rules": m.Rules}
	for key, value := range map[string]string{"facility": m.Facility, "room": m.Room, "address": m.Address} {
		if value != "" {
			t[key] = value
		}
	}
	return t
}
