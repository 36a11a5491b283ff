package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"khaibao/core"
)

// moveAll writes the verdicts of those who move, with a row of verdicts each,
// and gives those whom it wrote: whoever declared meanwhile, or was looked at by
// an officer, has a newer verdict already.
func (s *Store) moveAll(ctx context.Context, q querier, now time.Time, movers []moved, why string) ([]moved, error) {
	if len(movers) == 0 {
		return nil, nil
	}
	// In one order and before anything is written, as turns lock them.
	slices.SortFunc(movers, func(a, b moved) int { return strings.Compare(a.subject.id, b.subject.id) })
	ids := make([]string, len(movers))
	for i, m := range movers {
		ids[i] = m.subject.id
	}
	type state struct {
		newest string
		at     int64
	}
	stands := make(map[string]state, len(ids))
	r, err := q.query(ctx, `SELECT id, newest, judged_at FROM people WHERE id`+s.anyOf("$1")+` ORDER BY id `+s.forUpdate, s.among(ids))
	_, err = collect(r, err, func(r scanner) (struct{}, error) {
		var id string
		var st state
		err := r.Scan(&id, &st.newest, &st.at)
		stands[id] = st
		return struct{}{}, err
	})
	if err != nil {
		return nil, err
	}
	movers = slices.DeleteFunc(movers, func(m moved) bool {
		return stands[m.subject.id] != state{m.newest.id, m.standing.at}
	})
	for i := range movers {
		movers[i].judged.at = after(now, movers[i].standing.at)
	}
	if err := s.triageMoved(ctx, q, movers, now.UnixMilli()); err != nil {
		return nil, err
	}
	if s.pg != nil {
		return movers, s.moveSet(ctx, q, now, movers, why)
	}
	for _, m := range movers {
		if err := movePerson(ctx, q, m.subject.id, m.judged); err != nil {
			return nil, err
		}
		if err := s.keepVerdict(ctx, q, verdictRow{person: m.subject.id, declaration: m.newest.id, why: why, v: m.inForce, at: now}); err != nil {
			return nil, err
		}
	}
	return movers, nil
}

// moveSet does so in two statements.
func (s *Store) moveSet(ctx context.Context, q querier, now time.Time, movers []moved, why string) error {
	n := len(movers)
	text := func() []string { return make([]string, n) }
	ids, people, declarations, classes, colours, measures, untils, verdicts, helds, rules := text(), text(), text(), text(), text(), text(), text(), text(), text(), text()
	ranks, ats := make([]int64, n), make([]int64, n)
	for i, m := range movers {
		said, err := verdictText(m.inForce)
		if err != nil {
			return err
		}
		v := m.inForce
		ids[i], people[i], declarations[i], rules[i] = core.NewID(), m.subject.id, m.newest.id, v.Rules
		classes[i], colours[i], ranks[i], measures[i], untils[i] = string(v.Class), string(v.Colour), int64(v.Colour.Rank()), string(v.Measure), string(v.Until)
		verdicts[i], helds[i], ats[i] = said, strings.Join(m.judged.held, " "), m.judged.at
	}
	_, err := q.exec(ctx, `UPDATE people p SET class = u.class, colour_rank = u.rank, measure = u.measure, measure_until = u.until, verdict = u.verdict,
			judged_at = u.at, held = u.held
		FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::text[]) AS u (id, class, rank, measure, until, verdict, at, held)
		WHERE p.id = u.id`, people, classes, ranks, measures, untils, verdicts, ats, helds)
	if err != nil {
		return err
	}
	_, err = q.exec(ctx, `INSERT INTO verdicts (id, person_id, declaration_id, why, class, colour, measure, verdict, rules, at)
		SELECT id, person, declaration, $9, class, colour, measure, verdict, rules, $10::bigint
		FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
			AS u (id, person, declaration, class, colour, measure, verdict, rules)`,
		ids, people, declarations, classes, colours, measures, verdicts, rules, why, now.UnixMilli())
	return err
}

// movePerson writes one person's verdict in force.
func movePerson(ctx context.Context, q querier, id string, j *judged) error {
	said, err := verdictText(j.inForce)
	if err != nil {
		return err
	}
	v := j.inForce
	_, err = q.exec(ctx, `UPDATE people SET class = $2, colour_rank = $3, measure = $4, measure_until = $5, verdict = $6, judged_at = $7, held = $8, word = $9
		WHERE id = $1`, id, string(v.Class), v.Colour.Rank(), string(v.Measure), string(v.Until), said, j.at, strings.Join(j.held, " "), j.word)
	return err
}

// verdictRow is a row of verdicts: what was judged again, or decided.
type verdictRow struct {
	person, declaration, why string
	v                        core.Verdict
	officer, note            string
	at                       time.Time
}

func (s *Store) keepVerdict(ctx context.Context, q querier, row verdictRow) error {
	said, err := verdictText(row.v)
	if err != nil {
		return err
	}
	id := core.NewID()
	var note []byte
	if row.note != "" {
		note = s.keys.SealString("verdicts.note", id, row.note)
	}
	_, err = q.exec(ctx, `INSERT INTO verdicts (id, person_id, declaration_id, why, class, colour, measure, verdict, rules, officer_id, note, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`, id, row.person, row.declaration, row.why,
		string(row.v.Class), string(row.v.Colour), string(row.v.Measure), said, row.v.Rules, row.officer, note, row.at.UnixMilli())
	return wrap(err, "keep verdict")
}

// tellAll queues a notice to those whose measure is another now, by the phone
// that declared them: their own first. An officer gets a task for whom no way
// reaches.
func (g *Judging) tellAll(ctx context.Context, tx *Tx, movers []moved) (told int, err error) {
	if g.Tell == nil {
		return 0, nil
	}
	var ids []string
	for _, m := range movers {
		if _, tell := g.Tell(m.before, m.inForce, ""); tell {
			ids = append(ids, m.subject.id)
		}
	}
	if len(ids) == 0 {
		return 0, nil
	}
	phones, err := g.Store.phonesOf(ctx, tx.q, ids)
	if err != nil {
		return 0, err
	}
	for _, m := range movers {
		p, known := phones[m.subject.id]
		name := ""
		if p.proxy {
			name = p.name
		}
		say, tell := g.Tell(m.before, m.inForce, name)
		if !tell || !known {
			continue
		}
		task := core.Task{PersonID: m.subject.id, Commune: m.newest.commune, District: m.newest.district, Province: m.newest.province}
		if err := tx.Notify(ctx, p.e164, core.Queued{Priority: core.PriorityNotice, Lang: "vi", Say: say, Unreached: &task}); err != nil {
			return 0, err
		}
		told++
	}
	return told, nil
}

// reached is the phone by which a person is told something.
type reached struct {
	e164, name string
	proxy      bool
}

// phonesOf are the phones of people, by their IDs: the one that is tied as their
// own, else the newest that declared for them. Those without any are left out.
func (s *Store) phonesOf(ctx context.Context, q querier, ids []string) (map[string]reached, error) {
	found := make(map[string]reached, len(ids))
	r, err := q.query(ctx, `SELECT t.person_id, t.phone, t.how, p.name FROM ties t JOIN people p ON p.id = t.person_id
		WHERE t.person_id`+s.anyOf("$1")+` AND t.phone_hash <> '' AND t.how IN ('`+tieOwn+`', '`+tieProxy+`')
		ORDER BY CASE WHEN t.how = '`+tieOwn+`' THEN 0 ELSE 1 END, t.created_at DESC`, s.among(ids))
	_, err = collect(r, err, func(r scanner) (struct{}, error) {
		var id, how string
		var one reached
		var sealed []byte
		if err := r.Scan(&id, &sealed, &how, &one.name); err != nil {
			return struct{}{}, err
		}
		if _, known := found[id]; known {
			return struct{}{}, nil
		}
		var err error
		if one.e164, err = s.keys.OpenString("ties.phone", id, sealed); err != nil || one.e164 == "" {
			return struct{}{}, err
		}
		one.proxy = how == tieProxy
		found[id] = one
		return struct{}{}, nil
	})
	return found, wrap(err, "phones of those who are told")
}
