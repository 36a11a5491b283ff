package store

import (
	"context"
	"encoding/json"
	"fmt"

	"khaibao/core"
	"khaibao/core/qr"
	"khaibao/core/seal"
)

// Stored is what came of a declaration.
type Stored struct {
	PersonID, DeclarationID string
	Code, Number            string // of the person's QR
	Version                 int
}

// privatePerson is the sealed half of a person.
type privatePerson struct {
	ID        string `json:"id,omitempty"`
	Insurance string `json:"insurance,omitempty"`
	House     string `json:"house,omitempty"`
}

// Declare stores a declaration: a new version when the person is found among
// those tied to this phone or to this address, else a new person, tied to it.
// Somebody else's number typed in makes a person of its own, linked as a likely
// duplicate: typing a number never reaches a stranger.
func (tx *Tx) Declare(ctx context.Context, d core.Declaration) (Stored, error) {
	phoneHash := ""
	if d.Proven {
		phoneHash = tx.s.phoneHash(d.Phone)
	}
	idHash := tx.idHash(d.Person.ID)
	found, version, err := tx.findPerson(ctx, d, phoneHash, idHash)
	if err == nil && found == nil && d.Proven && tx.s.pg != nil {
		// The same phone may be declaring on another channel at this moment, and
		// who is not there yet cannot be locked: the phone is, and we look again.
		if err = tx.lockPhone(ctx, phoneHash); err == nil {
			found, version, err = tx.findPerson(ctx, d, phoneHash, idHash)
		}
	}
	if err != nil {
		return Stored{}, err
	}
	fresh, facts, personID, former := found == nil, d.Person, core.NewID(), ""
	if !fresh {
		personID, former = found.id, found.newest
		known, err := tx.s.known(found)
		if err != nil {
			return Stored{}, err
		}
		facts = facts.Keeping(known)
	}
	out := Stored{PersonID: personID, DeclarationID: core.NewID(), Version: version + 1}
	if err := tx.savePerson(ctx, facts, out, fresh); err != nil {
		return Stored{}, err
	}
	if err := tx.saveDeclaration(ctx, d, out, former); err != nil {
		return Stored{}, err
	}
	if err := tx.tie(ctx, d, personID); err != nil {
		return Stored{}, err
	}
	if fresh {
		if err := tx.linkLikely(ctx, d.Person, personID, idHash); err != nil {
			return Stored{}, err
		}
	}
	out.Code, out.Number, err = tx.qrOf(ctx, personID, fresh)
	if err != nil {
		return Stored{}, err
	}
	_, err = tx.q.exec(ctx, `UPDATE addresses SET declared_at = $2 WHERE id = $1`, d.AddressID, tx.now.UnixMilli())
	return out, wrap(err, "declare")
}

// lockPhone lets one transaction of all nodes add a person to a phone; SQLite
// has one writer.
func (tx *Tx) lockPhone(ctx context.Context, phoneHash string) error {
	_, err := tx.q.exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, phoneHash)
	return wrap(err, "lock phone")
}

func (tx *Tx) idHash(id string) string {
	if id == core.NobodysID {
		return ""
	}
	return tx.s.keys.Hash(seal.KindID, id)
}

// tiedPerson is one of those tied to a phone or an address, as it is stored.
type tiedPerson struct {
	id, newest, idHash string
	birthYear          int
	silent             bool             // tied only by a phone that may have a new holder
	facts              core.PersonFacts // but for what is sealed
	private            []byte
}

// known opens what is known of a person.
func (s *Store) known(p *tiedPerson) (core.PersonFacts, error) {
	facts := p.facts
	sealed, err := s.openPrivate(p.id, p.private)
	facts.ID, facts.Insurance, facts.House = sealed.ID, sealed.Insurance, sealed.House
	return facts, err
}

// findPerson looks among the people tied to the phone or the address: the same
// ID number, or the same name and birth year where the numbers do not disagree.
// Of a phone that was silent for long only name and birth year together tell.
// It returns nil when nobody is found, else the person and its last version.
func (tx *Tx) findPerson(ctx context.Context, d core.Declaration, phoneHash, idHash string) (found *tiedPerson, version int, err error) {
	r, err := tx.q.query(ctx, `SELECT p.id, p.newest, p.id_hash, p.birth_year, p.name, p.folded, p.sort_key, p.birth, p.sex, p.id_type,
			p.commune, p.sub, p.private,
			(SELECT COUNT(*) FROM ties t WHERE t.person_id = p.id AND t.phone_hash = $1 AND t.how = 'silent') FROM people p
		WHERE p.id IN (SELECT t.person_id FROM ties t WHERE t.phone_hash = $1 AND t.phone_hash <> '' AND t.how <> 'unproven'
			UNION `+tiedByAddress+`)
		ORDER BY p.id `+tx.s.forUpdate, phoneHash, d.AddressID)
	tied, err := collect(r, err, func(r scanner) (p tiedPerson, err error) {
		var silent int64
		f := &p.facts
		err = r.Scan(&p.id, &p.newest, &p.idHash, &p.birthYear, &f.Name, &f.Folded, &f.SortKey, &f.Birth, &f.Sex, &f.IDType,
			&f.Commune, &f.Sub, &p.private, &silent)
		p.silent = silent > 0
		return p, err
	})
	if err != nil {
		return nil, 0, fmt.Errorf("find person: %w", err)
	}
	for i, p := range tied {
		sameID := idHash != "" && p.idHash == idHash && !p.silent
		clash := idHash != "" && p.idHash != "" && p.idHash != idHash
		same := p.facts.Folded == d.Person.Folded && p.birthYear == d.Person.BirthYear()
		if sameID || same && !clash && found == nil {
			found = &tied[i]
		}
		if sameID {
			break
		}
	}
	if found == nil {
		return nil, 0, nil
	}
	err = tx.q.row(ctx, `SELECT COALESCE(MAX(version), 0) FROM declarations WHERE person_id = $1 AND form = $2`, found.id, d.Form).Scan(&version)
	return found, version, wrap(err, "find version")
}

func (tx *Tx) savePerson(ctx context.Context, p core.PersonFacts, out Stored, fresh bool) error {
	private, err := json.Marshal(privatePerson{ID: p.ID, Insurance: p.Insurance, House: p.House})
	if err != nil {
		return fmt.Errorf("save person: %w", err)
	}
	sealed := tx.s.keys.Seal("people.private", out.PersonID, private)
	args := []any{out.PersonID, p.Name, p.Folded, p.SortKey, p.Birth, p.BirthYear(), p.Sex, p.IDType, tx.idHash(p.ID),
		tx.s.keys.Hash(seal.KindInsurance, p.Insurance), sealed, p.Commune, p.District, p.Province, p.Sub, out.DeclarationID}
	text := `UPDATE people SET name = $2, folded = $3, sort_key = $4, birth = $5, birth_year = $6, sex = $7, id_type = $8, id_hash = $9,
		insurance_hash = $10, private = $11, commune = $12, district = $13, province = $14, sub = $15, newest = $16 WHERE id = $1`
	if fresh {
		text = `INSERT INTO people (id, name, folded, sort_key, birth, birth_year, sex, id_type, id_hash, insurance_hash, private,
			commune, district, province, sub, newest, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`
		args = append(args, tx.now.UnixMilli())
	}
	_, err = tx.q.exec(ctx, text, args...)
	return wrap(err, "save person")
}

func (tx *Tx) saveDeclaration(ctx context.Context, d core.Declaration, out Stored, former string) error {
	facts, err := json.Marshal(d.Facts)
	if err != nil {
		return fmt.Errorf("save declaration: %w", err)
	}
	private, err := json.Marshal(d.Private)
	if err != nil {
		return fmt.Errorf("save declaration: %w", err)
	}
	p := d.Person
	_, err = tx.q.exec(ctx, `INSERT INTO declarations (id, person_id, form, version, former, day, at, channel, address_id, proven, notice,
		commune, district, province, sub, symptoms, exposures, facts, private)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`,
		out.DeclarationID, out.PersonID, d.Form, out.Version, former, string(d.Day), d.At.UnixMilli(), d.Channel, d.AddressID,
		bit(d.Proven), d.Notice, p.Commune, p.District, p.Province, p.Sub, listLen(d.Facts["symptoms"]), listLen(d.Facts["exposures"]),
		string(facts), tx.s.keys.Seal("declarations.private", out.DeclarationID, private))
	return wrap(err, "save declaration")
}

func bit(yes bool) int64 {
	if yes {
		return 1
	}
	return 0
}

// listLen counts a multi-select answer, for officers' filters.
func listLen(v any) int {
	switch list := v.(type) {
	case []string:
		return len(list)
	case []any:
		return len(list)
	}
	return 0
}

// linkLikely remembers who may be the same person: by ID number, else by
// folded name, birth year and commune. Nothing is merged and nothing blocked.
func (tx *Tx) linkLikely(ctx context.Context, p core.PersonFacts, personID, idHash string) error {
	for reason, query := range map[string]struct {
		text string
		args []any
	}{
		"id":   {`SELECT id FROM people WHERE id_hash = $1 AND id_hash <> '' AND id <> $2 LIMIT 20`, []any{idHash, personID}},
		"name": {`SELECT id FROM people WHERE commune = $1 AND folded = $2 AND birth_year = $3 AND id <> $4 LIMIT 20`, []any{p.Commune, p.Folded, p.BirthYear(), personID}},
	} {
		if reason == "id" && idHash == "" {
			continue
		}
		r, err := tx.q.query(ctx, query.text, query.args...)
		others, err := collect(r, err, scanText)
		if err != nil {
			return fmt.Errorf("find likely duplicates: %w", err)
		}
		for _, other := range others {
			_, err := tx.q.exec(ctx, `INSERT INTO links (a, b, kind, reason, created_at) VALUES ($1, $2, 'likely', $3, $4) ON CONFLICT DO NOTHING`,
				min(other, personID), max(other, personID), reason, tx.now.UnixMilli())
			if err != nil {
				return fmt.Errorf("link likely duplicates: %w", err)
			}
		}
	}
	return nil
}

// qrOf gives a person's living QR, made at the first declaration.
func (tx *Tx) qrOf(ctx context.Context, personID string, fresh bool) (code, number string, err error) {
	if !fresh {
		var id string
		var sealedCode, sealedNumber []byte
		err := tx.q.row(ctx, `SELECT id, code, number FROM qr_codes WHERE person_id = $1 AND revoked_at = 0
			ORDER BY created_at DESC LIMIT 1`, personID).Scan(&id, &sealedCode, &sealedNumber)
		if err == nil {
			return tx.s.openQR(id, sealedCode, sealedNumber)
		}
		if err != errNoRows {
			return "", "", fmt.Errorf("find qr: %w", err)
		}
	}
	return tx.makeQR(ctx, personID)
}

// makeQR tries again when the ten-digit number is taken: 900 million numbers
// are few enough to meet twice.
func (tx *Tx) makeQR(ctx context.Context, personID string) (code, number string, err error) {
	for range 20 {
		id := core.NewID()
		code, number = qr.NewCode(), qr.NewNumber()
		n, err := tx.q.exec(ctx, `INSERT INTO qr_codes (id, person_id, code_hash, code, number_hash, number, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`, id, personID,
			tx.s.keys.Hash(seal.KindCode, code), tx.s.keys.SealString("qr_codes.code", id, code),
			tx.s.keys.Hash(seal.KindNumber, number), tx.s.keys.SealString("qr_codes.number", id, number), tx.now.UnixMilli())
		if err != nil {
			return "", "", fmt.Errorf("make qr: %w", err)
		}
		if n == 1 {
			return code, number, nil
		}
	}
	return "", "", fmt.Errorf("make qr: no free number in 20 tries")
}

func (s *Store) openQR(id string, sealedCode, sealedNumber []byte) (code, number string, err error) {
	code, err = s.keys.OpenString("qr_codes.code", id, sealedCode)
	if err != nil {
		return "", "", fmt.Errorf("open qr %s: %w", id, err)
	}
	number, err = s.keys.OpenString("qr_codes.number", id, sealedNumber)
	return code, number, wrap(err, "open qr "+id)
}

// PersonQR is one person's QR for its owner.
type PersonQR struct {
	Name, Code, Number string
	Day                core.Day // of the newest declaration
}

// FindQRs gives the QR codes of the people tied to the proved phone of an
// address or, by tiedByAddress, to the address itself. At most 20, the newest declaration first.
func (tx *Tx) FindQRs(ctx context.Context, at *core.Address) ([]PersonQR, error) {
	r, err := tx.q.query(ctx, `SELECT p.name, c.id, c.code, c.number, d.day
		FROM people p JOIN declarations d ON d.id = p.newest
		JOIN qr_codes c ON c.person_id = p.id AND c.revoked_at = 0
		WHERE p.id IN (SELECT t.person_id FROM ties t WHERE t.phone_hash = $1 AND t.phone_hash <> '' AND t.how NOT IN ('unproven', 'silent')
			UNION `+tiedByAddress+`)
		ORDER BY d.at DESC, d.id DESC LIMIT 20`, tx.s.phoneHash(at.Phone), at.ID)
	return collect(r, err, func(r scanner) (q PersonQR, err error) {
		var id, day string
		var code, number []byte
		if err = r.Scan(&q.Name, &id, &code, &number, &day); err != nil {
			return q, err
		}
		q.Day = core.Day(day)
		q.Code, q.Number, err = tx.s.openQR(id, code, number)
		return q, err
	})
}
