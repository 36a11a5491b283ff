package store

import (
	"context"
	"fmt"
	"sync"
	"time"

	"khaibao/core"
	"khaibao/core/monitor"
)

// promptsMark is up to when prompts were made.
const promptsMark = "prompts"

// makeTime bounds the making of prompts. What is not made by then is made the
// next time.
const makeTime = 30 * time.Minute

// MakePrompts makes the prompts of all rounds that opened since it was last at
// work, and tells how many. It may run on any number of nodes at once, be cut
// off anywhere and run again: a prompt is there once by its key (monitoring,
// day, slot), with its message or not at all. What it slept through is made up
// the same day; what is older is written down as missed and is an officer's.
func (s *Store) MakePrompts(ctx context.Context, now time.Time) (made int, err error) {
	ctx, cancel := context.WithTimeout(ctx, makeTime)
	defer cancel()
	last, err := s.Mark(ctx, promptsMark)
	if err != nil {
		return 0, err
	}
	if last.IsZero() { // nobody was watched before today
		last = monitor.At(core.DayOf(now), 0).Add(-time.Millisecond)
	}
	rounds := monitor.Rounds(last, now)
	for i, r := range rounds {
		n, err := s.makeRound(ctx, r, now)
		made += n
		if err != nil {
			return made, fmt.Errorf("make prompts of %s slot %d: %w", r.Day, r.Slot, err)
		}
		if i+1 < len(rounds) && rounds[i+1].Opens.After(r.Opens) {
			if err := s.SetMark(ctx, promptsMark, r.Opens); err != nil {
				return made, err
			}
		}
	}
	if len(rounds) == 0 {
		return 0, nil
	}
	return made, s.SetMark(ctx, promptsMark, now)
}

// asked is one who is due in a round.
type asked struct {
	core.Monitoring
	channel, lang string
	mute          bool // no message reaches anybody
	answeredDay   core.Day
	answeredAt    int64
}

// roundText streams those who are due, those of one address after each other.
func (s *Store) roundText(r monitor.Round, and string) string {
	text := `SELECT m.id, m.kind, m.slot, m.from_day, m.until_day, m.opened_at, m.address_id, m.answered_day, m.answered_at, COALESCE(a.channel, ''), COALESCE(a.lang, ''), m.commune, m.district, m.province,
			CASE WHEN m.stopped_at > 0 OR a.id IS NULL OR a.gone_at > 0 OR a.opted_out_at > 0 THEN 1 ELSE 0 END
		FROM monitoring m LEFT JOIN addresses a ON a.id = m.address_id
		WHERE m.ended_at = 0 AND m.from_day <= $1 AND m.until_day >= $1 AND m.kind` + s.anyOf("$2")
	switch r.Window {
	case core.WindowMorning: // and a window that is not known
		text += ` AND m.slot <> '` + string(core.WindowAfternoon) + `'`
	case core.WindowAfternoon:
		text += ` AND m.slot = '` + string(core.WindowAfternoon) + `'`
	}
	return text + and + ` ORDER BY m.address_id, m.id`
}

func scanAsked(r scanner) (a asked, err error) {
	var opened, mute int64
	err = r.Scan(&a.ID, &a.Kind, &a.Window, &a.From, &a.Until, &opened, &a.Address, &a.answeredDay, &a.answeredAt, &a.channel, &a.lang, &a.Commune, &a.District, &a.Province, &mute)
	a.Opened, a.mute = time.UnixMilli(opened), mute > 0
	return a, err
}

// askBatch is how many prompts one transaction makes; tests make it small.
var askBatch = 4000

// askers is how many write at once. With who reads they take three connections
// of a pool that has four at least: people who write meanwhile have one.
const askers = 2

// makeRound makes the prompts of one round: one reads who is due, others write.
// All of it is in hand a batch at a time, however many there are.
func (s *Store) makeRound(ctx context.Context, r monitor.Round, now time.Time) (made int, err error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	batches := make(chan *asks)
	var writing sync.WaitGroup
	var mu sync.Mutex
	for range askers {
		writing.Go(func() {
			for b := range batches {
				n, err := s.keepAsks(ctx, b)
				if err != nil {
					stop(err)
					return
				}
				mu.Lock()
				made += n
				mu.Unlock()
			}
		})
	}
	err = s.readRound(ctx, r, now, batches)
	close(batches)
	writing.Wait()
	if cause := context.Cause(ctx); cause != nil {
		return made, cause
	}
	return made, err
}

func (s *Store) readRound(ctx context.Context, r monitor.Round, now time.Time, batches chan<- *asks) error {
	kinds := make([]string, len(r.Kinds))
	for i, k := range r.Kinds {
		kinds[i] = string(k)
	}
	due, err := s.q.query(ctx, s.roundText(r, ""), r.Day, s.among(kinds))
	if err != nil {
		return err
	}
	defer due.close()
	b := newAsks(r, now)
	send := func() error {
		select {
		case batches <- b:
			b = newAsks(r, now)
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	for due.Next() {
		a, err := scanAsked(due)
		if err != nil {
			return err
		}
		if len(b.prompts) >= askBatch && (a.Address == "" || a.Address != b.address) { // those of one address stay together
			if err := send(); err != nil {
				return err
			}
		}
		b.add(a)
	}
	if err := due.Err(); err != nil {
		return err
	}
	return send()
}

// askToday makes up, for some monitorings, the prompts of today's rounds that
// have opened: somebody who is asked twice a day from now on, say, or in another
// half of it. What is there already stays.
func (tx *Tx) askToday(ctx context.Context, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	today := core.DayOf(tx.now)
	for _, r := range monitor.Rounds(monitor.At(today, 0).Add(-time.Millisecond), tx.now) {
		if r.Day != today || r.Missed {
			continue
		}
		kinds := make([]string, len(r.Kinds))
		for i, k := range r.Kinds {
			kinds[i] = string(k)
		}
		due, err := tx.q.query(ctx, tx.s.roundText(r, ` AND m.id`+tx.s.anyOf("$3")), r.Day, tx.s.among(kinds), tx.s.among(ids))
		all, err := collect(due, err, scanAsked)
		if err != nil {
			return fmt.Errorf("ask today: %w", err)
		}
		b := newAsks(r, tx.now)
		for _, a := range all {
			b.add(a)
		}
		if len(b.prompts) == 0 {
			continue
		}
		if _, err := tx.writeAsks(ctx, b); err != nil {
			return fmt.Errorf("ask today: %w", err)
		}
		if err := tx.handMute(ctx, b); err != nil {
			return fmt.Errorf("ask today: %w", err)
		}
	}
	return nil
}
