package store

import (
	"context"
	"fmt"
	"slices"
)

func (m merger) merge(ctx context.Context, l Look, keep, gone one) error {
	before, after := state{Newest: keep.newest}, state{Newest: keep.newest}
	if err := m.mergeDeclarations(ctx, keep, gone, &before, &after); err != nil {
		return fmt.Errorf("declarations: %w", err)
	}
	if err := m.mergeTies(ctx, keep.ID, gone.ID, &before, &after); err != nil {
		return fmt.Errorf("ties: %w", err)
	}
	r, err := m.q.query(ctx, `SELECT id FROM qr_codes WHERE person_id = $1 ORDER BY id`, gone.ID)
	if before.Codes, err = collect(r, err, scanText); err != nil {
		return fmt.Errorf("qr codes: %w", err)
	}
	if _, err = m.q.exec(ctx, `UPDATE qr_codes SET person_id = $2 WHERE person_id = $1`, gone.ID, keep.ID); err != nil {
		return fmt.Errorf("qr codes: %w", err)
	}
	if err = m.mergeFacts(ctx, keep, gone, &after); err != nil {
		return fmt.Errorf("facts: %w", err)
	}
	if err = m.mergeMonitoring(ctx, l, keep.ID, gone.ID, &before); err != nil {
		return fmt.Errorf("monitoring: %w", err)
	}
	if err = m.mergeArrivals(ctx, l, keep.ID, gone.ID); err != nil {
		return fmt.Errorf("arrivals: %w", err)
	}
	if err = m.mergeTriage(ctx, keep.ID, gone.ID); err != nil {
		return err
	}
	if err = m.mergeVerdicts(ctx, l, keep.ID, gone.ID, keep.newest, gone.newest); err != nil {
		return fmt.Errorf("verdict: %w", err)
	}
	if _, err = m.q.exec(ctx, `UPDATE people SET merged_into = $2 WHERE id = $1 OR merged_into = $1 AND merged_into <> ''`, gone.ID, keep.ID); err != nil {
		return err
	}
	if err = m.mergeLinks(ctx, keep.ID, gone.ID, &before); err != nil {
		return fmt.Errorf("links: %w", err)
	}
	return m.keepCorrection(ctx, l, correctionMerged, keep.ID, gone.ID, before, after)
}

// mergeFacts fills what keep does not know from what gone knows.
func (m merger) mergeFacts(ctx context.Context, keep, gone one, after *state) error {
	facts := keep.facts.Keeping(gone.facts)
	for name, filled := range map[string]bool{"id_number": facts.ID != keep.facts.ID, "insurance": facts.Insurance != keep.facts.Insurance,
		"house": facts.House != keep.facts.House, "birth": facts.Birth != keep.facts.Birth, "sex": facts.Sex != keep.facts.Sex, "name": facts.Name != keep.facts.Name} {
		if filled {
			after.Filled = append(after.Filled, name)
		}
	}
	slices.Sort(after.Filled)
	tx := &Tx{s: m.s, q: m.q, now: m.now}
	return tx.savePerson(ctx, facts, Stored{PersonID: keep.ID, DeclarationID: after.Newest}, nil, false)
}

// mergeDeclarations gives gone's declarations to keep and numbers the versions anew.
func (m merger) mergeDeclarations(ctx context.Context, keep, gone one, before, after *state) error {
	r, err := m.q.query(ctx, `SELECT id, person_id, form, version, at FROM declarations WHERE person_id IN ($1, $2) ORDER BY form, version, at, id`, keep.ID, gone.ID)
	before.Declarations, err = collect(r, err, func(r scanner) (v versionOf, err error) {
		err = r.Scan(&v.ID, &v.Person, &v.Form, &v.Version, &v.at)
		return v, err
	})
	if err != nil {
		return err
	}
	var newest versionOf
	after.Declarations = inOrder(before.Declarations, keep.ID)
	for _, v := range after.Declarations {
		if _, err := m.q.exec(ctx, `UPDATE declarations SET person_id = $2, version = $3 WHERE id = $1`, v.ID, v.Person, v.Version); err != nil {
			return err
		}
		if v.at > newest.at || v.at == newest.at && v.ID > newest.ID {
			newest = v
		}
	}
	if newest.ID != "" {
		after.Newest = newest.ID
	}
	return nil
}

// inOrder puts the versions of two people into one row for each form: by time,
// and each person's own in the order they had. all is sorted by form and version.
func inOrder(all []versionOf, keep string) []versionOf {
	var out []versionOf
	for len(all) > 0 {
		n := 1
		for n < len(all) && all[n].Form == all[0].Form {
			n++
		}
		var mine, theirs []versionOf
		for _, v := range all[:n] {
			if v.Person == keep {
				mine = append(mine, v)
			} else {
				theirs = append(theirs, v)
			}
		}
		for version := 1; version <= n; version++ {
			from := &mine
			if len(mine) == 0 || len(theirs) > 0 && theirs[0].at < mine[0].at {
				from = &theirs
			}
			v := (*from)[0]
			*from = (*from)[1:]
			v.Person, v.Version = keep, version
			out = append(out, v)
		}
		all = all[n:]
	}
	return out
}

// tieOf is a tie by what it is found by.
type tieOf struct {
	Person  string `json:"person"`
	Phone   string `json:"phone,omitempty"` // hash
	Address string `json:"address,omitempty"`
	How     string `json:"how"`

	sealed            []byte
	told              string
	toldAt, createdAt int64
}

// tieStrength orders how two ties of one phone become one: an objection is
// never outweighed, then the stronger holds.
var tieStrength = map[string]int{tieNamed: 1, tieSilent: 2, tieUnproven: 3, tieProxy: 4, tieOwn: 5, tieObjected: 6}

// mergeTies gives gone's ties to keep; where both have one to the same end, one
// stays.
func (m merger) mergeTies(ctx context.Context, keep, gone string, before, after *state) error {
	r, err := m.q.query(ctx, `SELECT person_id, phone_hash, phone, address_id, how, told_hash, told_at, created_at
		FROM ties WHERE person_id IN ($1, $2) ORDER BY person_id, phone_hash, address_id`, keep, gone)
	before.Ties, err = collect(r, err, func(r scanner) (t tieOf, err error) {
		err = r.Scan(&t.Person, &t.Phone, &t.sealed, &t.Address, &t.How, &t.told, &t.toldAt, &t.createdAt)
		return t, err
	})
	if err != nil {
		return err
	}
	for _, t := range before.Ties {
		if t.Person == keep {
			after.Ties = append(after.Ties, t)
		}
	}
	for _, t := range before.Ties {
		if t.Person == keep {
			continue
		}
		phone, err := m.s.keys.OpenString("ties.phone", gone, t.sealed)
		if err != nil {
			return fmt.Errorf("phone of person %s: %w", gone, err)
		}
		if t.sealed = nil; phone != "" { // a sealed phone names its person
			t.sealed = m.s.keys.SealString("ties.phone", keep, phone)
		}
		t.Person = keep
		same := slices.IndexFunc(after.Ties, func(o tieOf) bool { return o.Phone == t.Phone && o.Address == t.Address })
		if same < 0 {
			after.Ties = append(after.Ties, t)
		} else if o := &after.Ties[same]; tieStrength[t.How] > tieStrength[o.How] {
			*o = t
		}
	}
	if _, err := m.q.exec(ctx, `DELETE FROM ties WHERE person_id IN ($1, $2)`, keep, gone); err != nil {
		return err
	}
	for _, t := range after.Ties {
		_, err := m.q.exec(ctx, `INSERT INTO ties (person_id, phone_hash, phone, address_id, how, told_hash, told_at, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, t.Person, t.Phone, t.sealed, t.Address, t.How, t.told, t.toldAt, t.createdAt)
		if err != nil {
			return err
		}
	}
	return nil
}

// mergeLinks gives gone's links to keep. Whom an officer held apart from one of
// the two is apart from both.
func (m merger) mergeLinks(ctx context.Context, keep, gone string, before *state) error {
	r, err := m.q.query(ctx, `SELECT b, kind, reason FROM links WHERE a = $1 UNION SELECT a, kind, reason FROM links WHERE b = $1 ORDER BY 1`, gone)
	type linked struct{ other, kind, reason string }
	all, err := collect(r, err, func(r scanner) (l linked, err error) {
		err = r.Scan(&l.other, &l.kind, &l.reason)
		return l, err
	})
	if err != nil {
		return err
	}
	before.Links = make(map[string]string)
	for _, l := range all {
		before.Links[l.other] = l.kind
		if l.other == keep || l.kind == correctionMerged {
			continue
		}
		if err := m.link(ctx, keep, l.other, l.kind, l.reason); err != nil {
			return err
		}
		if _, err := m.q.exec(ctx, `DELETE FROM links WHERE a = $1 AND b = $2`, min(gone, l.other), max(gone, l.other)); err != nil {
			return err
		}
	}
	return m.link(ctx, keep, gone, correctionMerged, byOfficer)
}

// byOfficer is the reason of a link that an officer made.
const byOfficer = "officer"

// link keeps what two people are to each other. What an officer said is not
// undone by a likeness.
func (m merger) link(ctx context.Context, a, b, kind, reason string) error {
	_, err := m.q.exec(ctx, `INSERT INTO links (a, b, kind, reason, created_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (a, b) DO UPDATE SET kind = excluded.kind, reason = excluded.reason, created_at = excluded.created_at WHERE excluded.kind <> 'likely'`,
		min(a, b), max(a, b), kind, reason, m.now.UnixMilli())
	return err
}
