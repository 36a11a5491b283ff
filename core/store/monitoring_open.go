package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"khaibao/core"
	"khaibao/core/monitor"
)

// afterEnd is how long after the end of a monitoring an answer is still known
// for one.
const afterEnd = 14 * 24 * time.Hour

// OpenMonitoring opens a monitoring inside a transaction, that of a declaration
// whose verdict asks for it. m says whom (PersonID), of which kind, and how the
// end is derived (Base, Days, Rules); where the person has one open, the
// stricter kind and the later end hold from now on. Its first message is queued
// at once, at night for half past six. A period that is over already opens
// nothing: then the result is zero.
func (tx *Tx) OpenMonitoring(ctx context.Context, m core.Monitoring) (core.OpenedMonitoring, error) {
	opened, err := tx.openAll(ctx, []core.Monitoring{m})
	if err != nil || len(opened) == 0 {
		return core.OpenedMonitoring{}, wrap(err, "open monitoring")
	}
	return opened[0], nil
}

// openAll opens many, one of each person, with a few statements for all.
func (tx *Tx) openAll(ctx context.Context, wishes []core.Monitoring) ([]core.OpenedMonitoring, error) {
	wishes, err := tx.placed(ctx, wishes)
	if err != nil || len(wishes) == 0 {
		return nil, err
	}
	people := make([]string, len(wishes))
	for i := range wishes {
		people[i] = wishes[i].PersonID
	}
	running, err := tx.running(ctx, people)
	if err != nil {
		return nil, err
	}
	o := opening{Tx: tx}
	for i := range wishes {
		if m, ok := running[wishes[i].PersonID]; ok {
			o.combine(m, &wishes[i])
		} else {
			o.fresh = append(o.fresh, &monitored{Monitoring: wishes[i]})
		}
	}
	if err := o.begin(ctx); err != nil {
		return nil, err
	}
	return o.opened, o.change(ctx)
}

// placed locks the people of some wishes, follows those who were merged, fills
// in where they live and what was left out, and drops what is over already.
func (tx *Tx) placed(ctx context.Context, wishes []core.Monitoring) ([]core.Monitoring, error) {
	ids := make([]string, 0, len(wishes))
	for _, w := range wishes {
		ids = append(ids, w.PersonID)
	}
	type home struct{ id, commune, district, province, sub, merged string }
	homes := make(map[string]home, len(ids))
	find := func(ids []string) error {
		r, err := tx.q.query(ctx, `SELECT id, commune, district, province, sub, merged_into FROM people WHERE id`+tx.s.anyOf("$1")+`
			ORDER BY id `+tx.s.forUpdate, tx.s.among(ids))
		_, err = collect(r, err, func(r scanner) (h home, err error) {
			err = r.Scan(&h.id, &h.commune, &h.district, &h.province, &h.sub, &h.merged)
			homes[h.id] = h
			return h, err
		})
		return wrap(err, "find people to watch")
	}
	if err := find(ids); err != nil {
		return nil, err
	}
	var merged []string
	for _, h := range homes {
		if h.merged != "" {
			merged = append(merged, h.merged)
		}
	}
	if len(merged) > 0 {
		if err := find(merged); err != nil {
			return nil, err
		}
	}
	today := core.DayOf(tx.now)
	seen, placed := make(map[string]bool), make([]core.Monitoring, 0, len(wishes))
	for _, w := range wishes {
		h, ok := homes[w.PersonID]
		if ok && h.merged != "" {
			h, ok = homes[h.merged]
		}
		if !ok || seen[h.id] {
			continue
		}
		w.PersonID = h.id
		if w.Commune == "" && w.District == "" && w.Province == "" {
			w.Commune, w.District, w.Province, w.Sub = h.commune, h.district, h.province, h.sub
		}
		if w.From == "" || w.From < today {
			w.From = today
		}
		if w.Base == "" {
			w.Base = today
		}
		if w.Window == "" {
			w.Window = core.WindowMorning
		}
		if w.Until = max(w.Until, monitor.Until(w.Base, w.Days, w.Extended)); w.Until < today {
			continue
		}
		w.Opened, w.Version = tx.now, 1
		seen[h.id] = true
		placed = append(placed, w)
	}
	return placed, nil
}

// running are the open monitorings of some people, locked.
func (tx *Tx) running(ctx context.Context, people []string) (map[string]*monitored, error) {
	r, err := tx.q.query(ctx, `SELECT `+monitoringColumns+` FROM monitoring m WHERE m.ended_at = 0 AND m.person_id`+tx.s.anyOf("$1")+`
		ORDER BY m.id `+tx.s.forUpdate, tx.s.among(people))
	all, err := collect(r, err, func(r scanner) (monitored, error) { return scanMonitored(r) })
	found := make(map[string]*monitored, len(all))
	for i := range all {
		found[all[i].PersonID] = &all[i]
	}
	return found, wrap(err, "find open monitorings")
}

// opening is one opening of many, inside its transaction.
type opening struct {
	*Tx
	fresh   []*monitored
	running []*monitored
	changed []changed
	opened  []core.OpenedMonitoring
	welcome []firstPrompt
	tasks   []watchTask
	events  []watchEvent
}

// changed is a monitoring that ran, with what is told of it.
type changed struct {
	*monitored
	before map[string]any
	moved  bool
	tell   bool // the kind or the last day is another
	kind   bool // the kind is another
	from   core.Monitoring
}

// combine makes one of a monitoring that runs and one that is wished for: the
// stricter kind, the later end, and of facility and room what was said last.
func (o *opening) combine(m *monitored, w *core.Monitoring) {
	c := changed{monitored: m, before: m.terms(), from: m.Monitoring}
	m.Tests = w.Tests
	o.running = append(o.running, m)
	was := m.Monitoring
	if w.Kind.Stricter(m.Kind) {
		m.Kind = w.Kind
	}
	p := monitor.Rederive(m.Monitoring, monitor.Change{Base: w.Base, Days: w.Days, Extended: max(w.Extended, m.Extended), Rules: w.Rules})
	if until := max(p.Until, w.Until); until > m.Until {
		m.Base, m.Days, m.Extended, m.Rules, m.Until = p.Base, p.Days, p.Extended, p.Rules, until
	}
	if w.Facility != "" {
		m.Facility, m.Room = w.Facility, w.Room
	}
	// A facility keeps whom it has, whatever home the person declares.
	if m.Kind != core.KindCentral && w.Province != "" && w.Commune != "" && w.Commune != m.Commune {
		m.Commune, m.District, m.Province, m.Sub = w.Commune, w.District, w.Province, w.Sub
	}
	c.kind, c.moved = m.Kind != was.Kind, m.Commune != was.Commune
	c.tell = c.kind || m.Until != was.Until
	if c.tell || c.moved || m.Facility != was.Facility || m.Room != was.Room {
		o.changed = append(o.changed, c)
		o.events = append(o.events, watchEvent{monitoring: m.ID, kind: eventChanged, officer: w.OpenedBy, before: c.before, after: m.terms()})
	}
	o.opened = append(o.opened, core.OpenedMonitoring{Monitoring: m.Monitoring, Changed: c.tell})
}

// begin writes the new ones.
func (o *opening) begin(ctx context.Context) error {
	if len(o.fresh) == 0 {
		return nil
	}
	people := make([]string, len(o.fresh))
	for i, m := range o.fresh {
		people[i] = m.PersonID
	}
	found, err := o.answerers(ctx, people)
	if err != nil {
		return err
	}
	if err := o.number(ctx, found); err != nil {
		return err
	}
	rows := make([][]any, len(o.fresh))
	for i, m := range o.fresh {
		o.beginOne(m, found[m.PersonID])
		rows[i] = []any{m.ID, m.PersonID, m.Kind, m.Commune, m.District, m.Province, m.Sub, m.Facility, m.Room, m.From, m.Base, m.Days, m.Extended,
			m.Until, m.Rules, m.Window, m.perDay, m.Address, m.number, m.Batch, m.Origin, o.now.UnixMilli(), m.OpenedBy, m.stoppedAt}
	}
	_, err = execEach(ctx, o.q, `INSERT INTO monitoring (id, person_id, kind, commune, district, province, sub, facility, room, from_day, base_day, days, extended,
			until_day, rules, slot, per_day, address_id, number, batch, origin, opened_at, opened_by, stopped_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)`, rows)
	if err != nil {
		return err
	}
	if err := o.queueWelcomes(ctx); err != nil {
		return err
	}
	if err := o.planTests(ctx, o.fresh); err != nil {
		return err
	}
	return o.answersFor(ctx, o.fresh)
}

func (o *opening) beginOne(m *monitored, a answerer) {
	m.ID, m.Address = core.NewID(), a.id
	plan, _ := monitor.PlanOf(m.Kind)
	m.perDay = max(plan.PerDay, 1)
	day, due := monitor.Welcome(o.now)
	p := firstPrompt{m: m, answerer: a, day: day, due: due}
	switch {
	case a.stopped:
		m.stoppedAt = o.now.UnixMilli()
		o.tasks = append(o.tasks, watchTask{m: m, kind: core.TaskStop, due: byDay(o.now, callTime)})
	case a.id == "":
		o.tasks = append(o.tasks, watchTask{m: m, kind: core.TaskNoWay, note: core.NoteNever, due: byDay(o.now, callTime)})
	}
	o.welcome = append(o.welcome, p)
	o.events = append(o.events, watchEvent{monitoring: m.ID, kind: eventOpened, officer: m.OpenedBy, after: m.terms()})
	o.opened = append(o.opened, core.OpenedMonitoring{Monitoring: m.Monitoring, Fresh: true, NoWay: a.id == ""})
}

// number gives each person the next free number at the address that answers. A
// number is not given again while an answer may still be meant for who had it.
func (o *opening) number(ctx context.Context, found map[string]answerer) error {
	var addresses []string
	for _, a := range found {
		if a.id != "" && !slices.Contains(addresses, a.id) {
			addresses = append(addresses, a.id)
		}
	}
	last, err := o.lastNumbers(ctx, addresses)
	if err != nil {
		return err
	}
	for _, m := range o.fresh {
		m.number = 1
		if a := found[m.PersonID]; a.id != "" {
			last[a.id]++
			m.number = last[a.id]
		}
	}
	return nil
}

func (tx *Tx) lastNumbers(ctx context.Context, addresses []string) (map[string]int, error) {
	last := make(map[string]int)
	if len(addresses) == 0 {
		return last, nil
	}
	r, err := tx.q.query(ctx, `SELECT address_id, MAX(number) FROM monitoring WHERE address_id <> '' AND address_id`+tx.s.anyOf("$1")+`
		AND (ended_at = 0 OR ended_at > $2) GROUP BY address_id`, tx.s.among(addresses), tx.now.Add(-afterEnd).UnixMilli())
	_, err = collect(r, err, func(r scanner) (struct{}, error) {
		var id string
		var n int
		err := r.Scan(&id, &n)
		last[id] = n
		return struct{}{}, err
	})
	return last, wrap(err, "number people")
}

// answersFor keeps until when messages of addresses may be answers.
func (tx *Tx) answersFor(ctx context.Context, all []*monitored) error {
	until := make(map[string]int64)
	for _, m := range all {
		for _, id := range []string{m.Address, m.other} {
			if id != "" {
				until[id] = max(until[id], monitor.EndsAt(m.Until).Add(afterEnd).UnixMilli())
			}
		}
	}
	rows := make([][]any, 0, len(until))
	for id, at := range until {
		rows = append(rows, []any{id, at})
	}
	// In one order, so that two transactions do not wait for each other.
	slices.SortFunc(rows, func(a, b []any) int { return cmpText(a[0].(string), b[0].(string)) })
	_, err := execEach(ctx, tx.q, `UPDATE addresses SET watched_until = $2 WHERE id = $1 AND watched_until < $2`, rows)
	return wrap(err, "keep who answers")
}

// change writes those that ran already.
func (o *opening) change(ctx context.Context) error {
	rows := make([][]any, len(o.changed))
	all := make([]*monitored, len(o.changed))
	var told []notice
	var asked []string
	for i, c := range o.changed {
		plan, _ := monitor.PlanOf(c.Kind)
		c.perDay = max(plan.PerDay, 1)
		rows[i] = []any{c.ID, c.Kind, c.Commune, c.District, c.Province, c.Sub, c.Facility, c.Room, c.Base, c.Days, c.Extended, c.Until, c.Rules, c.perDay}
		all[i] = c.monitored
		if c.moved {
			if err := o.keepMove(ctx, c.monitored, c.from); err != nil {
				return err
			}
		}
		if c.kind {
			asked = append(asked, c.ID)
		}
		if c.tell {
			told = append(told, notice{m: c.monitored, key: core.MonitorChanged})
		}
	}
	if _, err := execEach(ctx, o.q, `UPDATE monitoring SET kind = $2, commune = $3, district = $4, province = $5, sub = $6, facility = $7, room = $8,
		base_day = $9, days = $10, extended = $11, until_day = $12, rules = $13, per_day = $14, version = version + 1 WHERE id = $1`, rows); err != nil {
		return fmt.Errorf("change monitoring: %w", err)
	}
	if err := o.answersFor(ctx, all); err != nil {
		return err
	}
	if err := o.planTests(ctx, o.running); err != nil {
		return err
	}
	if err := o.tell(ctx, told); err != nil {
		return err
	}
	if err := o.askToday(ctx, asked); err != nil {
		return err
	}
	if err := o.openTasks(ctx, o.tasks); err != nil {
		return err
	}
	return o.keepEvents(ctx, o.events)
}
