package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
)

// Kinds of what officers do, as the log is filtered by.
const (
	DidSee     = "saw"        // looked somebody up, found or not
	DidCorrect = "corrected"  // said who is who
	DidEnter   = "entered"    // typed in a declaration
	DidVerify  = "verified"   // an arrival
	DidTask    = "task"       //
	DidMonitor = "monitoring" //
	DidClass   = "class"      // said F0 to F3
	DidCall    = "called"     // somebody who is not monitored
	DidExport  = "exported"   // took a list out as a file
	DidImport  = "imported"   // a list from a file: read, kept, taken back
	DidPolicy  = "policy"     // drafted, switched on or ended rules and epidemic areas
	DidAccount = "account"    // changed an account, another's or their own
	DidSignIn  = "signin"     //
)

// DidKinds lists the kinds in the order of a page.
func DidKinds() []string {
	return []string{DidSee, DidCorrect, DidEnter, DidVerify, DidTask, DidMonitor, DidClass, DidCall, DidExport, DidImport, DidPolicy, DidAccount, DidSignIn}
}

// Doing is one thing that an officer saw or did.
type Doing struct {
	ID        string
	Kind      string // DidSee, …
	What      string // within the kind: a screen, an outcome, an AccountEvent's kind
	Fields    string // of DidSee: the groups shown, behind blanks; "refused" beyond the limits
	Found     bool   // of DidSee
	OfficerID string
	Officer   string    // name
	Duty      duty.Duty // at that time; "" where it is not kept
	Person    string    // a short mark of whom it was about, the same for the same person; "" for nobody
	Initials  string    // of that person, for a duty that may see names in the area the person lives in
	About     string    // name of the officer whose account it was, for DidAccount; for DidPolicy a version or an area's code
	At        time.Time
}

// Refused tells that the officer had looked up too many.
func (d Doing) Refused() bool { return d.Fields == "refused" }

// DoingCursor is where a page of the log ends.
type DoingCursor struct {
	At int64 // Unix milliseconds; 0 for the newest
	ID string
}

// DoingFilter narrows the log.
type DoingFilter struct {
	From, To time.Time // [From, To); To is needed
	Officer  string    // ID
	Kind     string    // "" for all
	Hand     InHand    // whom it was about
	Before   DoingCursor
}

// ByPerson tells whether the filter names somebody.
func (f DoingFilter) ByPerson() bool { return f.Hand != InHand{} }

// DoingsShown is how many rows of the log a page has.
const DoingsShown = 100

// doingSource is one table of what officers saw and did. Its statement names
// the columns id, what, fields, found, officer, duty, person, about and at.
type doingSource struct {
	kind, columns, from string
	id, officer, person string // columns for conditions; person "" where nobody is
	where               string
	at                  string
}

var doingSources = []doingSource{
	{kind: DidSee, columns: `x.screen, x.fields, x.found, x.duty, x.person_id, ''`, from: `reads x`, id: `x.id`, officer: `x.officer_id`, person: `x.person_id`, at: `x.at`},
	{kind: DidCorrect, columns: `x.kind, '', 1, x.duty, x.person_id, ''`, from: `corrections x`, id: `x.id`, officer: `x.officer_id`, person: `x.person_id`, at: `x.at`},
	{kind: DidEnter, columns: `d.form, '', 1, '', d.person_id, ''`, from: `entries x JOIN declarations d ON d.id = x.declaration_id`, id: `x.declaration_id`, officer: `x.officer_id`, person: `d.person_id`, at: `x.at`},
	{kind: DidVerify, columns: `x.kind, '', 1, x.duty, a.person_id, ''`, from: `arrival_events x JOIN arrivals a ON a.id = x.arrival_id`, id: `x.id`, officer: `x.officer_id`, person: `a.person_id`, where: `x.officer_id <> ''`, at: `x.at`},
	{kind: DidTask, columns: `x.kind, x.outcome, 1, x.duty, t.person_id, ''`, from: `task_events x JOIN tasks t ON t.id = x.task_id`, id: `x.id`, officer: `x.officer_id`, person: `t.person_id`, at: `x.at`},
	{kind: DidMonitor, columns: `x.kind, '', 1, x.duty, m.person_id, ''`, from: `monitoring_events x JOIN monitoring m ON m.id = x.monitoring_id`, id: `x.id`, officer: `x.officer_id`, person: `m.person_id`, where: `x.officer_id <> ''`, at: `x.at`},
	{kind: DidClass, columns: `x.class, '', 1, '', x.person_id, ''`, from: `verdicts x`, id: `x.id`, officer: `x.officer_id`, person: `x.person_id`, where: `x.officer_id <> ''`, at: `x.at`},
	{kind: DidCall, columns: `x.outcome, '', 1, x.duty, x.person_id, ''`, from: `calls x`, id: `x.id`, officer: `x.officer_id`, person: `x.person_id`, at: `x.at`},
	{kind: DidExport, columns: `x.list, '', 1, '', '', ''`, from: `exports x`, id: `x.id`, officer: `x.officer_id`, at: `x.made_at`},
	{kind: DidImport, columns: `x.kind, '', 1, '', '', ''`, from: `jobs x`, id: `x.id`, officer: `x.officer_id`, where: `x.kind IN ('` + strings.Join(ImportJobs(), `', '`) + `')`, at: `x.made_at`},
	policySource("rules_drafted", "rules", "x.version", "x.version", "x.officer_id", "x.made_at"),
	policySource("rules_on", "rules", "x.version", "x.version", "x.switched_by", "x.switched_at"),
	policySource("rules_ended", "rules", "x.version", "x.version", "x.ended_by", "x.ended_at"),
	policySource("area_drafted", "epidemic_areas", "x.id", "x.code", "x.officer_id", "x.made_at"),
	policySource("area_on", "epidemic_areas", "x.id", "x.code", "x.switched_by", "x.switched_at"),
	policySource("area_ended", "epidemic_areas", "x.id", "x.code", "x.ended_by", "x.ended_at"),
	{kind: DidAccount, columns: `x.kind, '', 1, x.duty, '', a.name`, from: `account_events x JOIN officers a ON a.id = x.officer_id`, id: `x.id`, officer: `x.by_id`, at: `x.at`},
	{kind: DidSignIn, columns: `x.way, '', 1, '', '', ''`, from: `sign_ins x`, id: `x.token_hash`, officer: `x.officer_id`, where: `x.awaits = ''`, at: `x.created_at`},
}

// policySource is one kind of change that a table of the policy keeps.
func policySource(what, table, id, about, officer, at string) doingSource {
	return doingSource{kind: DidPolicy, columns: `'` + what + `', '', 1, '', '', ` + about, from: table + ` x`, id: id, officer: officer, at: at}
}

// Doings is a page of the log, the newest first: what the officers of a scope
// saw and did. Who reads it sees of the people what the duty table gives: who
// keeps accounts a mark only. Asking by a person is a look-up, and is logged as
// one; nobody found and nobody having looked answer alike. more tells that
// there are older rows.
func (s *Store) Doings(ctx context.Context, l Look, scope duty.Scope, f DoingFilter) (page []Doing, more bool, err error) {
	if scope == (duty.Scope{}) || !goodText(f.Officer, f.Before.ID, f.Hand.Code, f.Hand.Number, f.Hand.ID, f.Hand.Phone) {
		return nil, false, core.ErrNotFound
	}
	if !f.ByPerson() {
		return s.doings(ctx, s.q, l, scope, f, nil)
	}
	err = s.looking(ctx, &l, func(q querier) error {
		named, err := s.namedBy(ctx, q, f.Hand)
		if err != nil {
			return fmt.Errorf("find whom the log is about: %w", err)
		}
		var people []any
		for _, id := range named {
			if err := s.keepRead(ctx, q, l, id, "", true); err != nil {
				return err
			}
			r, err := q.query(ctx, `SELECT id FROM people WHERE id = $1 UNION SELECT id FROM people WHERE merged_into = $1 AND merged_into <> ''`, id)
			all, err := collect(r, err, scanText)
			if err != nil {
				return fmt.Errorf("whom was merged: %w", err)
			}
			for _, id := range all {
				people = append(people, id)
			}
		}
		if len(people) == 0 {
			return s.keepRead(ctx, q, l, "", "", false)
		}
		page, more, err = s.doings(ctx, q, l, scope, f, people)
		return err
	})
	return page, more, err
}

func (s *Store) doings(ctx context.Context, q querier, l Look, scope duty.Scope, f DoingFilter, people []any) ([]Doing, bool, error) {
	areas, err := areasIn(ctx, q, scope)
	if err != nil || len(areas) == 0 {
		return nil, false, err
	}
	var all []Doing
	for _, src := range doingSources {
		if f.Kind != "" && f.Kind != src.kind || people != nil && src.person == "" {
			continue
		}
		list, err := s.doingsOf(ctx, q, src, areas, f, people)
		if err != nil {
			return nil, false, fmt.Errorf("log of what was %s: %w", src.kind, err)
		}
		all = append(all, list...)
	}
	slices.SortFunc(all, func(a, b Doing) int {
		if n := b.At.Compare(a.At); n != 0 {
			return n
		}
		return strings.Compare(b.ID, a.ID)
	})
	more := len(all) > DoingsShown
	all = all[:min(len(all), DoingsShown)]
	return all, more, s.markPeople(ctx, q, l, all)
}

// doingsOf reads one table: each gives a whole page and one row, of which the
// newest are taken.
func (s *Store) doingsOf(ctx context.Context, q querier, src doingSource, areas []any, f DoingFilter, people []any) ([]Doing, error) {
	until, id := f.To.UnixMilli(), ""
	if f.Before.At > 0 {
		until, id = f.Before.At, f.Before.ID
	}
	args := []any{f.From.UnixMilli(), until, id, DoingsShown + 1}
	where := []string{src.at + ` >= $1`, `(` + src.at + ` < $2 OR ` + src.at + ` = $2 AND ` + src.id + ` < $3)`}
	add := func(condition string, values ...any) {
		where = append(where, fmt.Sprintf(condition, places(len(args)+1, len(values))))
		args = append(args, values...)
	}
	add(`o.area IN (%s)`, areas...)
	if f.Officer != "" {
		add(src.officer+` = %s`, f.Officer)
	}
	if people != nil {
		add(src.person+` IN (%s)`, people...)
	}
	if src.where != "" {
		where = append(where, src.where)
	}
	r, err := q.query(ctx, `SELECT `+src.id+`, o.id, o.name, `+src.at+`, `+src.columns+` FROM `+src.from+` JOIN officers o ON o.id = `+src.officer+`
		WHERE `+strings.Join(where, ` AND `)+` ORDER BY `+src.at+` DESC, `+src.id+` DESC LIMIT $4`, args...)
	return collect(r, err, func(r scanner) (d Doing, err error) {
		var at, found int64
		d.Kind = src.kind
		err = r.Scan(&d.ID, &d.OfficerID, &d.Officer, &at, &d.What, &d.Fields, &found, (*string)(&d.Duty), &d.Person, &d.About)
		d.At, d.Found = time.UnixMilli(at), found > 0
		return d, err
	})
}

// markPeople puts a mark in the place of each person's ID, and initials where
// the duty may see a name.
func (s *Store) markPeople(ctx context.Context, q querier, l Look, list []Doing) error {
	known := make(map[string]string)
	for i := range list {
		id := list[i].Person
		if id == "" {
			continue
		}
		name, ok := known[id]
		if !ok {
			var err error
			if name, err = s.initialsFor(ctx, q, l, id); err != nil {
				return err
			}
			known[id] = name
		}
		list[i].Person, list[i].Initials = id[max(0, len(id)-6):], name
	}
	return nil
}

func (s *Store) initialsFor(ctx context.Context, q querier, l Look, id string) (string, error) {
	if duty.May(l.Officer.Duty, duty.InArea, duty.Lists) != duty.Yes {
		return "", nil
	}
	var name, commune, district, province string
	err := q.row(ctx, `SELECT name, commune, district, province FROM people WHERE id = $1`, id).Scan(&name, &commune, &district, &province)
	if errors.Is(err, errNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("whom the log is about: %w", err)
	}
	if l.Officer.WhereIs(finest(commune, district, province), false) != duty.InArea {
		return "", nil
	}
	return core.Initials(name), nil
}
