package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"khaibao/core"
	"khaibao/core/triage"
)

// spoken is a declaration as it is judged again.
type spoken struct {
	id, form, facts                  string
	day                              core.Day
	commune, district, province, sub string
}

const spokenColumns = `d.id, d.form, d.facts, d.day, d.commune, d.district, d.province, d.sub`

func (d *spoken) fields() []any {
	return []any{&d.id, &d.form, &d.facts, &d.day, &d.commune, &d.district, &d.province, &d.sub}
}

// subject is a person as the rules see them again: how they stand, and what
// they said last.
type subject struct {
	id, birth string
	standing
	newest spoken
}

// policy is what judges: rules, areas, and the day for which it is asked.
type policy struct {
	rules *triage.Rules
	areas *triage.Areas
	today core.Day
}

// judge judges one declaration; dated tells whether it said when the last
// exposure was.
func (p policy) judge(birth string, d spoken, class core.Class, since core.Day) (v core.Verdict, dated bool, err error) {
	var facts map[string]any
	if err := json.Unmarshal([]byte(d.facts), &facts); err != nil {
		return core.Verdict{}, false, fmt.Errorf("declaration %s: answers are no JSON", d.id)
	}
	said := triage.Facts(d.form, d.day, core.PersonFacts{Birth: birth, Commune: d.commune, District: d.district, Province: d.province, Sub: d.sub}, facts)
	said.Today, said.Class, said.ClassSince = p.today, class, since
	return p.rules.Judge(p.areas, said), said.ExposureLast != "", nil
}

// verdict is what is in force for a subject by a policy: by what was said last,
// what was said earlier and still holds, and an officer's word.
func (p policy) verdict(sub subject, was core.Standing, earlier map[string]spoken) (*judged, error) {
	j := &judged{before: was.Verdict, word: sub.word}
	var err error
	var dated bool
	if j.said, dated, err = p.judge(sub.birth, sub.newest, was.Class, was.Since); err != nil {
		return nil, err
	}
	j.inForce = j.said
	for _, id := range was.Held {
		d, there := earlier[id]
		if !there {
			continue
		}
		v, _, err := p.judge(sub.birth, d, was.Class, was.Since)
		if err != nil {
			return nil, err
		}
		repeats := false
		if !dated {
			j.inForce, repeats = j.inForce.Repeating(v, sub.newest.day, p.today)
		}
		both, adds := j.inForce.Beside(v, p.today)
		if adds || repeats {
			j.inForce, j.held = both, append(j.held, id)
		}
	}
	if !was.Word.IsZero() {
		j.inForce = was.Word.Over(j.inForce)
	}
	return j, nil
}

// earlierOf reads the declarations that hold beside the newest of some people.
func (s *Store) earlierOf(ctx context.Context, q querier, held []string) (map[string]spoken, error) {
	all := make(map[string]spoken, len(held))
	if len(held) == 0 {
		return all, nil
	}
	r, err := q.query(ctx, `SELECT `+spokenColumns+` FROM declarations d WHERE d.id`+s.anyOf("$1"), s.among(held))
	list, err := collect(r, err, func(r scanner) (d spoken, err error) {
		err = r.Scan(d.fields()...)
		return d, err
	})
	for _, d := range list {
		all[d.id] = d
	}
	return all, wrap(err, "earlier declarations")
}

// moved is a subject with the verdict before and after.
type moved struct {
	subject
	*judged
}

// judgeAll judges subjects again, and gives those whose verdict is another than
// before. One whose answers cannot be read is left as it is, and told of by its
// ID: it must not stop the others.
func (s *Store) judgeAll(ctx context.Context, q querier, p policy, subjects []subject) (movers []moved, failed []error, err error) {
	var held []string
	for i := range subjects {
		held = append(held, strings.Fields(subjects[i].held)...)
	}
	earlier, err := s.earlierOf(ctx, q, held)
	if err != nil {
		return nil, nil, err
	}
	for _, sub := range subjects {
		was, err := sub.standing.open()
		var j *judged
		if err == nil {
			j, err = p.verdict(sub, was, earlier)
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("person %s: %w", sub.id, err))
			continue
		}
		if !j.inForce.Same(was.Verdict) {
			movers = append(movers, moved{sub, j})
		}
	}
	return movers, failed, nil
}

// spot is how far a walk over the declarations of the window has come: they
// are walked by province and time, for which there is an index.
type spot struct {
	Province string `json:"province"` // for measures that are over: their last day
	At       int64  `json:"at"`
	ID       string `json:"id"`
	Done     bool   `json:"done,omitempty"`
}

// page reads the next declarations of a walk, up to n of them, and gives those
// that are the newest of their person, and the spot behind.
func (s *Store) page(ctx context.Context, q querier, at spot, from time.Time, provinces []string, n int) (subjects []subject, looked int, next spot, err error) {
	if at.ID == "" && at.At == 0 {
		at.At = from.UnixMilli() - 1
	}
	r, err := q.query(ctx, `SELECT d.at, COALESCE(p.id, ''), COALESCE(p.birth, ''), COALESCE(p.class_by, ''), COALESCE(p.class_since, ''), COALESCE(p.verdict, ''),
			COALESCE(p.held, ''), COALESCE(p.word, ''), COALESCE(p.judged_at, 0), `+spokenColumns+`
		FROM (SELECT * FROM declarations d WHERE d.province = $1 AND (d.at, d.id) > ($2, $3) ORDER BY d.at, d.id LIMIT $4) d
		LEFT JOIN people p ON p.id = d.person_id AND p.newest = d.id AND p.merged_into = ''
		ORDER BY d.at, d.id`, at.Province, at.At, at.ID, n)
	next = at
	_, err = collect(r, err, func(r scanner) (struct{}, error) {
		var sub subject
		into := append([]any{&next.At, &sub.id, &sub.birth}, sub.standing.fields()...)
		if err := r.Scan(append(into, sub.newest.fields()...)...); err != nil {
			return struct{}{}, err
		}
		looked++
		next.ID = sub.newest.id
		if sub.id != "" {
			subjects = append(subjects, sub)
		}
		return struct{}{}, nil
	})
	if err != nil {
		return nil, 0, at, fmt.Errorf("declarations of the window: %w", err)
	}
	if looked < n { // the province is done
		next = spot{Done: true}
		for _, code := range provinces {
			if code > at.Province {
				next = spot{Province: code}
				break
			}
		}
	}
	return subjects, looked, next, nil
}

// pageOver reads the next people whose measure's last day is over, by that day.
func (s *Store) pageOver(ctx context.Context, q querier, at spot, today core.Day, n int) (subjects []subject, looked int, next spot, err error) {
	r, err := q.query(ctx, `SELECT p.measure_until, p.id, p.birth, `+standingColumns+`, `+spokenColumns+`
		FROM (SELECT * FROM people p WHERE p.measure_until <> '' AND p.measure_until < $1 AND (p.measure_until, p.id) > ($2, $3) AND p.merged_into = ''
			ORDER BY p.measure_until, p.id LIMIT $4) p
		JOIN declarations d ON d.id = p.newest ORDER BY p.measure_until, p.id`, string(today), at.Province, at.ID, n)
	next = at
	subjects, err = collect(r, err, func(r scanner) (sub subject, err error) {
		into := append([]any{&next.Province, &sub.id, &sub.birth}, sub.standing.fields()...)
		err = r.Scan(append(into, sub.newest.fields()...)...)
		next.ID = sub.id
		return sub, err
	})
	next.Done = len(subjects) < n
	return subjects, len(subjects), next, wrap(err, "measures that are over")
}
