package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
)

// Filter narrows a list of declarations; its zero value narrows nothing.
type Filter struct {
	From, To    core.Day // both included
	Area        string   // GSO code inside the scope
	Name        string   // folded: a name, a given name, the beginning of one
	Channel     string
	Symptomatic bool
	Exposed     bool
	Proof       string      // "proven", "unproven"
	Colour      core.Colour // that it was given
	NewestOnly  bool        // no declaration that has a newer version
}

// Cursor is the place in a list behind which a page begins; the zero Cursor is
// its beginning.
type Cursor struct {
	At int64 // Unix milliseconds
	ID string
}

// Row is a declaration on a list.
type Row struct {
	ID        string
	PersonID  string
	Form      string
	Name      string // initials where the duty sees the list masked
	BirthYear int    // 0 where it does
	Sex       string
	Area      string
	At        time.Time
	Day       core.Day
	Channel   string
	Proven    bool
	Version   int
	Symptoms  []string // nil when not asked or not shown
	Exposures []string
	Colour    core.Colour // by the rules; "" where it was not judged, or is not shown
}

// Page is one page of a list.
type Page struct {
	Rows   []Row
	Next   Cursor // zero when there is no more
	Counts Counts
	Masked bool
}

// Counts are what stands beside the filters: how many of the declarations
// found, the newest CountedAtMost of them at most, each further filter leaves.
type Counts struct {
	All, Symptomatic, Exposed, Unproven int
}

// CountedAtMost bounds what is counted, so that a page costs the same in a
// commune and in the province.
const CountedAtMost = 10_000

// PageSize is how many rows a page has.
const PageSize = 50

// Declarations lists declarations of a scope, the newest first. Filters on
// what a duty does not see are not applied, as they would tell it. A search
// by name is a look-up and leaves a row in reads.
func (s *Store) Declarations(ctx context.Context, l Look, scope duty.Scope, f Filter, after Cursor) (Page, error) {
	answer := duty.May(l.Officer.Duty, duty.InArea, duty.Lists)
	p := Page{Masked: answer == duty.Masked}
	if answer != duty.Yes && !p.Masked {
		return Page{}, core.ErrNotFound
	}
	if p.Masked {
		f.Name, f.Symptomatic, f.Exposed, f.Colour = "", false, false, core.ColourNone
	}
	where, ok := filtered(scope, f)
	if !ok {
		return Page{}, core.ErrNotFound
	}
	if f.Name == "" {
		return p, s.list(ctx, s.q, l, &p, where, after)
	}
	err := s.looking(ctx, &l, func(q querier) error {
		if err := named(ctx, q, where, f.Name); err != nil {
			return err
		}
		if err := s.list(ctx, q, l, &p, where, after); err != nil {
			return err
		}
		return s.keepRead(ctx, q, l, "", string(duty.Lists), len(p.Rows) > 0)
	})
	return p, err
}

// conditions gathers the WHERE of a list with its arguments.
type conditions struct {
	text strings.Builder
	args []any
}

// and adds a condition in which each ? stands for the next argument.
func (c *conditions) and(text string, args ...any) {
	c.text.WriteString(" AND ")
	for _, part := range strings.SplitAfter(text, "?") {
		if before, ok := strings.CutSuffix(part, "?"); ok {
			c.args = append(c.args, args[0])
			args = args[1:]
			part = before + "$" + strconv.Itoa(len(c.args))
		}
		c.text.WriteString(part)
	}
}

// filtered writes the conditions of a filter inside a scope; not ok when the
// filter asks for an area outside it.
func filtered(scope duty.Scope, f Filter) (*conditions, bool) {
	code := scope.Area
	if f.Area != "" {
		code = f.Area
	}
	column, ok := scopeColumn(code)
	if !ok || !scope.Holds(code) || scope == duty.Everywhere {
		return nil, false
	}
	c := &conditions{}
	c.and("d."+column+" = ?", code)
	if f.From != "" {
		c.and("d.day >= ?", string(f.From))
		if start, err := time.ParseInLocation(time.DateOnly, string(f.From), core.Zone); err == nil {
			c.and("d.at >= ?", start.UnixMilli()) // nobody declares for a day to come; the index is by time
		}
	}
	if f.To != "" {
		c.and("d.day <= ?", string(f.To))
	}
	if f.Channel != "" {
		c.and("d.channel = ?", f.Channel)
	}
	if f.Symptomatic {
		c.and("d.symptoms > 0")
	}
	if f.Exposed {
		c.and("d.exposures > 0")
	}
	if f.Proof != "" {
		c.and("d.proven = ?", bit(f.Proof == "proven"))
	}
	if f.Colour != core.ColourNone {
		c.and("d.colour = ?", string(f.Colour))
	}
	if f.NewestOnly {
		// A join here lets PostgreSQL read a million people before the first row.
		c.and("d.id = (SELECT p.newest FROM people p WHERE p.id = d.person_id)")
	}
	return c, true
}

// commonName is from how many people on a name is common.
const commonName = 2_000

// named adds that the person's name has a word that begins so. A name that
// many have is looked for among the newest declarations until a page is full,
// a rare one among the people first: either way round, the other is slow.
func named(ctx context.Context, q querier, c *conditions, folded string) error {
	// Folded names hold no mark of LIKE.
	pattern := "% " + strings.NewReplacer("%", "", "_", "", `\`, "").Replace(folded) + "%"
	var n int
	err := q.row(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM people p WHERE ' ' || p.folded LIKE $1 LIMIT $2) found`, pattern, commonName).Scan(&n)
	if err != nil {
		return fmt.Errorf("count a name: %w", err)
	}
	if n < commonName {
		c.and("d.person_id IN (SELECT p.id FROM people p WHERE ' ' || p.folded LIKE ?)", pattern)
	} else {
		c.and("(SELECT ' ' || p.folded FROM people p WHERE p.id = d.person_id) LIKE ?", pattern)
	}
	return nil
}

func (s *Store) list(ctx context.Context, q querier, l Look, p *Page, where *conditions, after Cursor) error {
	counted, countArgs := where.text.String(), where.args
	if after != (Cursor{}) {
		where.and("(d.at, d.id) < (?, ?)", after.At, after.ID)
	}
	r, err := q.query(ctx, `SELECT d.id, d.person_id, d.form, p.name, p.birth_year, p.sex, d.commune, d.district, d.province,
			d.at, d.day, d.channel, d.proven, d.version, d.facts, d.colour
		FROM (SELECT * FROM declarations d WHERE 1 = 1`+where.text.String()+`
			ORDER BY d.at DESC, d.id DESC LIMIT `+strconv.Itoa(PageSize+1)+`) d
		JOIN people p ON p.id = d.person_id ORDER BY d.at DESC, d.id DESC`, where.args...)
	p.Rows, err = collect(r, err, func(r scanner) (Row, error) { return scanRow(r, l, p.Masked) })
	if err != nil {
		return fmt.Errorf("list declarations: %w", err)
	}
	if len(p.Rows) > PageSize {
		p.Rows = p.Rows[:PageSize]
		last := p.Rows[PageSize-1]
		p.Next = Cursor{At: last.At.UnixMilli(), ID: last.ID}
	}
	err = q.row(ctx, `SELECT COUNT(*), COALESCE(SUM(CASE WHEN symptoms > 0 THEN 1 ELSE 0 END), 0),
			COALESCE(SUM(CASE WHEN exposures > 0 THEN 1 ELSE 0 END), 0), COALESCE(SUM(1 - proven), 0)
		FROM (SELECT d.symptoms, d.exposures, d.proven FROM declarations d WHERE 1 = 1`+counted+`
			ORDER BY d.at DESC, d.id DESC LIMIT `+strconv.Itoa(CountedAtMost)+`) newest`, countArgs...).
		Scan(&p.Counts.All, &p.Counts.Symptomatic, &p.Counts.Exposed, &p.Counts.Unproven)
	if p.Masked {
		p.Counts.Symptomatic, p.Counts.Exposed = 0, 0
	}
	return wrap(err, "count declarations")
}

func scanRow(r scanner, l Look, masked bool) (row Row, err error) {
	var commune, district, province, day, facts, colour string
	var at, proven int64
	err = r.Scan(&row.ID, &row.PersonID, &row.Form, &row.Name, &row.BirthYear, &row.Sex, &commune, &district, &province,
		&at, &day, &row.Channel, &proven, &row.Version, &facts, &colour)
	if err != nil {
		return row, err
	}
	row.At, row.Day, row.Proven, row.Area = time.UnixMilli(at), core.Day(day), proven > 0, finest(commune, district, province)
	if masked {
		row.Name, row.BirthYear, row.Sex = initials(row.Name), 0, ""
		return row, nil
	}
	if duty.May(l.Officer.Duty, duty.InArea, duty.ExposureSymptoms) == duty.Yes {
		var said map[string]any
		if err := json.Unmarshal([]byte(facts), &said); err != nil {
			return row, errors.New("declaration " + row.ID + ": answers are no JSON")
		}
		row.Colour = core.Colour(colour)
		row.Symptoms, row.Exposures = texts(said["symptoms"]), texts(said["exposures"])
	}
	return row, nil
}

// initials is a name on a masked list: "Nguyễn Văn An" is "N.V.A."
func initials(name string) string {
	var b strings.Builder
	for word := range strings.FieldsSeq(name) {
		first := []rune(word)[0]
		b.WriteRune(first)
		b.WriteByte('.')
	}
	return b.String()
}
