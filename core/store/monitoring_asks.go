package store

import (
	"context"
	"slices"
	"time"

	"khaibao/core"
	"khaibao/core/monitor"
)

// asks are prompts of one round in the making, with their messages.
type asks struct {
	round monitor.Round
	now   time.Time

	address  string // of the last one
	prompts  []askPrompt
	messages []askMessage
	mute     []string // IDs of monitorings that cannot be asked, or were not in time
}

type askPrompt struct {
	monitoring          string
	due, next, answered int64
	message             string // ID; "" for the mute, and for who has answered already

	commune, district, province string // who has the duty
}

type askMessage struct {
	id, channel, address, key, lang string
	due                             int64
}

func newAsks(r monitor.Round, now time.Time) *asks {
	return &asks{round: r, now: now, prompts: make([]askPrompt, 0, askBatch), messages: make([]askMessage, 0, askBatch)}
}

// add adds one who is due, unless the first day's welcome has asked already.
// Those of one address are asked at one moment by one message.
func (b *asks) add(a asked) {
	r := b.round
	if first, _ := monitor.Welcome(a.Opened); r.Day <= first && !slices.Contains(monitor.Slots(a.Monitoring, r.Day), r.Slot) {
		return
	}
	key := a.Address
	if key == "" {
		key = a.ID
	}
	due := monitor.DueAt(a.Kind, a.Window, r.Day, r.Slot, key)
	if !r.Missed {
		due = monitor.Late(due, b.now, key)
	}
	p := askPrompt{monitoring: a.ID, due: due.UnixMilli(), commune: a.Commune, district: a.District, province: a.Province}
	if r.Slot == monitor.SlotDay && a.answeredDay >= r.Day { // said so before being asked
		p.answered, b.address = a.answeredAt, a.Address
		b.prompts = append(b.prompts, p)
		return
	}
	if a.mute || r.Missed {
		b.mute, b.address = append(b.mute, a.ID), a.Address
		b.prompts = append(b.prompts, p)
		return
	}
	p.next = due.Add(monitor.RemindAfter).UnixMilli()
	if last := len(b.messages) - 1; last >= 0 && b.messages[last].address == a.Address {
		b.messages[last].key, p.message = core.MonitorPrompt+"many", b.messages[last].id
	} else {
		p.message = core.NewID()
		b.messages = append(b.messages, askMessage{p.message, a.channel, a.Address, core.MonitorPrompt + "one", langOr(a.lang), p.due})
	}
	b.address = a.Address
	b.prompts = append(b.prompts, p)
}

// keepAsks writes a batch in one transaction.
func (s *Store) keepAsks(ctx context.Context, b *asks) (made int, err error) {
	if len(b.prompts) == 0 {
		return 0, nil
	}
	if s.pg != nil && len(b.mute) == 0 {
		return s.askPG(ctx, s.q, b)
	}
	err = s.again(ctx, func(tx *Tx) error {
		if made, err = tx.writeAsks(ctx, b); err != nil {
			return err
		}
		return tx.handMute(ctx, b)
	}, b.now)
	return made, err
}

func (tx *Tx) writeAsks(ctx context.Context, b *asks) (made int, err error) {
	if tx.s.pg != nil {
		return tx.s.askPG(ctx, tx.q, b)
	}
	prompts := make([][]any, len(b.prompts))
	for i, p := range b.prompts {
		prompts[i] = []any{p.monitoring, b.round.Day, b.round.Slot, p.due, p.answered, p.next, p.message, p.commune, p.district, p.province}
	}
	changed, err := execEach(ctx, tx.q, `INSERT INTO prompts (monitoring_id, day, slot, due_at, answered_at, next_at, outbox_id, commune, district, province)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING`, prompts)
	if err != nil {
		return 0, err
	}
	fresh := make(map[string]bool)
	for i, n := range changed {
		made += int(n)
		if n > 0 {
			fresh[b.prompts[i].message] = true
		}
	}
	var messages [][]any
	for _, m := range b.messages {
		if fresh[m.id] {
			messages = append(messages, []any{m.id, m.channel, m.address, int64(core.PriorityPrompt), m.key, m.lang, b.now.UnixMilli(), m.due})
		}
	}
	_, err = execEach(ctx, tx.q, askText, messages)
	return made, err
}

// askPG is writeAsks as one statement, three times as fast: a window of a
// million is made in a minute (docs/performance.md).
func (s *Store) askPG(ctx context.Context, q querier, b *asks) (made int, err error) {
	n, k := len(b.prompts), len(b.messages)
	monitorings, of := make([]string, n), make([]string, n)
	dues, nexts, answered := make([]int64, n), make([]int64, n), make([]int64, n)
	communes, districts, provinces := make([]string, n), make([]string, n), make([]string, n)
	for i, p := range b.prompts {
		communes[i], districts[i], provinces[i] = p.commune, p.district, p.province
		monitorings[i], dues[i], nexts[i], answered[i], of[i] = p.monitoring, p.due, p.next, p.answered, p.message
	}
	ids, channels, addresses, keys, langs := make([]string, k), make([]string, k), make([]string, k), make([]string, k), make([]string, k)
	leave := make([]int64, k)
	for i, m := range b.messages {
		ids[i], channels[i], addresses[i], keys[i], langs[i], leave[i] = m.id, m.channel, m.address, m.key, m.lang, m.due
	}
	err = q.row(ctx, `WITH made AS (
			INSERT INTO prompts (monitoring_id, day, slot, due_at, next_at, outbox_id, answered_at, commune, district, province)
			SELECT id, $5::text, $6::bigint, due, next, message, answered, commune, district, province
			FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $15::bigint[], $16::text[], $17::text[], $18::text[])
				AS u (id, due, next, message, answered, commune, district, province)
			ON CONFLICT DO NOTHING RETURNING outbox_id),
		queued AS (
			INSERT INTO outbox (id, channel, address_id, priority, locale_key, lang, created_at, due_at)
			SELECT id, channel, address, $13::bigint, key, lang, $14::bigint, due
			FROM unnest($7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::bigint[]) AS u (id, channel, address, key, lang, due)
			WHERE id IN (SELECT outbox_id FROM made))
		SELECT COUNT(*) FROM made`,
		monitorings, dues, nexts, of, string(b.round.Day), b.round.Slot, ids, channels, addresses, keys, langs, leave,
		int64(core.PriorityPrompt), b.now.UnixMilli(), answered, communes, districts, provinces).Scan(&made)
	return made, err
}

// handMute gives those who cannot be asked, or were not in time, to officers.
func (tx *Tx) handMute(ctx context.Context, b *asks) error {
	if len(b.mute) == 0 {
		return nil
	}
	rows, err := tx.silent(ctx, `q.day = $1 AND q.slot = $2 AND q.answered_at = 0 AND q.escalated_at = 0 AND q.outbox_id = '' AND q.monitoring_id`+tx.s.anyOf("$3"),
		b.round.Day, b.round.Slot, tx.s.among(b.mute))
	if err != nil {
		return err
	}
	for i := range rows {
		rows[i].unasked = b.round.Missed
	}
	_, err = tx.climb(ctx, rows)
	return err
}
