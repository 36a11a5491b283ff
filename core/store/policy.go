package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/triage"
)

// policyFresh is for how long a node trusts the policy that it read: what is
// changed is told to all nodes at once, and this makes up for what is not heard.
const policyFresh = 10 * time.Second

// policyName wakes the nodes when the policy changes; see Store.Wake.
const policyName = "policy"

// policies are the rules and areas in force, as this node knows them.
type policies struct {
	woken <-chan struct{}
	count func(event string) // may be nil

	mu       sync.Mutex
	read     time.Time // by the machine's own clock
	revision int64
	rules    []*dated // in force one after the other, the first one first
	areas    *triage.Areas

	known atomic.Pointer[[]*dated] // rules, for who must not wait for mu: it may be held while a connection is waited for
}

// dated are rules with the day from which they are in force.
type dated struct {
	*triage.Rules
	from core.Day
}

// ErrNoPolicy says that no rules are in force on a day.
var ErrNoPolicy = errors.New("no rules are in force")

// WatchPolicy sets what is told of each failure to read the policy:
// "policy_unread" when the database did not answer, "policy_refused" when what
// stands there is not understood. It is called once, before the first message.
func (s *Store) WatchPolicy(count func(event string)) { s.policy.count = count }

// Policy is what is in force on a day: the rules, and the epidemic areas of all
// days, which the rules compare with where people were. It is read from the
// database when it changed, at most every ten seconds else. A node that cannot
// read it goes on with what it knows.
func (s *Store) Policy(ctx context.Context, day core.Day) (*triage.Rules, *triage.Areas, error) {
	p := &s.policy
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.woken:
		p.read = time.Time{}
	default:
	}
	if time.Since(p.read) >= policyFresh {
		err := s.readPolicy(ctx, p)
		if err != nil && p.areas == nil {
			return nil, nil, fmt.Errorf("read policy: %w", err)
		}
		if err != nil && ctx.Err() == nil {
			slog.Error("the policy could not be read; the one known before goes on", "revision", p.revision, "err", err)
		}
		p.read = time.Now() // a database that is away is not asked with every message
	}
	if r := on(p.rules, day); r != nil {
		return r, p.areas, nil
	}
	return nil, nil, ErrNoPolicy
}

// on are the rules in force on a day, nil for none.
func on(rules []*dated, day core.Day) *triage.Rules {
	for _, r := range slices.Backward(rules) {
		if r.from <= day {
			return r.Rules
		}
	}
	return nil
}

// within is in what time the rules in force on a day want a person of a colour
// to be reached; otherwise where this node has read none. It asks no database,
// so that it may be used inside transactions.
func (s *Store) within(day core.Day, c core.Colour, otherwise time.Duration) time.Duration {
	if known := s.policy.known.Load(); known != nil {
		if r := on(*known, day); r != nil && r.Target(c) > 0 {
			return r.Target(c)
		}
	}
	return otherwise
}

// readPolicy brings p up to date, whole or not at all.
func (s *Store) readPolicy(ctx context.Context, p *policies) error {
	tell := func(event string) {
		if p.count != nil {
			p.count(event)
		}
	}
	var revision int64
	if err := s.q.row(ctx, `SELECT revision FROM policy_revision WHERE id = 1`).Scan(&revision); err != nil {
		tell("policy_unread")
		return err
	}
	if revision == p.revision {
		return nil
	}
	rules, err := s.rulesOn(ctx, s.q, p.rules)
	var refused *triage.Error
	switch {
	case errors.As(err, &refused):
		tell("policy_refused")
		return err
	case err != nil:
		tell("policy_unread")
		return err
	}
	areas, err := s.areasOn(ctx, s.q)
	if err != nil {
		tell("policy_unread")
		return err
	}
	p.revision, p.rules, p.areas = revision, rules, triage.NewAreas(areas)
	p.known.Store(&rules)
	return nil
}

// rulesOn are the rules that are switched on, in the order in which they are in
// force; those that are known are not parsed again.
func (s *Store) rulesOn(ctx context.Context, q querier, known []*dated) ([]*dated, error) {
	type row struct{ version, from, text, hash string }
	r, err := q.query(ctx, `SELECT version, from_day, text, hash FROM rules WHERE state = 'on' ORDER BY from_day, switched_at, made_at, version`)
	list, err := collect(r, err, func(r scanner) (o row, err error) {
		err = r.Scan(&o.version, &o.from, &o.text, &o.hash)
		return o, err
	})
	if err != nil {
		return nil, fmt.Errorf("rules: %w", err)
	}
	rules := make([]*dated, len(list))
	for i, o := range list {
		at := slices.IndexFunc(known, func(d *dated) bool { return d.Hash() == o.hash && d.Version() == o.version })
		if at >= 0 {
			rules[i] = &dated{Rules: known[at].Rules, from: core.Day(o.from)}
			continue
		}
		parsed, err := triage.Parse([]byte(o.text))
		if err != nil {
			return nil, fmt.Errorf("rules %s: %w", o.version, err)
		}
		rules[i] = &dated{Rules: parsed, from: core.Day(o.from)}
	}
	return rules, nil
}

// areasOn are the epidemic areas that are switched on, ended or not: where
// somebody was counts by the day on which they were there.
func (s *Store) areasOn(ctx context.Context, q querier) ([]triage.Area, error) {
	r, err := q.query(ctx, `SELECT `+areaColumns+` FROM epidemic_areas WHERE state = 'on' AND ended_at = 0 ORDER BY id`)
	list, err := collect(r, err, scanArea)
	if err != nil {
		return nil, fmt.Errorf("epidemic areas: %w", err)
	}
	areas := make([]triage.Area, len(list))
	for i := range list {
		areas[i] = list[i].Area
	}
	return areas, nil
}

const areaColumns = `id, code, sub, lat, lon, radius, name, level, lockdown, from_day, until_day, state, officer_id, made_at,
	switched_at, switched_by, ended_at, ended_by`

func scanArea(r scanner) (a EpidemicArea, err error) {
	var lat, lon, from, until string
	var lockdown, made, switched, ended int64
	err = r.Scan(&a.ID, &a.Code, &a.Sub, &lat, &lon, &a.Radius, &a.Name, &a.Level, &lockdown, &from, &until, &a.State, &a.Made.By, &made,
		&switched, &a.Switched.By, &ended, &a.Ended.By)
	if err != nil {
		return a, err
	}
	a.Lockdown, a.From, a.Until = lockdown > 0, core.Day(from), core.Day(until)
	a.Made.At, a.Switched.At, a.Ended.At = moment(made), moment(switched), moment(ended)
	if lat != "" {
		var latErr, lonErr error
		a.Lat, latErr = strconv.ParseFloat(lat, 64)
		a.Lon, lonErr = strconv.ParseFloat(lon, 64)
		err = cmp.Or(latErr, lonErr)
	}
	return a, err
}

// moment is a time in milliseconds; zero for 0.
func moment(millis int64) time.Time {
	if millis == 0 {
		return time.Time{}
	}
	return time.UnixMilli(millis)
}

// changePolicy runs a change of the policy, one at a time over all nodes, and
// tells the nodes of it.
func (s *Store) changePolicy(ctx context.Context, f func(q querier) error) error {
	err := s.inTx(ctx, func(q querier) error {
		if _, err := q.exec(ctx, `UPDATE policy_revision SET revision = revision + 1 WHERE id = 1`); err != nil {
			return err
		}
		if err := f(q); err != nil {
			return err
		}
		if s.pg == nil {
			return nil
		}
		_, err := q.exec(ctx, `SELECT pg_notify('outbox', $1)`, policyName+" "+jobsName)
		return err
	})
	if err == nil {
		s.wake.tell([]string{policyName, jobsName})
	}
	return err
}

// fillPolicy puts the rules that the program brings into the database: on at
// the first start; those that are new in a later program are drafts.
func (s *Store) fillPolicy(ctx context.Context, now time.Time) error {
	s.policy.woken, _ = s.Wake(policyName)
	var known []string
	r, err := s.q.query(ctx, `SELECT version FROM rules`)
	if known, err = collect(r, err, scanText); err != nil {
		return err
	}
	var missing []*triage.Rules
	for _, r := range triage.BuiltIn() {
		if !slices.Contains(known, r.Version()) {
			missing = append(missing, r)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return s.changePolicy(ctx, func(q querier) error {
		var n int
		if err := q.row(ctx, `SELECT COUNT(*) FROM rules`).Scan(&n); err != nil {
			return err
		}
		state, switched := stateOn, now.UnixMilli()
		if n > 0 {
			state, switched = stateDraft, 0
		}
		for _, r := range missing {
			_, err := q.exec(ctx, `INSERT INTO rules (version, from_day, text, hash, state, made_at, switched_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
				ON CONFLICT DO NOTHING`, r.Version(), string(r.From()), r.Text(), r.Hash(), state, now.UnixMilli(), switched)
			if err != nil {
				return fmt.Errorf("rules %s: %w", r.Version(), err)
			}
		}
		var declared int
		err := q.row(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM declarations LIMIT 1) one`).Scan(&declared)
		if err == nil && n == 0 && declared > 0 { // made by a program without rules
			_, err = s.addJudgeJob(ctx, q, duty.Officer{}, now, judgeArgs{Why: whyRules, From: core.DayOf(now)})
		}
		return err
	})
}
