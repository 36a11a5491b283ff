package store

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"sync"

	"khaibao/core"
	"khaibao/core/qr"
	"khaibao/core/seal"
)

// bulkTable is rows of one table in the making.
type bulkTable struct {
	name    string
	columns []string
	rows    [][]any
}

// bulkRows are the rows of one part. Columns that are not named keep their
// defaults, as they do where Tx.Declare writes; a test compares the two.
type bulkRows struct {
	s       *Store
	numbers *numbers

	watched func([]core.Declaration) (LoadedPeriod, bool) // nil: nobody is

	people, ties, declarations, codes, arrivals, monitoring, triage bulkTable
}

func (s *Store) newBulkRows(people int, n *numbers) *bulkRows {
	table := func(name string, rows int, columns ...string) bulkTable {
		return bulkTable{name: name, columns: columns, rows: make([][]any, 0, rows)}
	}
	return &bulkRows{s: s, numbers: n,
		people: table("people", people, "id", "name", "folded", "sort_key", "birth", "birth_year", "sex", "id_type", "id_hash",
			"insurance_hash", "private", "commune", "district", "province", "sub", "newest", "name_key", "old_id_hash", "created_at",
			"class", "colour_rank", "measure", "measure_until", "verdict", "judged_at", "held", "word"),
		ties: table("ties", people, "person_id", "phone_hash", "phone", "address_id", "how", "created_at"),
		declarations: table("declarations", people*5/4, "id", "person_id", "form", "version", "former", "day", "at", "channel", "address_id",
			"proven", "notice", "commune", "district", "province", "sub", "symptoms", "exposures", "facts", "private", "proxy", "origin",
			"class", "colour", "measure", "verdict"),
		codes: table("qr_codes", people, "id", "person_id", "code_hash", "code", "number_hash", "number", "created_at"),
		arrivals: table("arrivals", people/4, "id", "person_id", "declaration_id", "commune", "district", "province", "sub", "origin", "day",
			"colour_rank", "state", "owner", "surveillance", "monitoring_id", "other_id", "other_area", "version", "made_at"),
		triage: table("triage", people/8, "person_id", "declaration_id", "commune", "district", "province", "sub", "colour_rank", "since", "version"),
		monitoring: table("monitoring", people/8, "id", "person_id", "kind", "commune", "district", "province", "sub", "from_day", "base_day", "days",
			"until_day", "rules", "slot", "per_day", "origin", "opened_at", "answered_at", "answered_day", "missed", "colour_rank", "ill_at", "ended_at", "ended_how"),
	}
}

func (b *bulkRows) tables() []*bulkTable {
	return []*bulkTable{&b.people, &b.ties, &b.declarations, &b.codes, &b.monitoring, &b.arrivals, &b.triage}
}

// addPerson makes the rows of one person with all their declarations.
func (b *bulkRows) addPerson(declarations []core.Declaration) error {
	if len(declarations) == 0 {
		return fmt.Errorf("a person without a declaration")
	}
	personID := core.NewID()
	versions := make(map[string]int, 1)
	newest := ""
	var known core.PersonFacts
	var was standing
	var last *judged
	var arrived []core.Arrival
	var made []int64 // when each was
	var urgent bulkTriage
	var err error
	for i := range declarations {
		d := &declaring{Declaration: declarations[i]}
		if i == 0 {
			known = d.Person
		} else {
			known = d.Person.Keeping(known)
		}
		versions[d.Form]++
		id := core.NewID()
		if err := d.judge(was, newest, known, d.At); err != nil {
			return err
		}
		if was, err = d.left(was); err != nil {
			return err
		}
		if d.judged != nil {
			last = d.judged
		}
		if err := b.addDeclaration(d, id, personID, newest, versions[d.Form]); err != nil {
			return err
		}
		urgent = urgent.next(triageRow(personID, id, d.Person, d.judged, d.At.UnixMilli(), triageDeclared))
		if d.Form == journeyForm {
			journey := arrivalOf(personID, id, d.Person, d.Facts, d.verdict())
			now, same := journey, false
			if n := len(arrived); n > 0 {
				now, same = arrived[n-1].Told(journey)
			}
			if same {
				arrived[len(arrived)-1] = now
			} else {
				arrived, made = append(arrived, now), append(made, d.At.UnixMilli())
			}
		}
		newest = id
	}
	if urgent.row != nil {
		b.triage.rows = append(b.triage.rows, append(urgent.row[:8:8], urgent.version))
	}
	if b.watched != nil {
		if w, ok := b.watched(declarations); ok {
			rules := ""
			if last != nil {
				rules = last.inForce.Rules
			}
			b.addPeriod(&w, &declarations[len(declarations)-1], personID, rules, arrived)
		}
	}
	for i, a := range arrived {
		b.arrivals.rows = append(b.arrivals.rows, append(arrivalValues(a), made[i]))
	}
	b.addTies(declarations, personID)
	first := declarations[0].At.UnixMilli()
	b.addCode(personID, first)
	return b.addFacts(known, last, personID, newest, first)
}

// bulkTriage is a row of triage as triageText would leave it for somebody whom
// nobody has called.
type bulkTriage struct {
	row     []any
	version int
}

func (t bulkTriage) next(row []any) bulkTriage {
	if row == nil {
		return t
	}
	const rank, since = 6, 7
	if t.row != nil && row[rank].(int) <= t.row[rank].(int) {
		row[since] = t.row[since]
	}
	return bulkTriage{row, t.version + 1}
}

func (b *bulkRows) addFacts(p core.PersonFacts, j *judged, personID, newest string, created int64) error {
	private, err := json.Marshal(privatePerson{ID: p.ID, OldID: p.OldID, Insurance: p.Insurance, House: p.House})
	if err != nil {
		return fmt.Errorf("person: %w", err)
	}
	_, verdict, err := j.values()
	if err != nil {
		return err
	}
	keys := b.s.keys
	b.people.rows = append(b.people.rows, append([]any{personID, p.Name, p.Folded, p.SortKey, p.Birth, p.BirthYear(), p.Sex, p.IDType,
		keys.Hash(seal.KindID, p.ID), keys.Hash(seal.KindInsurance, p.Insurance), keys.Seal("people.private", personID, private),
		p.Commune, p.District, p.Province, p.Sub, newest, p.NameKey(), keys.Hash(seal.KindID, p.OldID), created}, verdict...))
	return nil
}

func (b *bulkRows) addDeclaration(d *declaring, id, personID, former string, version int) error {
	facts, err := json.Marshal(d.Facts)
	if err != nil {
		return fmt.Errorf("facts: %w", err)
	}
	private, err := json.Marshal(d.Private)
	if err != nil {
		return fmt.Errorf("private answers: %w", err)
	}
	verdict, _, err := d.judged.values()
	if err != nil {
		return err
	}
	p := &d.Person
	b.declarations.rows = append(b.declarations.rows, append([]any{id, personID, d.Form, version, former, string(d.Day), d.At.UnixMilli(), d.Channel,
		d.AddressID, bit(d.Proven), d.Notice, p.Commune, p.District, p.Province, p.Sub, listLen(d.Facts["symptoms"]), listLen(d.Facts["exposures"]),
		string(facts), b.s.keys.Seal("declarations.private", id, private), bit(d.Proxy), originOf(d.Declaration)}, verdict...))
	return nil
}

// addTies ties a person once to each phone and address it declared with.
func (b *bulkRows) addTies(declarations []core.Declaration, personID string) {
	type end struct{ phoneHash, addressID string }
	var tied []end
next:
	for i := range declarations {
		d := &declarations[i]
		to, how := end{phoneHash: b.s.phoneHash(d.Phone)}, tieOwn
		switch {
		case !d.Proven:
			to.addressID, how = d.AddressID, tieUnproven
		case d.Proxy:
			how = tieProxy
		}
		for _, t := range tied {
			if t == to {
				continue next
			}
		}
		tied = append(tied, to)
		var phone []byte
		if d.Phone != "" {
			phone = b.s.keys.SealString("ties.phone", personID, d.Phone)
		}
		b.ties.rows = append(b.ties.rows, []any{personID, to.phoneHash, phone, to.addressID, how, d.At.UnixMilli()})
	}
}

func (b *bulkRows) addCode(personID string, created int64) {
	keys := b.s.keys
	id, code := core.NewID(), qr.NewCode()
	number, hash := b.numbers.draw()
	b.codes.rows = append(b.codes.rows, []any{id, personID, keys.Hash(seal.KindCode, code), keys.SealString("qr_codes.code", id, code),
		hash, keys.SealString("qr_codes.number", id, number), created})
}

// numbers are the ten-digit numbers in use, by their hashes. Among a million
// some hundreds would meet twice, and one would undo a whole part.
type numbers struct {
	keys *seal.Keys

	mu    sync.Mutex
	taken map[[16]byte]struct{}
}

func (s *Store) takenNumbers(ctx context.Context) (*numbers, error) {
	n := &numbers{keys: s.keys, taken: make(map[[16]byte]struct{})}
	r, err := s.q.query(ctx, `SELECT number_hash FROM qr_codes`)
	if err != nil {
		return nil, fmt.Errorf("numbers in use: %w", err)
	}
	defer r.close()
	for r.Next() {
		var hash string
		if err := r.Scan(&hash); err != nil {
			return nil, fmt.Errorf("numbers in use: %w", err)
		}
		n.taken[hashBytes(hash)] = struct{}{}
	}
	return n, wrap(r.Err(), "numbers in use")
}

// draw makes a number that nobody has.
func (n *numbers) draw() (number, hash string) {
	for {
		number = qr.NewNumber()
		hash = n.keys.Hash(seal.KindNumber, number)
		key := hashBytes(hash)
		n.mu.Lock()
		_, taken := n.taken[key]
		n.taken[key] = struct{}{}
		n.mu.Unlock()
		if !taken {
			return number, hash
		}
	}
}

// hashBytes is a hash in hex as the bytes it stands for.
func hashBytes(hash string) (b [16]byte) {
	_, _ = hex.Decode(b[:], []byte(hash)) // all hashes are of this form
	return b
}
