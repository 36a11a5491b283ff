package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"khaibao/core"
	"khaibao/core/duty"
)

// Standing is how a person stands today, cut to what its reader may see.
type Standing struct {
	Verdict core.Verdict // by the rules in force today; without reasons and class where those are not shown
	Class   core.Class   // an officer's word F0 to F3; "" for none, or not shown
	Since   core.Day     // from which the class counts
	// Seen is what an officer's decision must name: it is refused when anything
	// was decided or declared since.
	Seen time.Time
}

// Decision is a row of what was judged again or decided about a person.
type Decision struct {
	Why     string // "rules", "area", "days", "class", "raised", "lowered", "merged", "checkup"
	Verdict core.Verdict
	Officer string // name; "" for the program
	Note    string // the officer's words
	At      time.Time
}

// Why an officer's decision is refused.
var (
	ErrNoNote  = errors.New("to lower needs a note")
	ErrNoClass = errors.New("no class, day or colour that can be decided")
)

// Why people's verdicts change by an officer, as rows of verdicts say it.
const (
	whyClass   = "class"
	whyRaised  = "raised"
	whyLowered = "lowered"
	whyMerged  = "merged"
)

// maxNote bounds an officer's note, in letters.
const maxNote = 2000

// SetClass keeps an officer's word F0 to F3 about a person, from a day on, or
// takes it away with "", and judges the person again at once. Taking it away,
// and a class that is less near, lowers and needs a note. seen is of the
// Standing that the officer looked at. A person outside the scope, and an
// officer whose duty does not say classes, is core.ErrNotFound.
func (s *Store) SetClass(ctx context.Context, l Look, scope duty.Scope, personID string, seen time.Time, class core.Class, since core.Day, note string) error {
	if class != "" && (!class.ByOfficer() || startOf(since).IsZero() || since > core.DayOf(l.At)) {
		return ErrNoClass
	}
	if class == "" {
		since = ""
	}
	return s.decide(ctx, l, scope, duty.Classify, personID, seen, whyClass, note, func(sub *subject, was *core.Standing, _ core.Verdict) error {
		if class.Farther(was.Class) && strings.TrimSpace(note) == "" {
			return ErrNoNote
		}
		sub.class, sub.since = string(class), string(since)
		was.Class, was.Since = class, since
		return nil
	})
}

// Raise makes a person's colour at least this, whatever the rules say, until an
// officer lowers it.
func (s *Store) Raise(ctx context.Context, l Look, scope duty.Scope, personID string, seen time.Time, colour core.Colour, note string) error {
	return s.decide(ctx, l, scope, duty.Manage, personID, seen, whyRaised, note, func(sub *subject, was *core.Standing, now core.Verdict) error {
		if colour.Rank() <= now.Colour.Rank() {
			return ErrNoClass
		}
		was.Word = core.Word{Raised: colour, Day: core.DayOf(l.At)}
		return sub.say(was.Word)
	})
}

// Lower makes a person's colour at most this, and the measure, where one is
// named, at most that, until something is said that the officer did not know of.
// What earlier declarations held is over. It needs a note.
func (s *Store) Lower(ctx context.Context, l Look, scope duty.Scope, personID string, seen time.Time, colour core.Colour, measure core.Measure, note string) error {
	if strings.TrimSpace(note) == "" {
		return ErrNoNote
	}
	return s.decide(ctx, l, scope, duty.Classify, personID, seen, whyLowered, note, func(sub *subject, was *core.Standing, now core.Verdict) error {
		if colour.Rank() == 0 || colour.Rank() > now.Colour.Rank() || measure != "" && !measure.Milder(now.Measure) || colour == now.Colour && measure == "" {
			return ErrNoClass
		}
		was.Held, sub.held = nil, ""
		was.Word = core.Word{Lowered: colour, Measure: measure, Rules: now.RuleIDs(), Day: core.DayOf(l.At)}
		return sub.say(was.Word)
	})
}

// say keeps an officer's word with a subject.
func (sub *subject) say(w core.Word) error {
	text, err := json.Marshal(w)
	sub.word = string(text)
	return err
}

// decide runs one decision about a person in one transaction: it finds and locks
// the person, lets f change how they stand, judges again and keeps all of it.
func (s *Store) decide(ctx context.Context, l Look, scope duty.Scope, act duty.Act, personID string, seen time.Time, why, note string,
	f func(sub *subject, was *core.Standing, now core.Verdict) error) error {
	note = strings.TrimSpace(note)
	if !l.Officer.MayDo(act) || !goodText(personID) {
		return core.ErrNotFound
	}
	if !goodText(note) || utf8.RuneCountInString(note) > maxNote {
		return ErrNoClass
	}
	p, err := s.policyOf(ctx, core.DayOf(l.At))
	if err != nil {
		return err
	}
	err = s.inTx(ctx, func(q querier) error {
		sub, area, err := s.lockSubject(ctx, q, personID)
		if err != nil {
			return err
		}
		if !scope.Holds(area) || l.Officer.WhereIs(area, false) != duty.InArea {
			return core.ErrNotFound
		}
		if sub.standing.at != seen.UnixMilli() && (sub.standing.at != 0 || !seen.IsZero()) {
			return ErrChanged
		}
		was, err := sub.standing.open()
		if err != nil {
			return fmt.Errorf("person %s: %w", personID, err)
		}
		earlier, err := s.earlierOf(ctx, q, was.Held)
		if err != nil {
			return err
		}
		now, err := p.verdict(sub, was, earlier)
		if err != nil {
			return err
		}
		if err := f(&sub, &was, now.inForce); err != nil {
			return err
		}
		j, err := p.verdict(sub, was, earlier)
		if err != nil {
			return err
		}
		j.at = after(l.At, sub.standing.at)
		if err := movePerson(ctx, q, sub.id, j); err != nil {
			return err
		}
		if err := s.triageSubject(ctx, q, &sub, j, l.At.UnixMilli()); err != nil {
			return err
		}
		tx := &Tx{s: s, q: q, now: l.At}
		if err := tx.watch(ctx, sub.id, j); err != nil {
			return err
		}
		if _, err := q.exec(ctx, `UPDATE people SET class_by = $2, class_since = $3 WHERE id = $1`, sub.id, sub.class, sub.since); err != nil {
			return err
		}
		return s.keepVerdict(ctx, q, verdictRow{person: sub.id, declaration: sub.newest.id, why: why, v: j.inForce, officer: l.Officer.ID, note: note, at: l.At})
	})
	for _, known := range []error{core.ErrNotFound, ErrChanged, ErrNoNote, ErrNoClass} {
		if errors.Is(err, known) {
			return known
		}
	}
	return wrap(err, "decide about person "+personID)
}

// policyOf is Policy as a judge.
func (s *Store) policyOf(ctx context.Context, day core.Day) (policy, error) {
	rules, areas, err := s.Policy(ctx, day)
	return policy{rules, areas, day}, err
}

// policyKnown is policyOf for those who must have an answer also where no rules
// are known: they see what was in force last.
func (s *Store) policyKnown(ctx context.Context, day core.Day) policy {
	p, err := s.policyOf(ctx, day)
	if err != nil {
		return policy{}
	}
	return p
}

// lockSubject locks a person and reads how they stand and where they live.
func (s *Store) lockSubject(ctx context.Context, q querier, id string) (sub subject, area string, err error) {
	var newest, commune, district, province string
	into := append([]any{&sub.id, &sub.birth, &newest, &commune, &district, &province}, sub.standing.fields()...)
	err = q.row(ctx, `SELECT p.id, p.birth, p.newest, p.commune, p.district, p.province, `+standingColumns+` FROM people p
		WHERE p.id = $1 AND p.merged_into = '' `+s.forUpdate, id).Scan(into...)
	if err == nil {
		err = q.row(ctx, `SELECT `+spokenColumns+` FROM declarations d WHERE d.id = $1`, newest).Scan(sub.newest.fields()...)
	}
	if errors.Is(err, errNoRows) {
		err = core.ErrNotFound
	}
	return sub, finest(commune, district, province), err
}

// standingOf is how a person stands by a policy, read inside a transaction.
func (s *Store) standingOf(ctx context.Context, q querier, p policy, personID string) (Standing, error) {
	all, err := s.standingsOf(ctx, q, p, []string{personID})
	return all[personID], err
}

// standingsOf is the same of many people, by their IDs.
func (s *Store) standingsOf(ctx context.Context, q querier, p policy, ids []string) (map[string]Standing, error) {
	r, err := q.query(ctx, `SELECT p.id, p.birth, `+standingColumns+`, `+spokenColumns+`
		FROM people p JOIN declarations d ON d.id = p.newest WHERE p.id`+s.anyOf("$1"), s.among(ids))
	subjects, err := collect(r, err, func(r scanner) (sub subject, err error) {
		into := append([]any{&sub.id, &sub.birth}, sub.standing.fields()...)
		err = r.Scan(append(into, sub.newest.fields()...)...)
		return sub, err
	})
	if err != nil {
		return nil, fmt.Errorf("how people stand: %w", err)
	}
	all := make(map[string]Standing, len(subjects))
	for _, sub := range subjects {
		if all[sub.id], err = s.standing(ctx, q, p, sub); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (s *Store) standing(ctx context.Context, q querier, p policy, sub subject) (Standing, error) {
	was, err := sub.standing.open()
	if err != nil {
		return Standing{}, fmt.Errorf("person %s: %w", sub.id, err)
	}
	out := Standing{Verdict: was.Verdict, Class: was.Class, Since: was.Since, Seen: moment(sub.standing.at)}
	if p.rules == nil { // no rules are known: what was in force last
		return out, nil
	}
	earlier, err := s.earlierOf(ctx, q, was.Held)
	if err != nil {
		return Standing{}, err
	}
	j, err := p.verdict(sub, was, earlier)
	if err != nil {
		return Standing{}, err
	}
	out.Verdict = j.inForce
	return out, nil
}

// cut leaves of a standing what some groups of fields hold: the colour and the
// measure are the conclusion of a check, class and reasons tell of exposures and
// symptoms.
func (st *Standing) cut(p *Person) {
	if p.Shows(duty.ExposureSymptoms) {
		return
	}
	st.Class, st.Since, st.Verdict.Class, st.Verdict.Reasons = "", "", "", nil
}

// Standing opens how a person of the scope stands today, with the newest hundred
// decisions about them, the newest first. It is a look-up, and logged. One
// outside is core.ErrNotFound, as one that never was.
func (s *Store) Standing(ctx context.Context, l Look, scope duty.Scope, personID string) (*Person, Standing, []Decision, error) {
	var person *Person
	var st Standing
	var all []Decision
	p, err := s.policyOf(ctx, core.DayOf(l.At))
	if err != nil {
		return nil, st, nil, err
	}
	err = s.looking(ctx, &l, func(q querier) error {
		if !goodText(personID) {
			return s.nobody(ctx, q, l)
		}
		var err error
		person, err = s.scanPerson(q.row(ctx, `SELECT `+personColumns+` FROM people p WHERE p.id = $1 AND p.merged_into = ''`, personID))
		if err == nil && scope.Holds(person.Area) {
			err = person.cut(l, person.Area, false)
		} else if err == nil {
			err = core.ErrNotFound
		}
		if err == nil && !person.Shows(duty.ExposureSymptoms) {
			err = core.ErrNotFound
		}
		if errors.Is(err, core.ErrNotFound) {
			return s.nobody(ctx, q, l)
		}
		if err != nil {
			return err
		}
		if st, err = s.standingOf(ctx, q, p, personID); err != nil {
			return err
		}
		if all, err = s.decisions(ctx, q, personID); err != nil {
			return err
		}
		return s.keepReads(ctx, q, l, []*Person{person})
	})
	if err != nil {
		return nil, Standing{}, nil, err
	}
	return person, st, all, nil
}

func (s *Store) decisions(ctx context.Context, q querier, personID string) ([]Decision, error) {
	r, err := q.query(ctx, `SELECT v.id, v.why, v.verdict, COALESCE(o.name, ''), v.note, v.at FROM verdicts v LEFT JOIN officers o ON o.id = v.officer_id
		WHERE v.person_id = $1 ORDER BY v.at DESC, v.id DESC LIMIT $2`, personID, maxHistory)
	list, err := collect(r, err, func(r scanner) (d Decision, err error) {
		var id, verdict string
		var note []byte
		var at int64
		if err = r.Scan(&id, &d.Why, &verdict, &d.Officer, &note, &at); err != nil {
			return d, err
		}
		d.At = time.UnixMilli(at)
		if verdict != "" {
			if err := json.Unmarshal([]byte(verdict), &d.Verdict); err != nil {
				return d, fmt.Errorf("verdict %s is no JSON", id)
			}
		}
		d.Note, err = s.keys.OpenString("verdicts.note", id, note)
		return d, err
	})
	return list, wrap(err, "decisions about person "+personID)
}
