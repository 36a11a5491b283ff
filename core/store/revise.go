package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"khaibao/core"
)

// revised is what came of an officer's correction of a declaration.
type revised struct {
	core.Declaration        // as it is from now on
	id               string // of the new version
	personID         string
	said             core.Verdict
}

// revise stores an officer's correction of a declaration: a new version of it, by
// the officer, that names the one it corrects. It is judged as what the person
// said; where it is what they said last, the person stands by it from now on.
// The person's row is locked by the caller.
func (tx *Tx) revise(ctx context.Context, l Look, p policy, id string, change func(d *core.Declaration) error) (revised, error) {
	out := revised{}
	d, home, err := tx.openDeclared(ctx, id, &out.personID)
	if err != nil {
		return out, err
	}
	sub, _, err := tx.s.lockSubject(ctx, tx.q, out.personID)
	if err != nil {
		return out, err
	}
	before := d.Person
	if err := change(&d); err != nil {
		return out, err
	}
	stored := Stored{PersonID: out.personID, DeclarationID: core.NewID()}
	err = tx.q.row(ctx, `SELECT COALESCE(MAX(version), 0) + 1 FROM declarations WHERE person_id = $1 AND form = $2`, out.personID, d.Form).Scan(&stored.Version)
	if err != nil {
		return out, fmt.Errorf("find version: %w", err)
	}
	d.At, d.Judge = l.At, nil
	making := declaring{Declaration: d}
	last := sub.newest.id == id
	if making.judged, err = tx.judgeRevised(ctx, p, sub, d, stored.DeclarationID, last); err != nil {
		return out, err
	}
	if last {
		err = tx.savePerson(ctx, d.Person, stored, making.judged, false)
	} else {
		who := d.Person // what was declared earlier says nothing of where the person lives now
		who.Commune, who.District, who.Province, who.Sub, who.House = home.Commune, home.District, home.Province, home.Sub, home.House
		err = tx.savePerson(ctx, who, Stored{PersonID: out.personID, DeclarationID: sub.newest.id}, nil, false)
	}
	if err != nil {
		return out, err
	}
	if err := tx.saveDeclaration(ctx, making, stored, id); err != nil {
		return out, err
	}
	if _, err := tx.q.exec(ctx, `UPDATE declarations SET officer_id = $2 WHERE id = $1`, stored.DeclarationID, l.Officer.ID); err != nil {
		return out, fmt.Errorf("save correction: %w", err)
	}
	if last {
		if err := tx.triage(ctx, out.personID, stored.DeclarationID, d.Person, making.judged, triageOfficer); err != nil {
			return out, err
		}
		if err := tx.watch(ctx, out.personID, making.judged); err != nil {
			return out, err
		}
	}
	if tx.papersOf(before) != tx.papersOf(d.Person) || before.NameKey() != d.Person.NameKey() || before.BirthYear() != d.Person.BirthYear() || before.Commune != d.Person.Commune {
		if err := tx.linkLikely(ctx, d.Person, out.personID, ""); err != nil {
			return out, err
		}
	}
	out.Declaration, out.id, out.said = d, stored.DeclarationID, making.verdict()
	return out, nil
}

// judgeRevised judges a correction: of what was said last with all that holds
// beside it, of anything earlier it alone. nil where no rules are known.
func (tx *Tx) judgeRevised(ctx context.Context, p policy, sub subject, d core.Declaration, id string, last bool) (*judged, error) {
	if p.rules == nil {
		return nil, nil
	}
	facts, err := json.Marshal(d.Facts)
	if err != nil {
		return nil, fmt.Errorf("correct: %w", err)
	}
	said := spoken{id: id, form: d.Form, facts: string(facts), day: d.Day, commune: d.Person.Commune, district: d.Person.District, province: d.Person.Province, sub: d.Person.Sub}
	was, err := sub.standing.open()
	if err != nil {
		return nil, fmt.Errorf("person %s: %w", sub.id, err)
	}
	if !last {
		j := &judged{}
		j.said, _, err = p.judge(d.Person.Birth, said, was.Class, was.Since)
		return j, err
	}
	sub.newest, sub.birth = said, d.Person.Birth
	earlier, err := tx.s.earlierOf(ctx, tx.q, was.Held)
	if err != nil {
		return nil, err
	}
	j, err := p.verdict(sub, was, earlier)
	if err == nil {
		j.at = after(tx.now, sub.standing.at)
	}
	return j, err
}

// openDeclared reads a declaration with all that is known of its person, as it
// would be declared; home is where the person lives now.
func (tx *Tx) openDeclared(ctx context.Context, id string, personID *string) (d core.Declaration, home core.PersonFacts, err error) {
	var facts, day string
	var proven, proxy int64
	var private, sealed []byte
	f := &d.Person
	err = tx.q.row(ctx, `SELECT d.person_id, d.form, d.day, d.channel, d.address_id, d.proven, d.notice, d.proxy, d.facts, d.private,
			p.name, p.folded, p.sort_key, p.birth, p.sex, p.id_type, p.private, d.commune, d.district, d.province, d.sub,
			p.commune, p.district, p.province, p.sub
		FROM declarations d JOIN people p ON p.id = d.person_id WHERE d.id = $1`, id).
		Scan(personID, &d.Form, &day, &d.Channel, &d.AddressID, &proven, &d.Notice, &proxy, &facts, &private,
			&f.Name, &f.Folded, &f.SortKey, &f.Birth, &f.Sex, &f.IDType, &sealed, &f.Commune, &f.District, &f.Province, &f.Sub,
			&home.Commune, &home.District, &home.Province, &home.Sub)
	if errors.Is(err, errNoRows) {
		return d, home, core.ErrNotFound
	}
	if err != nil {
		return d, home, fmt.Errorf("read declaration %s: %w", id, err)
	}
	d.Day, d.Proven, d.Proxy = core.Day(day), proven > 0, proxy > 0
	who, err := tx.s.openPrivate(*personID, sealed)
	if err != nil {
		return d, home, err
	}
	f.ID, f.OldID, f.Insurance, f.House = who.ID, who.OldID, who.Insurance, who.House
	home.House = who.House
	plain, err := tx.s.keys.OpenString("declarations.private", id, private)
	if err != nil {
		return d, home, fmt.Errorf("declaration %s: %w", id, err)
	}
	for i, into := range []*map[string]any{&d.Facts, &d.Private} { // the two texts may be the same
		if text := [...]string{facts, plain}[i]; text != "" && text != "null" && json.Unmarshal([]byte(text), into) != nil {
			return d, home, fmt.Errorf("declaration %s: answers are no JSON", id)
		}
		if *into == nil {
			*into = make(map[string]any)
		}
	}
	return d, home, nil
}
