package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
)

// Person is as much of a person as an officer may see: Shown says which groups
// of fields were filled, and what is not in them is left zero.
type Person struct {
	ID   string
	Area string // the finest known GSO code of where the person lives
	// Conclusion
	Name      string
	BirthYear int
	Sex       string
	IDType    string
	LastFour  string // of the ID number; "" when there is none
	// FullIdentity
	Birth     string // ISO, cut to its precision
	Sub       string // quarter or hamlet
	IDNumber  string
	Insurance string
	House     string
	Phones    []Phone

	Where  duty.Where
	Shown  []duty.Group
	CanAsk bool // more is shown on request, and the request is logged
	Likely bool // found as the likely duplicate of another, not itself
}

// Phone is a phone that a person is tied to.
type Phone struct {
	E164   string
	Proven bool
	Proxy  bool // of somebody who declares for the person
}

// Shows tells whether a group of fields was filled.
func (p *Person) Shows(g duty.Group) bool { return slices.Contains(p.Shown, g) }

// Version is one declaration, cut to what its reader may see.
type Version struct {
	ID       string
	PersonID string
	Form     string
	Version  int
	Day      core.Day
	At       time.Time
	Channel  string
	Author   string // name of the officer who typed it in; "" for the person
	Proven   bool
	Proxy    bool         // khai hộ: somebody else spoke for the person
	Area     string       // the finest known GSO code, as declared then
	Verdict  core.Verdict // that it was given; without class and reasons where those are not shown
	// ExposureSymptoms; nil was not asked, which is no "no"
	Symptoms  []string
	Exposures []string
	// the rest of what was said, question ID -> answer, cut by duty.GroupOf
	Said map[string]any
}

// Declaration is one declaration with its person and all its versions.
type Declaration struct {
	Version
	Person  *Person
	History []Version // of the same form, the newest first, this one included
	// Corrections are what officers decided about who the person is.
	Corrections []Correction
	Alike       []Likeness        // pairs with the person that the officer may compare
	Names       map[string]string // of the people in Alike, by ID
}

const personColumns = `p.id, p.name, p.birth, p.birth_year, p.sex, p.id_type, p.private, p.commune, p.district, p.province, p.sub`

// scanPerson reads a whole person; cut it before it leaves the store.
func (s *Store) scanPerson(r scanner, more ...any) (*Person, error) {
	var p Person
	var private []byte
	var commune, district, province string
	err := r.Scan(append([]any{&p.ID, &p.Name, &p.Birth, &p.BirthYear, &p.Sex, &p.IDType, &private,
		&commune, &district, &province, &p.Sub}, more...)...)
	if errors.Is(err, errNoRows) {
		return nil, core.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("read person: %w", err)
	}
	sealed, err := s.openPrivate(p.ID, private)
	if err != nil {
		return nil, err
	}
	p.Area = finest(commune, district, province)
	p.IDNumber, p.Insurance, p.House = sealed.ID, sealed.Insurance, sealed.House
	p.LastFour = lastFour(p.IDNumber)
	return &p, nil
}

// openPrivate opens the sealed half of a person.
func (s *Store) openPrivate(personID string, private []byte) (sealed privatePerson, err error) {
	plain, err := s.keys.OpenString("people.private", personID, private)
	if err != nil {
		return sealed, fmt.Errorf("person %s: %w", personID, err)
	}
	if plain != "" && json.Unmarshal([]byte(plain), &sealed) != nil {
		return sealed, fmt.Errorf("person %s: private part is no JSON", personID)
	}
	return sealed, nil
}

// cut leaves of a person what a look may show of a record that belongs to an
// area; core.ErrNotFound when it may show nothing.
func (p *Person) cut(l Look, code string, inHand bool) error {
	d := l.Officer.Duty
	p.Where = l.Officer.WhereIs(code, inHand)
	p.Shown = duty.Shown(d, p.Where, l.Reveal == p.ID)
	p.CanAsk = duty.May(d, p.Where, duty.FullIdentity) == duty.Reveal && l.Reveal != p.ID
	if !p.Shows(duty.Conclusion) {
		*p = Person{}
		return core.ErrNotFound
	}
	if !p.Shows(duty.FullIdentity) {
		p.hideIdentity()
	}
	return nil
}

func (p *Person) hideIdentity() {
	p.Birth, p.Sub, p.IDNumber, p.Insurance, p.House = "", "", "", "", ""
}

// lastFour is never more than half of a number.
func lastFour(id string) string {
	if id == core.NobodysID {
		return ""
	}
	return id[len(id)-min(4, len(id)/2):]
}

// phones opens the phones a person is tied to.
func (s *Store) phones(ctx context.Context, q querier, personID string) ([]Phone, error) {
	all, err := s.phonesOfEach(ctx, q, []string{personID})
	return all[personID], err
}

// phonesOfEach are the same of many people, by their IDs.
func (s *Store) phonesOfEach(ctx context.Context, q querier, ids []string) (map[string][]Phone, error) {
	all := make(map[string][]Phone, len(ids))
	if len(ids) == 0 {
		return all, nil
	}
	r, err := q.query(ctx, `SELECT person_id, phone, how FROM ties WHERE person_id`+s.anyOf("$1")+` AND how <> 'objected' ORDER BY created_at DESC`, s.among(ids))
	_, err = collect(r, err, func(r scanner) (p Phone, err error) {
		var person, how string
		var sealed []byte
		if err = r.Scan(&person, &sealed, &how); err != nil {
			return p, err
		}
		p.Proven, p.Proxy = how == tieOwn || how == tieProxy, how == tieProxy
		if p.E164, err = s.keys.OpenString("ties.phone", person, sealed); err != nil {
			return p, fmt.Errorf("phones of person %s: %w", person, err)
		}
		all[person] = append(all[person], p)
		return p, nil
	})
	if err != nil {
		return nil, fmt.Errorf("read phones: %w", err)
	}
	for person, list := range all {
		slices.SortStableFunc(list, func(a, b Phone) int { // who declared for the person comes last
			return int(bit(a.Proxy) - bit(b.Proxy))
		})
		var seen []Phone
		for _, p := range list {
			if p.E164 != "" && !slices.ContainsFunc(seen, func(o Phone) bool { return o.E164 == p.E164 }) {
				seen = append(seen, p)
			}
		}
		all[person] = seen
	}
	return all, nil
}

const versionColumns = `d.id, d.person_id, d.form, d.version, d.day, d.at, d.channel, d.proven, d.proxy, d.commune, d.district, d.province,
	d.facts, d.private, d.verdict, COALESCE((SELECT o.name FROM officers o WHERE o.id = d.officer_id AND d.officer_id <> ''), '')`

// scanVersion reads a declaration and cuts it to some groups of fields.
func (s *Store) scanVersion(r scanner, shown []duty.Group) (v Version, err error) {
	if v, err = s.scanWhole(r); err == nil {
		v.cut(shown)
	}
	return v, err
}

// scanWhole reads a declaration, which its caller must cut.
func (s *Store) scanWhole(r scanner) (v Version, err error) {
	var day, facts, verdict, commune, district, province string
	var at, proven, proxy int64
	var private []byte
	err = r.Scan(&v.ID, &v.PersonID, &v.Form, &v.Version, &day, &at, &v.Channel, &proven, &proxy, &commune, &district, &province,
		&facts, &private, &verdict, &v.Author)
	if err != nil {
		return v, err
	}
	v.Day, v.At, v.Proven, v.Proxy, v.Area = core.Day(day), time.UnixMilli(at), proven > 0, proxy > 0, finest(commune, district, province)
	plain, err := s.keys.OpenString("declarations.private", v.ID, private)
	if err != nil {
		return v, fmt.Errorf("declaration %s: %w", v.ID, err)
	}
	v.Said = make(map[string]any)
	for _, text := range []string{facts, plain} {
		if text == "" || text == "null" {
			continue
		}
		if err := json.Unmarshal([]byte(text), &v.Said); err != nil {
			return v, fmt.Errorf("declaration %s: answers are no JSON", v.ID)
		}
	}
	if verdict != "" {
		if err := json.Unmarshal([]byte(verdict), &v.Verdict); err != nil {
			return v, fmt.Errorf("declaration %s: its verdict is no JSON", v.ID)
		}
	}
	return v, nil
}

// cut leaves of the answers what the groups hold, and sorts out the symptoms
// and exposures, which every page names first.
func (v *Version) cut(shown []duty.Group) {
	for question := range v.Said {
		if !slices.Contains(shown, duty.GroupOf(question)) {
			delete(v.Said, question)
		}
	}
	v.Symptoms, v.Exposures = texts(v.Said["symptoms"]), texts(v.Said["exposures"])
	if !slices.Contains(shown, duty.ExposureSymptoms) {
		v.Verdict.Class, v.Verdict.Reasons = "", nil
	}
	delete(v.Said, "symptoms")
	delete(v.Said, "exposures")
}

// texts is a list of coded answers; nil when there is none, not even an empty one.
func texts(v any) []string {
	list, ok := v.([]any)
	if !ok {
		return nil
	}
	out := []string{}
	for _, item := range list {
		if text, ok := item.(string); ok {
			out = append(out, text)
		}
	}
	return out
}

// maxHistory bounds how many versions one page shows.
const maxHistory = 100

// Declaration opens one declaration of the scope with its person and history,
// cut to what the officer may see. One outside is core.ErrNotFound, as is one
// that never was; both leave the same row in reads.
func (s *Store) Declaration(ctx context.Context, l Look, scope duty.Scope, id string) (*Declaration, error) {
	var d *Declaration
	err := s.looking(ctx, &l, func(q querier) (err error) {
		d, err = s.openDeclaration(ctx, q, l, scope, id)
		switch {
		case errors.Is(err, core.ErrNotFound):
			return s.nobody(ctx, q, l)
		case err != nil:
			return err
		}
		return s.keepReads(ctx, q, l, []*Person{d.Person})
	})
	if err != nil {
		return nil, err
	}
	return d, nil
}

func (s *Store) openDeclaration(ctx context.Context, q querier, l Look, scope duty.Scope, id string) (*Declaration, error) {
	// A text that is no UTF-8 is no ID, and PostgreSQL would refuse it aloud.
	if !goodText(id) {
		return nil, core.ErrNotFound
	}
	var d Declaration
	var commune, district, province, form string
	row := q.row(ctx, `SELECT `+personColumns+`, d.commune, d.district, d.province, d.form
		FROM declarations d JOIN people p ON p.id = d.person_id WHERE d.id = $1`, id)
	var err error
	d.Person, err = s.scanPerson(row, &commune, &district, &province, &form)
	if err != nil {
		return nil, err
	}
	code := finest(commune, district, province)
	if !scope.Holds(code) {
		return nil, core.ErrNotFound
	}
	if err := d.Person.cut(l, code, false); err != nil {
		return nil, err
	}
	return &d, s.openRest(ctx, q, l, &d, scope, form, id)
}

func (s *Store) nobody(ctx context.Context, q querier, l Look) error {
	if err := s.keepReads(ctx, q, l, nil); err != nil {
		return err
	}
	return core.ErrNotFound
}

// openRest reads the versions inside the scope and the phones.
func (s *Store) openRest(ctx context.Context, q querier, l Look, d *Declaration, scope duty.Scope, form, id string) error {
	r, err := q.query(ctx, `SELECT `+versionColumns+` FROM declarations d WHERE d.person_id = $1 AND d.form = $2
		ORDER BY d.version DESC, d.at DESC, d.id DESC LIMIT $3`, d.Person.ID, form, maxHistory)
	all, err := collect(r, err, func(r scanner) (Version, error) { return s.scanVersion(r, d.Person.Shown) })
	if err != nil {
		return fmt.Errorf("history of declaration %s: %w", id, err)
	}
	for _, v := range all {
		if !scope.Holds(v.Area) {
			continue
		}
		if v.ID == id {
			d.Version = v
		}
		d.History = append(d.History, v)
	}
	if d.ID == "" { // older than the newest hundred
		d.Version, err = s.scanVersion(q.row(ctx, `SELECT `+versionColumns+` FROM declarations d WHERE d.id = $1`, id), d.Person.Shown)
		if err != nil {
			return fmt.Errorf("declaration %s: %w", id, err)
		}
	}
	if d.Corrections, err = s.corrections(ctx, q, d.Person.ID); err != nil {
		return err
	}
	if err := s.openAlike(ctx, q, d, l); err != nil {
		return err
	}
	switch p := d.Person; {
	case !scope.Holds(p.Area): // moved away since: what is new is no longer this area's
		p.Area = d.Area
		p.hideIdentity()
	case p.Shows(duty.FullIdentity):
		p.Phones, err = s.phones(ctx, q, p.ID)
	}
	return err
}
