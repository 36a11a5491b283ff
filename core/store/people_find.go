package store

import (
	"context"
	"fmt"
	"slices"

	"khaibao/core"
	"khaibao/core/reading"
)

// tiedPerson is one of those tied to a phone or an address, as it is stored.
type tiedPerson struct {
	id, newest string
	papers     papers
	birthYear  int
	how        string           // of the phone's tie; "" when tied by the address alone
	mergedInto string           // who the person is since an officer merged two
	facts      core.PersonFacts // but for what is sealed
	private    []byte
	standing   standing
}

// papers are the keyed hashes of a person's ID number and of the nine digits
// that it had before; "" where there is none.
type papers struct{ id, old string }

func (tx *Tx) papersOf(p core.PersonFacts) papers {
	return papers{id: tx.idHash(p.ID), old: tx.idHash(p.OldID)}
}

// same tells whether one number of each says that two are one person: the same,
// or the old one of the other.
func (p papers) same(other papers) bool {
	return p.id != "" && (p.id == other.id || p.id == other.old) || p.old != "" && p.old == other.id
}

// known opens what is known of a person.
func (s *Store) known(p *tiedPerson) (core.PersonFacts, error) {
	facts := p.facts
	sealed, err := s.openPrivate(p.id, p.private)
	facts.ID, facts.OldID, facts.Insurance, facts.House = sealed.ID, sealed.OldID, sealed.Insurance, sealed.House
	return facts, err
}

// looksNew tells whether a likely duplicate may be found by these facts that
// was not found by what was known.
func (p *tiedPerson) looksNew(facts core.PersonFacts, said papers) bool {
	return p.papers != said || p.birthYear != facts.BirthYear() || p.facts.Commune != facts.Commune || p.facts.NameKey() != facts.NameKey()
}

// findPerson looks among the people tied to the phone or the address. It
// returns nil when nobody is found, else the person and its last version.
func (tx *Tx) findPerson(ctx context.Context, d core.Declaration, phoneHash string, said papers) (found *tiedPerson, version int, err error) {
	for try := 1; ; try++ {
		tied, err := tx.tiedPeople(ctx, d, phoneHash)
		if err != nil {
			return nil, 0, fmt.Errorf("find person: %w", err)
		}
		// We may have waited for an officer who merged one of them into another:
		// the ties that we read were those of before.
		if slices.ContainsFunc(tied, func(p tiedPerson) bool { return p.mergedInto != "" }) && try < maxTries {
			continue
		}
		if found = choose(tied, d, said); found == nil {
			return nil, 0, nil
		}
		err = tx.q.row(ctx, `SELECT COALESCE(MAX(version), 0) FROM declarations WHERE person_id = $1 AND form = $2`, found.id, d.Form).Scan(&version)
		return found, version, wrap(err, "find version")
	}
}

func (tx *Tx) tiedPeople(ctx context.Context, d core.Declaration, phoneHash string) ([]tiedPerson, error) {
	r, err := tx.q.query(ctx, `SELECT p.id, p.newest, p.id_hash, p.old_id_hash, p.birth_year, p.name, p.folded, p.sort_key, p.birth, p.sex, p.id_type,
			p.commune, p.sub, p.private, p.merged_into, `+standingColumns+`,
			COALESCE((SELECT t.how FROM ties t WHERE t.person_id = p.id AND t.phone_hash = $1 AND t.address_id = '' AND t.phone_hash <> ''), '')
		FROM people p
		WHERE p.id IN (SELECT t.person_id FROM ties t WHERE t.phone_hash = $1 AND t.phone_hash <> '' AND t.how NOT IN ('unproven', 'objected')
			UNION `+tiedByAddress+`)
		ORDER BY p.id `+tx.s.forUpdate, phoneHash, d.AddressID)
	return collect(r, err, func(r scanner) (p tiedPerson, err error) {
		f := &p.facts
		into := []any{&p.id, &p.newest, &p.papers.id, &p.papers.old, &p.birthYear, &f.Name, &f.Folded, &f.SortKey, &f.Birth, &f.Sex, &f.IDType,
			&f.Commune, &f.Sub, &p.private, &p.mergedInto}
		err = r.Scan(append(append(into, p.standing.fields()...), &p.how)...)
		return p, err
	})
}

// choose picks of the tied people the one who is meant: the person recalled,
// else the same ID number, else the same name and birth year where two papers
// of one kind do not disagree. Of a phone that was silent for long only name and birth year
// together tell; one whom others named as the phone's holder comes last.
func choose(tied []tiedPerson, d core.Declaration, said papers) *tiedPerson {
	var found *tiedPerson
	best := 0
	for i := range tied {
		if w := tied[i].weight(d, said); w > best {
			found, best = &tied[i], w
		}
	}
	return found
}

// weight is how much speaks for a person being meant; 0 when nothing does.
func (p *tiedPerson) weight(d core.Declaration, said papers) int {
	quiet := p.how == tieSilent || p.how == tieNamed
	same := p.papers.same(said)
	clash := !same && said.id != "" && p.papers.id != "" && p.facts.IDType == d.Person.IDType
	weight := 0
	switch name := p.sameName(d.Person); {
	case d.PersonID == p.id && !quiet:
		return 100
	case same && p.how != tieSilent:
		weight = 30
	case name == reading.NameDiffers || clash:
		return 0
	case name == reading.NameSame:
		weight = 20
	default:
		weight = 10
	}
	if quiet {
		weight--
	}
	return weight
}

func (p *tiedPerson) sameName(said core.PersonFacts) reading.SameName {
	if p.birthYear != said.BirthYear() {
		return reading.NameDiffers
	}
	return reading.CompareNames(p.facts.Name, said.Name)
}
