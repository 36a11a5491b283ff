package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"khaibao/core"
)

// maxRemembered bounds how many people one phone is shown.
const maxRemembered = 20

// recalledText finds the people of a phone, $1, proved at an address, $2, with
// the newest declaration of a form, $3. own and typed say how the person is
// tied; apart, that another phone declared for the person as its own holder.
const recalledText = `WITH tied AS (
		SELECT t.person_id, MAX(CASE WHEN t.how = 'own' THEN 1 ELSE 0 END) AS own, MAX(CASE WHEN t.how = 'unproven' THEN 1 ELSE 0 END) AS typed
		FROM ties t WHERE t.phone_hash = $1 AND t.phone_hash <> ''
			AND (t.how IN ('own', 'proxy') OR t.how = 'unproven' AND t.address_id = $2)
		GROUP BY t.person_id)
	SELECT p.id, p.name, p.folded, p.sort_key, p.birth, p.sex, p.id_type, p.private, p.commune, p.district, p.province, p.sub,
		CASE WHEN tied.own > 0 THEN 1 WHEN tied.typed > 0 THEN (SELECT COUNT(*) FROM declarations e
			WHERE e.person_id = p.id AND e.address_id = $2 AND e.proxy = 0) ELSE 0 END,
		CASE WHEN tied.own > 0 THEN 0 ELSE (SELECT COUNT(*) FROM ties o
			WHERE o.person_id = p.id AND o.how = 'own' AND o.phone_hash <> $1) END,
		COALESCE(d.id, ''), COALESCE(d.form, ''), COALESCE(d.version, 0), COALESCE(d.day, ''), COALESCE(d.facts, ''), d.private
	FROM tied JOIN people p ON p.id = tied.person_id JOIN declarations n ON n.id = p.newest
	LEFT JOIN declarations d ON d.id = (SELECT e.id FROM declarations e
		WHERE e.person_id = p.id AND e.form = $3 ORDER BY e.at DESC, e.id DESC LIMIT 1)
	ORDER BY n.at DESC, n.id DESC LIMIT 20`

// Recall gives the people tied to the phone that an address proved, those who
// declared last first, at most 20, each with the newest declaration of a form.
// An address that proved no phone is told nothing.
//
// Once a person declared by a phone of their own, whoever declares for them is
// told only what they said themselves: what a person says of their health does
// not reach everybody who once declared for them.
func (tx *Tx) Recall(ctx context.Context, at *core.Address, form string) ([]core.Remembered, error) {
	all, err := tx.recalled(ctx, at, form)
	if err != nil {
		return nil, fmt.Errorf("recall: %w", err)
	}
	var list []core.Remembered
	for i := range all {
		if all[i].apart {
			if err := tx.saidHere(ctx, &all[i], tx.s.phoneHash(at.Phone), form); err != nil {
				return nil, fmt.Errorf("recall: %w", err)
			}
		}
		list = append(list, all[i].Remembered)
	}
	return list, nil
}

func (tx *Tx) recalled(ctx context.Context, at *core.Address, form string) ([]recalled, error) {
	hash := tx.s.phoneHash(at.Phone)
	if at.Phone == "" || slices.Contains(tx.untied, hash) {
		return nil, nil
	}
	r, err := tx.q.query(ctx, recalledText, hash, at.ID, form)
	return collect(r, err, func(r scanner) (p recalled, err error) {
		f := &p.Facts
		var day, facts string
		var person, private []byte
		var self, apart int64
		err = r.Scan(&p.PersonID, &f.Name, &f.Folded, &f.SortKey, &f.Birth, &f.Sex, &f.IDType, &person, &f.Commune, &f.District, &f.Province, &f.Sub,
			&self, &apart, &p.declaration, &p.Form, &p.Version, &day, &facts, &private)
		if err != nil {
			return p, err
		}
		p.Self, p.apart, p.Day = self > 0, apart > 0, core.Day(day)
		sealed, err := tx.s.openPrivate(p.PersonID, person)
		if err != nil {
			return p, err
		}
		f.ID, f.Insurance, f.House = sealed.ID, sealed.Insurance, sealed.House
		err = tx.s.openAnswers(&p, facts, private)
		return p, err
	})
}

// recalled is a person remembered, with what the store needs to know beside.
type recalled struct {
	core.Remembered
	declaration string // ID; "" for none of the form
	apart       bool   // declares by another phone as well
}

// openAnswers opens the answers of a declaration, if there is one.
func (s *Store) openAnswers(p *recalled, facts string, private []byte) error {
	if p.declaration == "" {
		return nil
	}
	plain, err := s.keys.OpenString("declarations.private", p.declaration, private)
	if err != nil {
		return fmt.Errorf("declaration %s: %w", p.declaration, err)
	}
	p.Answers, p.Private = make(map[string]any), make(map[string]any)
	if err := json.Unmarshal([]byte(facts), &p.Answers); err != nil {
		return fmt.Errorf("declaration %s: answers are no JSON", p.declaration)
	}
	if plain != "" && json.Unmarshal([]byte(plain), &p.Private) != nil {
		return fmt.Errorf("declaration %s: private answers are no JSON", p.declaration)
	}
	return nil
}

// byPhone are the declarations that were made by a phone, $2.
const byPhone = `address_id IN (SELECT a.id FROM addresses a WHERE a.phone_hash = $2 AND a.phone_hash <> '')`

// saidHere cuts a person to what was said at the addresses of a phone: the
// newest declaration of the form from there, who the person is by the newest of any.
func (tx *Tx) saidHere(ctx context.Context, p *recalled, phoneHash, form string) error {
	newest := func(where string, args ...any) (recalled, core.PersonFacts, error) {
		var d recalled
		var day, facts string
		var f core.PersonFacts
		var private []byte
		err := tx.q.row(ctx, `SELECT d.id, d.form, d.version, d.day, d.facts, d.private, d.commune, d.district, d.province, d.sub
			FROM declarations d WHERE d.person_id = $1 AND d.`+byPhone+where+`
			ORDER BY d.at DESC, d.id DESC LIMIT 1`, append([]any{p.PersonID, phoneHash}, args...)...).
			Scan(&d.declaration, &d.Form, &d.Version, &day, &facts, &private, &f.Commune, &f.District, &f.Province, &f.Sub)
		if err == errNoRows {
			return d, f, nil
		}
		d.Day = core.Day(day)
		if err == nil {
			err = tx.s.openAnswers(&d, facts, private)
		}
		return d, f, err
	}
	last, where, err := newest("")
	if err != nil {
		return err
	}
	ofForm, _, err := newest(` AND d.form = $3`, form)
	if err != nil {
		return err
	}
	said := func(key string) string { text, _ := last.Private[key].(string); return text }
	f := &p.Facts
	f.Birth = f.Birth[:min(4, len(f.Birth))]
	f.Commune, f.District, f.Province, f.Sub = where.Commune, where.District, where.Province, where.Sub
	f.ID, f.Insurance, f.House = said("id_number"), said("insurance"), said("house")
	if f.ID == "" {
		f.IDType = ""
	}
	p.Form, p.Version, p.Day, p.Answers, p.Private = ofForm.Form, ofForm.Version, ofForm.Day, ofForm.Answers, ofForm.Private
	return nil
}
