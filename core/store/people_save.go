package store

import (
	"context"
	"encoding/json"
	"fmt"

	"khaibao/core"
	"khaibao/core/seal"
)

// savePerson writes what is known of a person; the verdict in force stays as it
// is where j is nil.
func (tx *Tx) savePerson(ctx context.Context, p core.PersonFacts, out Stored, j *judged, fresh bool) error {
	private, err := json.Marshal(privatePerson{ID: p.ID, OldID: p.OldID, Insurance: p.Insurance, House: p.House})
	if err != nil {
		return fmt.Errorf("save person: %w", err)
	}
	sealed := tx.s.keys.Seal("people.private", out.PersonID, private)
	args := []any{out.PersonID, p.Name, p.Folded, p.SortKey, p.Birth, p.BirthYear(), p.Sex, p.IDType, tx.idHash(p.ID),
		tx.s.keys.Hash(seal.KindInsurance, p.Insurance), sealed, p.Commune, p.District, p.Province, p.Sub, out.DeclarationID, p.NameKey(), tx.idHash(p.OldID)}
	_, verdict, err := j.values()
	if err != nil {
		return err
	}
	text := updatePerson
	switch {
	case fresh:
		text = insertPerson
		args = append(append(args, tx.now.UnixMilli()), verdict...)
	case j != nil:
		text = updatePerson + updateVerdict
		args = append(args, verdict...)
	}
	if !fresh {
		text += ` WHERE id = $1`
	}
	return wrap(tx.q.later(ctx, text, args...), "save person")
}

// The statements of savePerson.
const (
	updatePerson = `UPDATE people SET name = $2, folded = $3, sort_key = $4, birth = $5, birth_year = $6, sex = $7, id_type = $8, id_hash = $9,
		insurance_hash = $10, private = $11, commune = $12, district = $13, province = $14, sub = $15, newest = $16, name_key = $17, old_id_hash = $18`
	updateVerdict = `, class = $19, colour_rank = $20, measure = $21, measure_until = $22, verdict = $23, judged_at = $24, held = $25, word = $26`
	insertPerson  = `INSERT INTO people (id, name, folded, sort_key, birth, birth_year, sex, id_type, id_hash, insurance_hash, private,
			commune, district, province, sub, newest, name_key, old_id_hash, created_at, ` + personVerdict + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27)`
)

func (tx *Tx) saveDeclaration(ctx context.Context, d declaring, out Stored, former string) error {
	facts, err := json.Marshal(d.Facts)
	if err != nil {
		return fmt.Errorf("save declaration: %w", err)
	}
	private, err := json.Marshal(d.Private)
	if err != nil {
		return fmt.Errorf("save declaration: %w", err)
	}
	verdict, _, err := d.judged.values()
	if err != nil {
		return err
	}
	p := d.Person
	args := []any{out.DeclarationID, out.PersonID, d.Form, out.Version, former, string(d.Day), d.At.UnixMilli(), d.Channel, d.AddressID,
		bit(d.Proven), d.Notice, p.Commune, p.District, p.Province, p.Sub, listLen(d.Facts["symptoms"]), listLen(d.Facts["exposures"]),
		string(facts), tx.s.keys.Seal("declarations.private", out.DeclarationID, private), bit(d.Proxy), originOf(d.Declaration)}
	text, args := insertDeclaration, append(args, verdict...)
	if d.OfficerID != "" {
		text, args = insertEntered, append(args, d.OfficerID)
	}
	return wrap(tx.q.later(ctx, text, args...), "save declaration")
}

// The statements of saveDeclaration. What people send has no officer, and is
// not to carry a value more.
const (
	insertDeclaration = `INSERT INTO declarations (` + savedColumns + `) VALUES (` + savedValues + `)`
	insertEntered     = `INSERT INTO declarations (` + savedColumns + `, officer_id) VALUES (` + savedValues + `, $26)`
	savedColumns      = `id, person_id, form, version, former, day, at, channel, address_id, proven, notice,
			commune, district, province, sub, symptoms, exposures, facts, private, proxy, origin, ` + declarationVerdict
	savedValues = `$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25`
)

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
