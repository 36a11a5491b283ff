package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/triage"
)

// Change is what is rehearsed before it is switched on.
type Change struct {
	Rules string    `json:"rules,omitempty"` // version; "" for those in force
	On    []string  `json:"on,omitempty"`    // drafts of areas to switch on, by ID
	End   []AreaEnd `json:"end,omitempty"`
}

// AreaEnd is an area to end with a last day.
type AreaEnd struct {
	ID    string   `json:"id"`
	Until core.Day `json:"until"`
}

// Rehearsal is what a change would do, as far as it was counted.
type Rehearsal struct {
	triage.Differences
	Areas  []AreaMoves `json:"areas"`  // by where people live, the most changes first
	Failed int         `json:"failed"` // whose answers could not be read
}

// AreaMoves is what would change in one area.
type AreaMoves struct {
	Area    string `json:"area"` // the finest known GSO code
	Changed int    `json:"changed"`
	Worse   int    `json:"worse"` // worse colour or stricter measure
}

// keptRehearsals is of how many rehearsals the lists are kept.
const keptRehearsals = 5

// Rehearse has a job judge the newest declarations inside the look-back window
// by rules and areas as they would be, and gives its ID. Nobody's verdict
// changes. Who may not edit the policy gets core.ErrNotFound, as for a version
// or an area that is not there.
func (s *Store) Rehearse(ctx context.Context, by duty.Officer, now time.Time, c Change) (jobID string, err error) {
	if !by.MayDo(duty.EditPolicy) {
		return "", core.ErrNotFound
	}
	if _, err := s.changed(ctx, s.q, c, core.DayOf(now)); err != nil {
		return "", wrapPolicy(err, "rehearse")
	}
	args, err := json.Marshal(c)
	if err != nil {
		return "", err
	}
	err = s.inTx(ctx, func(q querier) error {
		_, err := q.exec(ctx, `DELETE FROM moves WHERE job_id IN (SELECT id FROM jobs WHERE kind = $1 AND ended_at > 0
			AND id NOT IN (SELECT id FROM jobs WHERE kind = $1 ORDER BY made_at DESC, id DESC LIMIT $2))`, JobRehearse, keptRehearsals-1)
		if err != nil {
			return err
		}
		jobID, err = s.addJob(ctx, q, core.Job{ID: core.NewID(), Kind: JobRehearse, Args: string(args), OfficerID: by.ID, Made: now, Due: now}, "")
		return err
	})
	if err == nil {
		s.wake.tell([]string{jobsName})
	}
	return jobID, wrap(err, "rehearse")
}

// changed is the policy of a day as a change would make it.
func (s *Store) changed(ctx context.Context, q querier, c Change, day core.Day) (policy, error) {
	if !goodText(append([]string{c.Rules}, c.On...)...) {
		return policy{}, core.ErrNotFound
	}
	p, err := s.policyOf(ctx, day)
	if err != nil {
		return p, err
	}
	if c.Rules != "" {
		var text string
		err := q.row(ctx, `SELECT text FROM rules WHERE version = $1`, c.Rules).Scan(&text)
		if errors.Is(err, errNoRows) {
			return p, core.ErrNotFound
		}
		if err == nil {
			p.rules, err = triage.Parse([]byte(text))
		}
		if err != nil {
			return p, err
		}
	}
	if len(c.On) == 0 && len(c.End) == 0 {
		return p, nil
	}
	areas, err := s.areasOn(ctx, q)
	if err != nil {
		return p, err
	}
	for _, end := range c.End {
		at := slices.IndexFunc(areas, func(a triage.Area) bool { return a.ID == end.ID })
		switch {
		case at < 0:
			return p, core.ErrNotFound
		case end.Until < areas[at].From:
			areas = slices.Delete(areas, at, at+1)
		default:
			areas[at].Until = end.Until
		}
	}
	for _, id := range c.On {
		a, err := scanArea(q.row(ctx, `SELECT `+areaColumns+` FROM epidemic_areas WHERE id = $1 AND state = 'draft'`, id))
		if errors.Is(err, errNoRows) {
			return p, ErrNoDraft
		}
		if err != nil {
			return p, err
		}
		areas = append(areas, a.Area)
	}
	p.areas = triage.NewAreas(areas)
	return p, nil
}

// rehearseCursor is how far a rehearsal has come.
type rehearseCursor struct {
	spot
	Counted bool `json:"counted"`
}

// RehearseStep counts the next declarations of a rehearsal; it is a jobs.Step.
func (s *Store) RehearseStep(ctx context.Context, now, until time.Time, j core.Job) (core.Job, error) {
	var c Change
	cursor, result := rehearseCursor{}, Rehearsal{}
	if err := readJob(j, &c, &cursor, &result); err != nil {
		return j, err
	}
	p, err := s.changed(ctx, s.q, c, core.DayOf(now))
	if err != nil {
		return j, err
	}
	err = s.inTx(ctx, func(q querier) (err error) {
		from := startOf(p.today.Add(-p.rules.Window()))
		if !cursor.Counted {
			if j.Total, err = s.countWindow(ctx, q, from); err != nil {
				return err
			}
			cursor.Counted = true
		}
		subjects, looked, next, err := s.page(ctx, q, cursor.spot, from, provinces(), judgeBatch)
		if err != nil {
			return err
		}
		movers, failed, err := s.judgeAll(ctx, q, p, subjects)
		if err != nil {
			return err
		}
		for _, err := range failed {
			slog.Error("not rehearsed", "err", err)
		}
		result.People += len(subjects) - len(movers) - len(failed)
		result.Failed += len(failed)
		for _, m := range movers {
			result.add(m)
		}
		if err := s.keepMoves(ctx, q, j.ID, movers); err != nil {
			return fmt.Errorf("keep who would move: %w", err)
		}
		j.Done += looked
		if cursor.spot = next; next.Done {
			j.Ended, j.Total = now, j.Done
		}
		if err := writeJob(&j, cursor, result); err != nil {
			return err
		}
		j.Failures = 0
		return s.keepJob(ctx, q, j, until)
	})
	return j, err
}

// add counts one person who would move.
func (r *Rehearsal) add(m moved) {
	worse := r.Raised
	r.Add(m.before, m.inForce)
	code := finest(m.newest.commune, m.newest.district, m.newest.province)
	at := slices.IndexFunc(r.Areas, func(a AreaMoves) bool { return a.Area == code })
	if at < 0 {
		at = len(r.Areas)
		r.Areas = append(r.Areas, AreaMoves{Area: code})
	}
	r.Areas[at].Changed++
	r.Areas[at].Worse += r.Raised - worse
	for ; at > 0 && r.Areas[at].Changed > r.Areas[at-1].Changed; at-- { // the most first
		r.Areas[at], r.Areas[at-1] = r.Areas[at-1], r.Areas[at]
	}
}

// short is a verdict as moves hold it.
func short(v core.Verdict) string {
	return strings.Join([]string{string(v.Class), string(v.Colour), string(v.Measure), string(v.Until)}, "|")
}

func unshort(text string) (v core.Verdict) {
	if parts := strings.Split(text, "|"); len(parts) == 4 {
		v.Class, v.Colour, v.Measure, v.Until = core.Class(parts[0]), core.Colour(parts[1]), core.Measure(parts[2]), core.Day(parts[3])
	}
	return v
}

// keepMoves keeps who would move. A declaration made meanwhile brings a person
// up again: the later answer counts.
func (s *Store) keepMoves(ctx context.Context, q querier, jobID string, movers []moved) error {
	rows := make([][]any, len(movers))
	for i, m := range movers {
		rows[i] = []any{jobID, m.subject.id, m.newest.commune, m.newest.district, m.newest.province, short(m.before), short(m.inForce)}
	}
	_, err := execEach(ctx, q, `INSERT INTO moves (job_id, person_id, commune, district, province, before, after) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (job_id, person_id) DO UPDATE SET after = excluded.after`, rows)
	return err
}

// Rehearsal reads what a rehearsal has counted so far, with its job. Areas are
// those of the officer. core.ErrNotFound for who may not read the policy.
func (s *Store) Rehearsal(ctx context.Context, by duty.Officer, jobID string) (j core.Job, r Rehearsal, err error) {
	if j, err = s.Job(ctx, by, jobID); err != nil {
		return j, r, err
	}
	if j.Kind != JobRehearse {
		return core.Job{}, r, core.ErrNotFound
	}
	if j.Result != "" {
		if err := json.Unmarshal([]byte(j.Result), &r); err != nil {
			return j, r, fmt.Errorf("rehearsal %s: its result is no JSON", j.ID)
		}
	}
	scope := duty.Scope{Area: by.Area}
	r.Areas = slices.DeleteFunc(r.Areas, func(a AreaMoves) bool { return !scope.Holds(a.Area) })
	return j, r, nil
}

// WouldMove is a person who would move by a rehearsal.
type WouldMove struct {
	PersonID  string
	Name      string // initials where the duty sees lists masked
	BirthYear int    // 0 where it does
	Area      string // the finest known GSO code
	// Before and After are class, colour, measure and its last day; no class
	// where the duty does not see exposures.
	Before, After core.Verdict
}

// WouldMove lists who would move by a rehearsal, inside a scope, by their IDs;
// after is the last one of the page before. It is for duties that read the
// policy and list people; for others, and outside the scope, core.ErrNotFound.
func (s *Store) WouldMove(ctx context.Context, o duty.Officer, scope duty.Scope, jobID, after string, n int) ([]WouldMove, error) {
	answer := duty.May(o.Duty, duty.InArea, duty.Lists)
	column, ok := scopeColumn(scope.Area)
	if !ok || !o.MayDo(duty.SeePolicy) || answer != duty.Yes && answer != duty.Masked || !o.ListScope().Holds(scope.Area) || !goodText(jobID, after) {
		return nil, core.ErrNotFound
	}
	r, err := s.q.query(ctx, `SELECT m.person_id, p.name, p.birth_year, m.commune, m.district, m.province, m.before, m.after
		FROM moves m JOIN people p ON p.id = m.person_id
		WHERE m.job_id = $1 AND m.person_id > $2 AND m.`+column+` = $3 ORDER BY m.person_id LIMIT $4`, jobID, after, scope.Area, n)
	list, err := collect(r, err, func(r scanner) (w WouldMove, err error) {
		var commune, district, province, before, after string
		if err = r.Scan(&w.PersonID, &w.Name, &w.BirthYear, &commune, &district, &province, &before, &after); err != nil {
			return w, err
		}
		w.Area, w.Before, w.After = finest(commune, district, province), unshort(before), unshort(after)
		if answer == duty.Masked {
			w.Name, w.BirthYear = initials(w.Name), 0
		}
		if duty.May(o.Duty, duty.InArea, duty.ExposureSymptoms) != duty.Yes {
			w.Before.Class, w.After.Class = "", ""
		}
		return w, nil
	})
	return list, wrap(err, "who would move")
}
