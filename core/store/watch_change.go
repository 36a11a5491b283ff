package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"khaibao/core"
	"khaibao/core/area"
	"khaibao/core/duty"
	"khaibao/core/monitor"
)

// WatchChange is one change that an officer makes about somebody monitored.
type WatchChange struct {
	Act     string // take, call, ask, extend, move, close, lower, change, test
	ID      string // of the form: the same one sent twice counts once; "" for none
	Version int    // of the monitoring as the officer saw it; not asked of take, call and ask, which only add
	Note    string // kept sealed

	Days     int           // extend: by how many
	Commune  string        // move: GSO code
	Outcome  string        // call: a code; close: the reason, a code
	Checkup  *core.Checkup // call: what was told, its colour by the rules
	Ask      string        // ask: "photo" or "location"
	Colour   core.Colour   // lower: to which
	Kind     core.Kind     // change, with the three below: all four as they shall be
	Facility string
	Room     string
	Window   core.Window
	Test     string   // test: ID of the one that was due; "" for another
	Taken    core.Day // test
	Result   string   // test: negative, positive, unclear
}

// watchActs is which duty each change needs.
var watchActs = map[string]duty.Act{"take": duty.Call, "call": duty.Call, "ask": duty.Call, "extend": duty.Manage, "move": duty.Manage,
	"close": duty.Manage, "lower": duty.Manage, "change": duty.Manage, "test": duty.Manage}

// adds tells whether a change only adds to the record, so that two officers at
// once lose nothing.
func (c *WatchChange) adds() bool { return c.Act == "take" || c.Act == "call" || c.Act == "ask" }

// ChangeWatch makes one change about a monitoring of the scope, in a transaction
// with what follows from it: tasks, events, what the person is told. ErrChanged
// when somebody else changed it since the officer saw it, or it has ended; one
// that was ended as overdue may still be extended, closed and called about.
// Outside the scope, and for a duty that may not, it is core.ErrNotFound.
func (s *Store) ChangeWatch(ctx context.Context, l Look, scope duty.Scope, id string, c WatchChange) error {
	texts := strings.Join([]string{id, c.ID, c.Note, c.Commune, c.Outcome, c.Facility, c.Room, c.Test}, "")
	if need, known := watchActs[c.Act]; !known || !l.Officer.MayDo(need) || !utf8.ValidString(texts) || strings.ContainsRune(texts, 0) {
		return core.ErrNotFound
	}
	err := s.again(ctx, func(tx *Tx) error {
		m, err := scanMonitored(tx.q.row(ctx, `SELECT `+monitoringColumns+` FROM monitoring m WHERE m.id = $1 `+s.forUpdate, id))
		if errors.Is(err, errNoRows) || err == nil && !scope.Holds(m.area()) {
			return core.ErrNotFound
		}
		if err != nil {
			return err
		}
		if again, err := tx.doneBefore(ctx, c.ID); err != nil || again {
			return err
		}
		over := !m.Ended.IsZero()
		if !c.adds() && c.Version != m.Version || over && c.Act != "call" && (m.End != core.EndOverdue || c.Act != "extend" && c.Act != "close") {
			return ErrChanged
		}
		w := watchChanging{Tx: tx, l: l, c: c, m: &m, from: m.Monitoring}
		return w.do(ctx)
	}, l.At)
	if errors.Is(err, core.ErrNotFound) || errors.Is(err, ErrChanged) {
		return err
	}
	return wrap(err, "change monitoring "+id)
}

// doneBefore tells whether a form was taken before.
func (tx *Tx) doneBefore(ctx context.Context, form string) (bool, error) {
	if form == "" {
		return false, nil
	}
	var n int64
	err := tx.q.row(ctx, `SELECT COUNT(*) FROM monitoring_events WHERE id = $1`, form).Scan(&n)
	return n > 0, err
}

// watchChanging is one change, inside its transaction.
type watchChanging struct {
	*Tx
	l    Look
	c    WatchChange
	m    *monitored
	from core.Monitoring // as it was
}

func (w *watchChanging) do(ctx context.Context) error {
	switch w.c.Act {
	case "take":
		return w.takeRed(ctx)
	case "call":
		return w.called(ctx)
	case "ask":
		return w.ask(ctx)
	case "extend":
		return w.extend(ctx)
	case "move":
		return w.move(ctx)
	case "close":
		return w.closeIt(ctx)
	case "lower":
		return w.lower(ctx)
	case "change":
		return w.change(ctx)
	}
	return w.test(ctx)
}

// kept writes the event; its ID is the form's, so that it counts once.
func (w *watchChanging) kept(ctx context.Context, kind string, before, after map[string]any) error {
	return w.keepEvents(ctx, []watchEvent{{id: w.c.ID, monitoring: w.m.ID, kind: kind, officer: w.l.Officer.ID, duty: string(w.l.Officer.Duty),
		before: before, after: after, note: w.c.Note}})
}

// update writes what changed of the monitoring, as a new version.
func (w *watchChanging) update(ctx context.Context, set string, args ...any) error {
	n, err := w.q.exec(ctx, `UPDATE monitoring SET version = version + 1, `+set+` WHERE id = $1`, append([]any{w.m.ID}, args...)...)
	if err == nil && n != 1 {
		err = ErrChanged
	}
	return err
}

// takeRed makes the open red of a monitoring the officer's; ErrChanged when
// another was faster.
func (w *watchChanging) takeRed(ctx context.Context) error {
	var task, owner string
	err := w.q.row(ctx, `SELECT id, owner FROM tasks WHERE monitoring_id = $1 AND monitoring_id <> '' AND kind = $2 AND closed_at = 0 `+w.s.forUpdate,
		w.m.ID, core.TaskRed).Scan(&task, &owner)
	if errors.Is(err, errNoRows) || err == nil && owner != w.m.area() && owner != "" {
		return ErrChanged
	}
	if err != nil {
		return err
	}
	if err := w.s.workOnTask(ctx, w.q, w.l, task, w.m.area(), TaskWork{Kind: WorkTaken}); err != nil {
		return err
	}
	return w.kept(ctx, eventTaken, nil, map[string]any{"task": task})
}

// called keeps a call, counts it as an attempt of every open task about the
// person, and what was told as an answer.
func (w *watchChanging) called(ctx context.Context) error {
	_, err := w.q.exec(ctx, `UPDATE tasks SET attempts = attempts + 1, owner = $2, outcome = $3 WHERE monitoring_id = $1 AND monitoring_id <> '' AND closed_at = 0`,
		w.m.ID, w.l.Officer.ID, w.c.Outcome)
	if err != nil {
		return err
	}
	if c := w.c.Checkup; c != nil {
		told := *c
		told.MonitoringID, told.PersonID, told.OfficerID, told.MessageID = w.m.ID, w.m.PersonID, w.l.Officer.ID, w.c.ID
		kept, err := w.KeepCheckup(ctx, told)
		if err != nil {
			return err
		}
		if kept.Task == core.TaskRed {
			if err := w.AlertRed(ctx, w.m.ID, []string{"alert.sign.red"}); err != nil {
				return err
			}
		}
	}
	return w.kept(ctx, eventCalled, nil, map[string]any{"outcome": w.c.Outcome})
}

// ask has the person told what to send.
func (w *watchChanging) ask(ctx context.Context) error {
	key := core.MonitorPhotoAsk
	if w.c.Ask == "location" {
		key = core.MonitorLocationAsk
	}
	if err := w.tell(ctx, []notice{{m: w.m, key: key}}); err != nil {
		return err
	}
	return w.kept(ctx, eventAsked, nil, map[string]any{"ask": w.c.Ask})
}

// ExtendedUntil is the last day of a monitoring that an officer extends: one
// that is over already gets all of the days from today on.
func ExtendedUntil(m core.Monitoring, days int, today core.Day) core.Day {
	until := m.Until.Add(days)
	if !m.Ended.IsZero() {
		until = max(until, today.Add(days))
	}
	return until
}

// extend moves the last day. One that was ended as overdue runs again, until so
// many days from today.
func (w *watchChanging) extend(ctx context.Context) error {
	m, before := w.m, w.m.terms()
	if !m.Ended.IsZero() {
		var other int64
		err := w.q.row(ctx, `SELECT COUNT(*) FROM monitoring WHERE person_id = $1 AND ended_at = 0`, m.PersonID).Scan(&other)
		if err != nil || other > 0 { // another was opened since
			return cmp.Or(err, ErrChanged)
		}
	}
	until := ExtendedUntil(m.Monitoring, w.c.Days, core.DayOf(w.now))
	for m.Until < until { // what was promised may lie behind what is derived
		m.Extended++
		m.Until = m.Until.Add(1)
	}
	if err := w.update(ctx, `extended = $2, until_day = $3, ended_at = 0, ended_how = '', ended_by = ''`, m.Extended, string(m.Until)); err != nil {
		return err
	}
	if err := w.closeTasks(ctx, []string{m.ID}, "extended", core.TaskOverdue); err != nil {
		return err
	}
	if err := w.answersFor(ctx, []*monitored{m}); err != nil {
		return err
	}
	if err := w.askToday(ctx, []string{m.ID}); err != nil { // it runs again from today
		return err
	}
	if err := w.tell(ctx, []notice{{m: m, key: core.MonitorExtended}}); err != nil {
		return err
	}
	return w.kept(ctx, eventExtended, before, m.terms())
}

// move gives the duty to another commune.
func (w *watchChanging) move(ctx context.Context) error {
	u, ok := area.Get(w.c.Commune)
	if !ok || u.Level != area.LevelCommune || u.Code == w.m.Commune {
		return core.ErrNotFound
	}
	before := w.m.terms()
	w.m.Commune, w.m.District, w.m.Province, w.m.Sub = u.Code, area.District(u.Code), area.Province(u.Code), ""
	err := w.update(ctx, `commune = $2, district = $3, province = $4, sub = ''`, w.m.Commune, w.m.District, w.m.Province)
	if err != nil {
		return err
	}
	if err := w.keepMove(ctx, w.m, w.from); err != nil {
		return err
	}
	if err := w.tell(ctx, []notice{{m: w.m, key: core.MonitorMoved}}); err != nil {
		return err
	}
	return w.kept(ctx, eventMoved, before, w.m.terms())
}

// closeIt ends a monitoring with an officer's reason: nothing more is asked.
func (w *watchChanging) closeIt(ctx context.Context) error {
	at := w.now.UnixMilli()
	err := w.update(ctx, `ended_at = $2, ended_how = $3, ended_by = $4`, at, string(core.EndClosed), w.l.Officer.ID)
	if err != nil {
		return err
	}
	if _, err := w.q.exec(ctx, `UPDATE prompts SET next_at = 0 WHERE monitoring_id = $1 AND next_at > 0`, w.m.ID); err != nil {
		return err
	}
	kinds := append([]string{core.TaskStop, core.TaskOverdue}, silenceTasks...) // the end heals nobody: red and ill stay
	if err := w.closeTasks(ctx, []string{w.m.ID}, "ended", kinds...); err != nil {
		return err
	}
	if err := w.tell(ctx, []notice{{m: w.m, key: core.MonitorEnd + string(core.EndClosed)}}); err != nil {
		return err
	}
	return w.kept(ctx, eventClosed, nil, map[string]any{"end": core.EndClosed, "reason": w.c.Outcome})
}

// lower says that the worst answer is over: only a person says so, with a note.
func (w *watchChanging) lower(ctx context.Context) error {
	was := colourOf(w.m.rank)
	if w.c.Note == "" || w.c.Colour.Rank() == 0 || w.c.Colour.Rank() >= was.Rank() {
		return ErrChanged
	}
	ill := w.m.illAt
	if w.c.Colour == core.ColourGreen {
		ill = 0
	}
	if err := w.update(ctx, `colour_rank = $2, ill_at = $3`, w.c.Colour.Rank(), ill); err != nil {
		return err
	}
	kinds := []string{core.TaskRed}
	if w.c.Colour.Rank() < core.ColourOrange.Rank() {
		kinds = append(kinds, core.TaskIll)
	}
	if err := w.closeTasks(ctx, []string{w.m.ID}, "lowered", kinds...); err != nil {
		return err
	}
	return w.kept(ctx, eventLowered, map[string]any{"colour": was}, map[string]any{"colour": w.c.Colour})
}

// change is another kind, place or hours of the question.
func (w *watchChanging) change(ctx context.Context) error {
	plan, ok := monitor.PlanOf(w.c.Kind)
	if !ok {
		return fmt.Errorf("there is no kind %q", w.c.Kind)
	}
	m, before := w.m, w.m.terms()
	before["window"] = m.Window
	m.Kind, m.Window, m.Facility, m.Room, m.perDay = w.c.Kind, w.c.Window, w.c.Facility, w.c.Room, max(plan.PerDay, 1)
	err := w.update(ctx, `kind = $2, slot = $3, facility = $4, room = $5, per_day = $6`, string(m.Kind), string(m.Window), m.Facility, m.Room, m.perDay)
	if err != nil {
		return err
	}
	if m.Kind != w.from.Kind {
		if err := w.tell(ctx, []notice{{m: m, key: core.MonitorChanged}}); err != nil {
			return err
		}
	}
	if err := w.askToday(ctx, []string{m.ID}); err != nil {
		return err
	}
	after := m.terms()
	after["window"] = m.Window
	return w.kept(ctx, eventChanged, before, after)
}

// test keeps a result. A positive one is orange until an officer lowers it, and
// a task for who must now decide.
func (w *watchChanging) test(ctx context.Context) error {
	at := w.now.UnixMilli()
	n, err := w.q.exec(ctx, `UPDATE tests SET taken_day = $3, result = $4, officer_id = $5, at = $6 WHERE id = $1 AND monitoring_id = $2`,
		w.c.Test, w.m.ID, string(w.c.Taken), w.c.Result, w.l.Officer.ID, at)
	if err == nil && n == 0 {
		_, err = w.q.exec(ctx, `INSERT INTO tests (id, monitoring_id, person_id, due_day, taken_day, result, officer_id, at) VALUES ($1, $2, $3, $4, $4, $5, $6, $7)`,
			core.NewID(), w.m.ID, w.m.PersonID, string(w.c.Taken), w.c.Result, w.l.Officer.ID, at)
	}
	if err != nil {
		return err
	}
	rank := w.m.rank
	if w.c.Result == "positive" {
		rank = max(rank, core.ColourOrange.Rank())
		if err := w.openTasks(ctx, []watchTask{{m: w.m, kind: core.TaskIll, due: w.now.Add(illTime)}}); err != nil {
			return err
		}
	}
	if err := w.update(ctx, `colour_rank = $2`, rank); err != nil {
		return err
	}
	return w.kept(ctx, eventTested, nil, map[string]any{"taken": w.c.Taken, "result": w.c.Result})
}

// The kinds of events that only an officer makes.
const (
	eventCalled = "called"
	eventAsked  = "asked"
)
