package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"khaibao/core"
	"khaibao/core/monitor"
)

// Watched gives the monitorings that an address answers for, in the order of
// their numbers: the open ones, and those that ended within two weeks.
func (tx *Tx) Watched(ctx context.Context, at *core.Address) ([]core.Watched, error) {
	const columns = `SELECT ` + monitoringColumns + `, p.name, p.birth_year, p.class_by, COALESCE(d.facts, ''),
			COALESCE((SELECT MAX(q.day) FROM prompts q WHERE q.monitoring_id = m.id AND q.answered_at = 0 AND q.missed_at = 0 AND q.due_at <= $2), '')
		FROM monitoring m JOIN people p ON p.id = m.person_id LEFT JOIN declarations d ON d.id = p.newest WHERE `
	const lasts = ` AND (m.ended_at = 0 OR m.ended_at > $3)`
	r, err := tx.q.query(ctx, columns+`m.address_id = $1 AND m.address_id <> ''`+lasts+`
		UNION ALL `+columns+`m.other_id = $1 AND m.other_id <> '' AND m.address_id <> $1`+lasts+` ORDER BY 20, 1`,
		at.ID, tx.now.UnixMilli(), tx.now.Add(-afterEnd).UnixMilli())
	list, err := collect(r, err, func(r scanner) (core.Watched, error) {
		var w core.Watched
		var declared string
		m, err := scanMonitored(r, &w.Name, &w.BirthYear, &w.Class, &declared, &w.Asked)
		w.Conditions = conditionsIn(declared)
		w.Monitoring, w.Number, w.Answered, w.Colour, w.Stopped = m.Monitoring, m.number, m.answeredDay, colourOf(m.rank), m.stoppedAt > 0
		if w.Class == "" {
			w.Class = core.ClassNone
		}
		if m.answeredAt > 0 {
			w.Last = time.UnixMilli(m.answeredAt)
		}
		return w, err
	})
	return list, wrap(err, "find whom an address answers for")
}

// conditionsIn are the illnesses in the facts of a declaration.
func conditionsIn(facts string) []string {
	var said struct {
		Conditions []string `json:"conditions"`
	}
	if facts == "" || json.Unmarshal([]byte(facts), &said) != nil { // damaged: judged without them
		return nil
	}
	return said.Conditions
}

// checkupFacts is the clear half of an answer.
type checkupFacts struct {
	Symptoms    []string `json:"symptoms,omitempty"`
	Well        bool     `json:"well,omitempty"`
	Temperature float64  `json:"temperature,omitempty"`
	SpO2        int      `json:"spo2,omitempty"`
}

// KeepCheckup keeps one answer about one watched person, which answers every
// prompt of its day. A second answer counts however soon: the worse colour stays
// until an officer lowers it (docs/reference/follow-up.md, lesson 10). Only the
// same message counts once. What is orange or red is a task at once, after the
// end too. An unknown monitoring is core.ErrNotFound.
func (tx *Tx) KeepCheckup(ctx context.Context, c core.Checkup) (core.KeptCheckup, error) {
	m, err := scanMonitored(tx.q.row(ctx, `SELECT `+monitoringColumns+` FROM monitoring m WHERE m.id = $1 `+tx.s.forUpdate, c.MonitoringID))
	if errors.Is(err, errNoRows) {
		return core.KeptCheckup{}, fmt.Errorf("keep checkup: monitoring %s: %w", c.MonitoringID, core.ErrNotFound)
	}
	if err != nil {
		return core.KeptCheckup{}, fmt.Errorf("keep checkup: %w", err)
	}
	fresh, err := tx.addCheckup(ctx, &m, c)
	if err != nil {
		return core.KeptCheckup{}, fmt.Errorf("keep checkup: %w", err)
	}
	kept := core.KeptCheckup{Again: !fresh, Over: !m.Ended.IsZero(), Colour: colourOf(m.rank)}
	if !fresh {
		return kept, nil
	}
	kept.Colour, kept.Worse = kept.Colour.Worse(c.Colour), c.Colour.Rank() > m.rank
	if err := tx.answer(ctx, &m, c, kept.Colour); err != nil {
		return kept, fmt.Errorf("keep checkup: %w", err)
	}
	kept.Task, err = tx.alarm(ctx, &m, c)
	return kept, wrap(err, "keep checkup")
}

func (tx *Tx) addCheckup(ctx context.Context, m *monitored, c core.Checkup) (fresh bool, err error) {
	facts, err := json.Marshal(checkupFacts{c.Symptoms, c.Well, c.Temperature, c.SpO2})
	if err != nil {
		return false, err
	}
	id := core.NewID()
	var private []byte
	if c.Words != "" {
		private = tx.s.keys.SealString("checkups.private", id, c.Words)
	}
	n, err := tx.q.exec(ctx, `INSERT INTO checkups (id, monitoring_id, person_id, day, at, colour, facts, private, address_id, officer_id, message_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING`,
		id, m.ID, m.PersonID, c.Day, c.At.UnixMilli(), c.Colour, string(facts), private, c.AddressID, c.OfficerID, c.MessageID)
	return n == 1, err
}

// answer writes what an answer changes of its monitoring and of its prompts. A
// prompt of an earlier day stays unanswered: that day was missed.
func (tx *Tx) answer(ctx context.Context, m *monitored, c core.Checkup, colour core.Colour) error {
	at := c.At.UnixMilli()
	_, err := tx.q.exec(ctx, `UPDATE prompts SET answered_at = CASE WHEN day = $2 THEN $3 ELSE answered_at END,
			missed_at = CASE WHEN day < $2 AND missed_at = 0 THEN $3 ELSE missed_at END, next_at = 0
		WHERE monitoring_id = $1 AND day <= $2 AND answered_at = 0`, m.ID, c.Day, at)
	if err != nil {
		return err
	}
	ill := m.illAt
	if len(c.Symptoms) > 0 && !c.Well {
		ill = at
	}
	_, err = tx.q.exec(ctx, `UPDATE monitoring SET answered_at = $2, answered_day = $3, missed = 0, colour_rank = $4, red_before = $5, ill_at = $6 WHERE id = $1`,
		m.ID, max(at, m.answeredAt), max(c.Day, m.answeredDay), colour.Rank(), bit(m.redBefore || c.Colour == core.ColourRed), ill)
	if err != nil {
		return err
	}
	if err := tx.answeredElsewhere(ctx, m, c); err != nil {
		return err
	}
	return tx.closeTasks(ctx, []string{m.ID}, "answered", silenceTasks...)
}

// answeredElsewhere lets the address where somebody answered a reminder be asked
// first from now on.
func (tx *Tx) answeredElsewhere(ctx context.Context, m *monitored, c core.Checkup) error {
	if m.other == "" || c.AddressID != m.other || c.OfficerID != "" || !m.Ended.IsZero() {
		return nil
	}
	last, err := tx.lastNumbers(ctx, []string{m.other})
	if err != nil {
		return err
	}
	before := m.terms()
	m.Address, m.other, m.number = m.other, m.Address, last[m.other]+1
	if _, err := tx.q.exec(ctx, `UPDATE monitoring SET address_id = $2, other_id = $3, number = $4 WHERE id = $1`, m.ID, m.Address, m.other, m.number); err != nil {
		return err
	}
	return tx.keepEvents(ctx, []watchEvent{{monitoring: m.ID, kind: eventReached, before: before, after: m.terms()}})
}

// alarm opens the task that an answer asks for, in the time that the rules in
// force give for its colour, and names its kind.
func (tx *Tx) alarm(ctx context.Context, m *monitored, c core.Checkup) (kind string, err error) {
	t := watchTask{m: m}
	switch {
	case c.Colour == core.ColourRed:
		t.kind, t.due = core.TaskRed, tx.now.Add(tx.s.within(core.DayOf(tx.now), core.ColourRed, redTime))
	case c.Colour == core.ColourOrange:
		t.kind, t.due = core.TaskIll, tx.now.Add(tx.s.within(core.DayOf(tx.now), core.ColourOrange, illTime))
	case c.Colour == core.ColourYellow && len(c.Symptoms) > 0:
		t.kind, t.due = core.TaskIll, byDay(tx.now, illTime)
		if evening := monitor.At(core.DayOf(tx.now), monitor.Evening); evening.After(t.due) {
			t.due = evening
		}
	default:
		return "", nil
	}
	return t.kind, tx.openTasks(ctx, []watchTask{t})
}
