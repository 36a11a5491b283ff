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
	// Reached is how far was looked, where the page ends before it is full since
	// looking further would take too long; the next page goes on there. Zero else.
	Reached time.Time
}

// Counts are what stands beside the filters: how many declarations are found,
// and how many of them each further filter leaves.
type Counts struct {
	All, Symptomatic, Exposed, Unproven int
	// More tells that there may be more of each: CountedAtMost were counted, or
	// counting further would take too long.
	More bool
}

// CountedAtMost bounds what is counted, so that a page costs the same in a
// commune and in the province.
const CountedAtMost = 10_000

// PageSize is how many rows a page has.
const PageSize = 50

// Declarations lists declarations of a scope, the newest first or the oldest.
// Filters on what a duty does not see are not applied, as they would tell it. A
// search by name is a look-up and leaves a row in reads.
func (s *Store) Declarations(ctx context.Context, l Look, scope duty.Scope, f Filter, after Cursor) (Page, error) {
	answer := duty.May(l.Officer.Duty, duty.InArea, duty.Lists)
	p := Page{Masked: answer == duty.Masked}
	if answer != duty.Yes && !p.Masked {
		return Page{}, core.ErrNotFound
	}
	if p.Masked {
		f = f.masked()
	}
	w, ok := s.walkOf(scope, f)
	if !ok {
		return Page{}, core.ErrNotFound
	}
	if f.Name == "" {
		return p, s.list(ctx, s.q, l, &p, w, after)
	}
	err := s.looking(ctx, &l, func(q querier) error {
		if err := s.named(ctx, q, w, f.Name); err != nil {
			return err
		}
		if err := s.list(ctx, q, l, &p, w, after); err != nil {
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

func (s *Store) list(ctx context.Context, q querier, l Look, p *Page, w *walk, after Cursor) error {
	if err := w.bound(ctx, q); err != nil {
		return fmt.Errorf("list declarations: %w", err)
	}
	counted := w.few && after == (Cursor{}) || w.common
	var keys []string
	var err error
	if counted && w.few {
		keys, p.Next, p.Counts, err = w.firstOfFew(ctx, q, PageSize)
	} else {
		keys, p.Next, p.Reached, p.Counts, err = w.page(ctx, q, after, PageSize)
	}
	if err != nil {
		return fmt.Errorf("list declarations: %w", err)
	}
	if len(keys) > 0 {
		r, err := q.query(ctx, `SELECT d.id, d.person_id, d.form, p.name, p.birth_year, p.sex, d.commune, d.district, d.province,
				d.at, d.day, d.channel, d.proven, d.version, d.facts, d.colour
			FROM declarations d JOIN people p ON p.id = d.person_id WHERE d.id`+s.anyOf("$1")+` ORDER BY d.at`+w.order()+`, d.id`+w.order(), s.among(keys))
		p.Rows, err = collect(r, err, func(r scanner) (Row, error) { return scanRow(r, l, p.Masked) })
		if err != nil {
			return fmt.Errorf("list declarations: %w", err)
		}
	}
	if !counted {
		p.Counts, err = w.count(ctx, q)
	}
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
