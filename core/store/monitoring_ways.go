package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"khaibao/core"
)

// voice is an address by which somebody can be asked.
type voice struct {
	person   string
	own      bool // the person's own, not that of who declared for them
	id       string
	channel  string
	lang     string
	heard    int64
	optedOut bool
	gone     bool
}

// answerer is who answers for a person.
type answerer struct {
	id, channel, lang string // id is "" when no message reaches anybody
	stopped           bool   // the person's own phone wants no messages
}

// voicesText finds the addresses of people: those that proved a phone tied to
// them, the phones themselves by SMS, and those they wrote from without proof.
// CROSS JOIN has SQLite begin with the ties, and not with all that have SMS.
func (s *Store) voicesText() string {
	const columns = `SELECT t.person_id, CASE WHEN t.how = 'proxy' THEN 0 ELSE 1 END, a.id, a.channel, a.lang,
		CASE WHEN a.turned_at > a.proven_at THEN a.turned_at ELSE a.proven_at END, a.opted_out_at, a.gone_at FROM ties t CROSS JOIN addresses a WHERE `
	people := ` AND t.person_id` + s.anyOf("$1")
	return columns + `a.phone_hash = t.phone_hash AND a.phone_hash <> ''` + people + ` AND t.phone_hash <> '' AND t.how IN ('own', 'proxy')
		UNION ALL ` + columns + `a.channel = $2 AND a.hash = t.phone_hash` + people + ` AND t.phone_hash <> '' AND t.how IN ('own', 'proxy') AND a.phone_hash <> t.phone_hash
		UNION ALL ` + columns + `a.id = t.address_id` + people + ` AND t.address_id <> '' AND t.how = 'unproven'`
}

func (tx *Tx) voices(ctx context.Context, people []string) (map[string][]voice, error) {
	r, err := tx.q.query(ctx, tx.s.voicesText(), tx.s.among(people), tx.s.ways.SMS)
	all, err := collect(r, err, func(r scanner) (v voice, err error) {
		var own, optedOut, gone int64
		err = r.Scan(&v.person, &own, &v.id, &v.channel, &v.lang, &v.heard, &optedOut, &gone)
		v.own, v.optedOut, v.gone = own > 0, optedOut > 0, gone > 0
		return v, err
	})
	byPerson := make(map[string][]voice, len(people))
	for _, v := range all {
		byPerson[v.person] = append(byPerson[v.person], v)
	}
	return byPerson, wrap(err, "find who answers")
}

// answerers says for each of some people who answers: their own address before
// that of who declared for them, one that rings before the web page, and of
// those where somebody was heard last. Who said STOP on their own phone is asked
// nowhere.
func (tx *Tx) answerers(ctx context.Context, people []string) (map[string]answerer, error) {
	voices, err := tx.voices(ctx, people)
	if err != nil {
		return nil, err
	}
	found := make(map[string]answerer, len(people))
	var phones []string // of those whom only a phone may reach where nobody wrote from
	for _, person := range people {
		a, rings := loudest(voices[person])
		found[person] = a
		if !rings && !a.stopped && tx.s.ways.SMS != "" {
			phones = append(phones, person)
		}
	}
	return found, tx.byPhone(ctx, phones, found)
}

// loudest takes the best of a person's voices. rings is false for one that is
// seen only by who looks, and for none.
func loudest(all []voice) (a answerer, rings bool) {
	if slices.ContainsFunc(all, func(v voice) bool { return v.own && v.optedOut }) {
		return answerer{stopped: true}, false
	}
	all = slices.DeleteFunc(slices.Clone(all), func(v voice) bool { return v.gone || v.optedOut })
	if len(all) == 0 {
		return answerer{}, false
	}
	best := slices.MinFunc(all, func(a, b voice) int {
		return cmp.Or(-cmp.Compare(bit(a.own), bit(b.own)), cmp.Compare(bit(a.channel == "web"), bit(b.channel == "web")),
			-cmp.Compare(a.heard, b.heard), cmp.Compare(a.id, b.id))
	})
	return answerer{id: best.id, channel: best.channel, lang: best.lang}, best.channel != "web"
}

// byPhone takes the telephone of those whom no other address reaches.
func (tx *Tx) byPhone(ctx context.Context, people []string, found map[string]answerer) error {
	phones, err := tx.tiedPhones(ctx, people)
	if err != nil {
		return err
	}
	for _, person := range people {
		phone, known := phones[person]
		if !known {
			continue
		}
		sms := tx.s.ways.SMS
		id, err := tx.AddressOf(ctx, sms, core.TelURN(phone))
		if err != nil {
			return err
		}
		var gone, optedOut int64
		if err := tx.q.row(ctx, `SELECT gone_at, opted_out_at FROM addresses WHERE id = $1`, id).Scan(&gone, &optedOut); err != nil {
			return fmt.Errorf("address by phone: %w", err)
		}
		if gone == 0 && optedOut == 0 {
			found[person] = answerer{id: id, channel: sms, lang: found[person].lang}
		}
	}
	return nil
}

// tiedPhones are the phones (E.164) by which people are reached: their own, the
// newest first, else that of who declared for them.
func (tx *Tx) tiedPhones(ctx context.Context, people []string) (map[string]string, error) {
	if len(people) == 0 {
		return nil, nil
	}
	r, err := tx.q.query(ctx, `SELECT person_id, phone FROM ties WHERE person_id`+tx.s.anyOf("$1")+`
		AND phone_hash <> '' AND how IN ('own', 'proxy') ORDER BY CASE WHEN how = 'own' THEN 0 ELSE 1 END, created_at DESC`, tx.s.among(people))
	phones := make(map[string]string, len(people))
	_, err = collect(r, err, func(r scanner) (struct{}, error) {
		var person string
		var sealed []byte
		if err := r.Scan(&person, &sealed); err != nil || phones[person] != "" {
			return struct{}{}, err
		}
		phone, err := tx.s.keys.OpenString("ties.phone", person, sealed)
		if err != nil {
			return struct{}{}, fmt.Errorf("phone of person %s: %w", person, err)
		}
		if phone != "" {
			phones[person] = phone
		}
		return struct{}{}, nil
	})
	return phones, wrap(err, "phones of people")
}
