package store

import (
	"context"
	"fmt"
	"time"

	"khaibao/core"
	"khaibao/core/monitor"
)

// Climbed is what one look at the ladder did.
type Climbed struct {
	Looked   int // prompts whose next step had come; fewer than asked for: there are no more now
	Reminded int // asked once more
	Listed   int // put on the commune's list
	Called   int // a call task
}

// ClimbLadder takes the next step about the silent: up to n prompts whose time
// has come, by core/monitor.Next. It may run on any number of nodes at once: each
// prompt is taken by one of them, and a step is done with all it causes or not
// at all.
func (s *Store) ClimbLadder(ctx context.Context, now time.Time, n int) (c Climbed, err error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	err = s.again(ctx, func(tx *Tx) error {
		rows, err := tx.silent(ctx, `q.next_at > 0 AND q.next_at <= $1 ORDER BY q.next_at LIMIT $2`, now.UnixMilli(), n)
		if err != nil {
			return err
		}
		c, err = tx.climb(ctx, rows)
		return err
	}, now)
	return c, wrap(err, "climb ladder")
}

// silentPrompt is a prompt that has no answer.
type silentPrompt struct {
	monitored
	day     core.Day
	slot    int
	due     time.Time
	sent    time.Time
	step    monitor.Step
	message string // ID; "" when none could be sent
	via     string // ID of the address it went to, or is to go to
	lost    bool   // it cannot arrive: given up, or the address is dead
	unasked bool   // nobody was asked in time

	to string // ID of the address that is asked now, by again or remind
}

// silent reads prompts and locks them, those that nobody else has in hand.
func (tx *Tx) silent(ctx context.Context, where string, args ...any) ([]silentPrompt, error) {
	text := `SELECT ` + monitoringColumns + `, q.day, q.slot, q.due_at, q.prompted_at, q.step, q.outbox_id, q.missed_at,
			COALESCE(o.address_id, m.address_id), CASE WHEN o.id IS NULL OR o.state = 2 OR a.id IS NULL OR a.gone_at > 0 THEN 1 ELSE 0 END
		FROM prompts q JOIN monitoring m ON m.id = q.monitoring_id
		LEFT JOIN outbox o ON o.id = q.outbox_id AND q.outbox_id <> '' LEFT JOIN addresses a ON a.id = o.address_id WHERE ` + where
	if tx.s.pg != nil {
		text += ` FOR UPDATE OF q, m SKIP LOCKED`
	}
	r, err := tx.q.query(ctx, text, args...)
	rows, err := collect(r, err, func(r scanner) (p silentPrompt, err error) {
		var due, sent, missed, lost int64
		p.monitored, err = scanMonitored(r, &p.day, &p.slot, &due, &sent, &p.step, &p.message, &missed, &p.via, &lost)
		p.due, p.lost, p.unasked = time.UnixMilli(due), lost > 0, missed > 0
		if sent > 0 {
			p.sent = time.UnixMilli(sent)
		}
		return p, err
	})
	return rows, wrap(err, "find the silent")
}

// climbing is the steps of some prompts inside their transaction.
type climbing struct {
	*Tx
	Climbed
	others   map[string]string // person -> another address than the one tried
	updates  [][]any
	missed   [][]any
	switched []*silentPrompt // another address is tried
	asks     map[askKey]*askMessage
	order    []askKey
	tasks    []watchTask
}

// askKey is what one message asks: those of one address, at one moment.
type askKey struct {
	address string
	remind  bool
	due     int64
}

func (tx *Tx) climb(ctx context.Context, rows []silentPrompt) (Climbed, error) {
	c := &climbing{Tx: tx, asks: make(map[askKey]*askMessage)}
	c.Looked = len(rows)
	var err error
	if c.others, err = tx.otherWays(ctx, rows); err != nil {
		return Climbed{}, err
	}
	for i := range rows {
		c.step(&rows[i])
	}
	return c.Climbed, wrap(c.write(ctx), "climb")
}

// step decides about one prompt.
func (c *climbing) step(p *silentPrompt) {
	other := c.others[p.PersonID]
	// What was lost was the first try, or there was none: whoever could not be
	// asked yesterday may have written from somewhere since.
	first := p.lost && p.via == p.Address
	if first && other != "" && p.stoppedAt == 0 && !p.unasked && p.step == monitor.StepWaiting {
		due := monitor.NotBefore(c.now)
		if p.message == "" && p.due.After(due) {
			due = p.due
		}
		p.to = other
		c.switched = append(c.switched, p)
		c.update(p, monitor.StepWaiting, due.Add(monitor.RemindAfter), c.ask(p, false, due), false)
		return
	}
	s := monitor.Silent{Kind: p.Kind, RedBefore: p.redBefore, Missed: p.missed, Ever: p.answeredAt > 0,
		Mute: p.mute(), Unasked: p.unasked, Step: p.step, Due: p.due, Prompted: p.sent, Ended: p.Ended}
	if p.message == "" && s.Due.After(c.now) { // nothing is sent then: there is nothing to wait for
		s.Due = c.now
	}
	a := monitor.Next(s, c.now)
	message := p.message
	if !a.Remind.IsZero() && !p.lost {
		if p.to = other; other == "" {
			p.to = p.via
		} else {
			c.switched = append(c.switched, p)
		}
		message = c.ask(p, true, a.Remind)
		c.Reminded++
	}
	if a.Miss {
		c.missed = append(c.missed, []any{p.ID})
	}
	if a.List || a.Call {
		c.tasks = append(c.tasks, c.task(p, a))
	}
	c.update(p, a.Step, a.Next, message, a.List || a.Call)
}

// mute tells whether nothing can be sent.
func (p *silentPrompt) mute() bool {
	return p.stoppedAt > 0 || p.Address == "" || p.lost && !p.unasked
}

// task is who has the silent now.
func (c *climbing) task(p *silentPrompt, a monitor.Action) watchTask {
	t := watchTask{m: &p.monitored, kind: core.TaskSilent, note: core.NoteStopped, due: byDay(c.now, callTime)}
	if a.Never {
		t.note = core.NoteNever
	}
	switch {
	case p.stoppedAt > 0:
		t.kind = core.TaskStop
	case p.lost && !p.unasked:
		t.kind = core.TaskNoWay
	case a.Call:
		t.kind = core.TaskCall
	}
	if a.Call {
		c.Called++
	} else {
		c.Listed++
	}
	return t
}

func (c *climbing) update(p *silentPrompt, step monitor.Step, next time.Time, message string, owned bool) {
	var at, escalated int64
	if !next.IsZero() {
		at = next.UnixMilli()
	}
	if owned {
		escalated = c.now.UnixMilli()
	}
	c.updates = append(c.updates, []any{p.ID, p.day, p.slot, int64(step), at, escalated, message, bit(p.unasked) * c.now.UnixMilli()})
}

// ask puts a prompt into the message for an address, and gives its ID.
func (c *climbing) ask(p *silentPrompt, remind bool, due time.Time) string {
	k := askKey{p.to, remind, due.UnixMilli()}
	words := core.MonitorPrompt
	if remind {
		words = core.MonitorReminder
	}
	if m := c.asks[k]; m != nil {
		m.key = words + "many"
		return m.id
	}
	c.asks[k] = &askMessage{id: core.NewID(), address: p.to, key: words + "one", due: k.due}
	c.order = append(c.order, k)
	return c.asks[k].id
}

func (c *climbing) write(ctx context.Context) error {
	if err := c.queue(ctx); err != nil {
		return err
	}
	if _, err := execEach(ctx, c.q, `UPDATE prompts SET step = $4, next_at = $5, escalated_at = CASE WHEN escalated_at = 0 THEN $6 ELSE escalated_at END,
		outbox_id = $7, missed_at = CASE WHEN missed_at = 0 THEN $8 ELSE missed_at END
		WHERE monitoring_id = $1 AND day = $2 AND slot = $3`, c.updates); err != nil {
		return err
	}
	if _, err := execEach(ctx, c.q, `UPDATE monitoring SET missed = missed + 1 WHERE id = $1`, c.missed); err != nil {
		return err
	}
	return c.openTasks(ctx, c.tasks)
}

// queue writes the messages, and keeps that another address may answer now.
// Where the first is dead, the other takes its place.
func (c *climbing) queue(ctx context.Context) error {
	addresses := make([]string, 0, len(c.order))
	for _, k := range c.order {
		addresses = append(addresses, k.address)
	}
	if len(addresses) == 0 {
		return nil
	}
	places, err := c.places(ctx, addresses)
	if err != nil {
		return err
	}
	rows := make([][]any, len(c.order))
	for i, k := range c.order {
		m, p := c.asks[k], places[k.address]
		rows[i] = []any{m.id, p.channel, m.address, int64(core.PriorityPrompt), m.key, langOr(p.lang), c.now.UnixMilli(), m.due}
	}
	if _, err := execEach(ctx, c.q, askText, rows); err != nil {
		return fmt.Errorf("queue: %w", err)
	}
	return c.switchTo(ctx)
}

func (c *climbing) switchTo(ctx context.Context) error {
	if len(c.switched) == 0 {
		return nil
	}
	last, err := c.lastNumbers(ctx, toAddresses(c.switched))
	if err != nil {
		return err
	}
	var rows [][]any
	var all []*monitored
	var events []watchEvent
	for _, p := range c.switched {
		m := &p.monitored
		if m.other = p.to; p.lost {
			before := m.terms()
			m.Address, m.other = p.to, m.Address
			last[p.to]++
			m.number = last[p.to]
			events = append(events, watchEvent{monitoring: m.ID, kind: eventReached, before: before, after: m.terms()})
		}
		rows, all = append(rows, []any{m.ID, m.Address, m.other, m.number}), append(all, m)
	}
	if _, err := execEach(ctx, c.q, `UPDATE monitoring SET address_id = $2, other_id = $3, number = $4 WHERE id = $1`, rows); err != nil {
		return err
	}
	if err := c.answersFor(ctx, all); err != nil {
		return err
	}
	return c.keepEvents(ctx, events)
}

func toAddresses(all []*silentPrompt) []string {
	ids := make([]string, len(all))
	for i, p := range all {
		ids[i] = p.to
	}
	return ids
}

// otherWays finds for each silent person the best address that was not tried.
func (tx *Tx) otherWays(ctx context.Context, rows []silentPrompt) (map[string]string, error) {
	tried := make(map[string]string, len(rows))
	var people []string
	for i := range rows {
		p := &rows[i]
		if _, known := tried[p.PersonID]; !known && p.step == monitor.StepWaiting && p.stoppedAt == 0 && !p.unasked {
			tried[p.PersonID], people = p.via, append(people, p.PersonID)
		}
	}
	if len(people) == 0 {
		return nil, nil
	}
	voices, err := tx.voices(ctx, people)
	if err != nil {
		return nil, err
	}
	others := make(map[string]string)
	found := make(map[string]answerer)
	var phones []string
	for _, person := range people {
		var left []voice
		sms := false // their telephone is an address already, and was tried or is among those left
		for _, v := range voices[person] {
			sms = sms || v.channel == tx.s.ways.SMS
			if v.id != tried[person] {
				left = append(left, v)
			}
		}
		a, rings := loudest(left)
		if others[person] = a.id; !rings && !sms && !a.stopped && tx.s.ways.SMS != "" {
			phones = append(phones, person)
		}
	}
	if err := tx.byPhone(ctx, phones, found); err != nil {
		return nil, err
	}
	for person, a := range found {
		others[person] = a.id
	}
	return others, nil
}
