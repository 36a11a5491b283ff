package store

import (
	"context"
	"encoding/json"
	"slices"
	"time"
	"unicode/utf8"

	"khaibao/core"
	"khaibao/core/duty"
)

// Kinds of corrections.
const (
	correctionMerged    = "merged"
	correctionDifferent = "different"
)

// MergePeople makes one record of two that were found to be likely duplicates:
// everything of gone leads to keep from now on. Both must lie in the scope of
// an officer who may correct, else it is core.ErrNotFound.
//
// Nothing that was said is deleted. The declarations, QR codes and ties of gone become
// keep's; what keep did not know is filled from gone; gone stays as a row that
// names keep, so that its ID number still finds. The versions of a form are
// numbered anew by the time they were made, each record's own order kept, so
// that they stay unique. What was before and after is a row of corrections.
func (s *Store) MergePeople(ctx context.Context, l Look, scope duty.Scope, keep, gone string) error {
	return wrap(s.correct(ctx, l, scope, keep, gone, merger.merge), "merge people")
}

// NotSame keeps that two likely duplicates are two people: they are never shown
// as one again. Who may say so is as for MergePeople.
func (s *Store) NotSame(ctx context.Context, l Look, scope duty.Scope, a, b string) error {
	return wrap(s.correct(ctx, l, scope, a, b, merger.holdApart), "hold people apart")
}

// correct finds the pair and does one correction of it, again when PostgreSQL
// undid it to end a circle with turns that came in at that moment.
func (s *Store) correct(ctx context.Context, l Look, scope duty.Scope, a, b string, do func(m merger, ctx context.Context, l Look, a, b one) error) error {
	judging := s.policyKnown(ctx, core.DayOf(l.At))
	for try := 1; ; try++ {
		err := s.inTx(ctx, func(q querier) error {
			m := merger{s: s, q: q, now: l.At, policy: judging}
			pair, err := m.pair(ctx, l, scope, a, b)
			if err != nil {
				return err
			}
			return do(m, ctx, l, pair[0], pair[1])
		})
		if !undoneByOthers(err) || try == maxTries {
			return err
		}
	}
}

func (m merger) holdApart(ctx context.Context, l Look, a, b one) error {
	if err := m.link(ctx, a.ID, b.ID, correctionDifferent, byOfficer); err != nil {
		return err
	}
	return m.keepCorrection(ctx, l, correctionDifferent, a.ID, b.ID, state{}, state{})
}

// merger is one correction inside its transaction.
type merger struct {
	s      *Store
	q      querier
	now    time.Time
	policy policy
}

// one is a person as a correction needs it.
type one struct {
	*Person
	newest string
	facts  core.PersonFacts
}

// pair locks two linked people and tells whether the officer may correct both.
func (m merger) pair(ctx context.Context, l Look, scope duty.Scope, first, second string) ([2]one, error) {
	var pair [2]one
	if !duty.MayCorrect(l.Officer.Duty) || first == second || !utf8.ValidString(first+second) || slices.Contains([]byte(first+second), 0) {
		return pair, core.ErrNotFound
	}
	// In one order, so that two officers do not wait for each other.
	r, err := m.q.query(ctx, `SELECT `+personColumns+`, p.merged_into, p.newest, p.folded, p.sort_key, p.commune, p.district, p.province
		FROM people p WHERE p.id IN ($1, $2) ORDER BY p.id `+m.s.forUpdate, first, second)
	found, err := collect(r, err, func(r scanner) (o one, err error) {
		var merged string
		f := &o.facts
		o.Person, err = m.s.scanPerson(r, &merged, &o.newest, &f.Folded, &f.SortKey, &f.Commune, &f.District, &f.Province)
		if err == nil && (merged != "" || !scope.Holds(o.Area) || l.Officer.WhereIs(o.Area, false) != duty.InArea) {
			err = core.ErrNotFound
		}
		if err != nil {
			return o, err
		}
		f.Name, f.Birth, f.Sex, f.IDType, f.ID, f.Insurance, f.Sub, f.House = o.Name, o.Birth, o.Sex, o.IDType, o.IDNumber, o.Insurance, o.Sub, o.House
		return o, nil
	})
	if err != nil {
		return pair, err
	}
	var linked int64
	err = m.q.row(ctx, `SELECT COUNT(*) FROM links WHERE a = $1 AND b = $2 AND kind = 'likely'`, min(first, second), max(first, second)).Scan(&linked)
	if err != nil {
		return pair, err
	}
	if len(found) < 2 || linked == 0 {
		return pair, core.ErrNotFound
	}
	copy(pair[:], found)
	if pair[0].ID != first {
		pair[0], pair[1] = pair[1], pair[0]
	}
	return pair, nil
}

// state is what a correction changes, by IDs: never what was said.
type state struct {
	Newest       string            `json:"newest,omitempty"`
	Filled       []string          `json:"filled,omitempty"` // fields of keep that were empty and came from gone
	Declarations []versionOf       `json:"declarations,omitempty"`
	Codes        []string          `json:"codes,omitempty"` // qr_codes that were gone's
	Ties         []tieOf           `json:"ties,omitempty"`
	Links        map[string]string `json:"links,omitempty"`       // of gone: other person -> kind
	Monitorings  []string          `json:"monitorings,omitempty"` // that were gone's
}

type versionOf struct {
	ID      string `json:"id"`
	Person  string `json:"person"`
	Form    string `json:"form"`
	Version int    `json:"version"`
	at      int64
}

func (m merger) keepCorrection(ctx context.Context, l Look, kind, person, other string, before, after state) error {
	texts := make([]string, 2)
	for i, st := range []state{before, after} {
		text, err := json.Marshal(st)
		if err != nil {
			return err
		}
		texts[i] = string(text)
	}
	_, err := m.q.exec(ctx, `INSERT INTO corrections (id, kind, officer_id, duty, person_id, other_id, before, after, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		core.NewID(), kind, l.Officer.ID, string(l.Officer.Duty), person, other, texts[0], texts[1], l.At.UnixMilli())
	return wrap(err, "keep correction")
}
