package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
)

// ArrivalLists names the work lists of arrivals: the states, and after the new
// ones those that came up to the officer's own area, as nobody below could
// verify them.
func ArrivalLists() []string { return []string{"new", "up", "unverifiable", "arrived", "moved"} }

// ArrivalWhens are the arrivals before today, today, and to come.
func ArrivalWhens() []string { return []string{"late", "today", "coming"} }

// ArrivalFilter narrows a work list of arrivals.
type ArrivalFilter struct {
	List   string      // one of ArrivalLists
	Area   string      // GSO code inside the scope; "" for all of it
	Sub    string      // quarter or hamlet, in a commune; "" for all
	When   string      // one of ArrivalWhens; "" for all
	Origin string      // as in core.Arrival; "" for all
	Colour core.Colour // "" for all
}

// ArrivalRow is an arrival on a list.
type ArrivalRow struct {
	core.Arrival
	Name      string // initials where the duty sees the list masked
	BirthYear int    // 0 where it does
	Sex       string
	Last      *Happening // what an officer did last; nil for nothing, or where the list is masked
}

// hideSaid leaves out what an arrival tells of what was said.
func (row *ArrivalRow) hideSaid() { hideJourney(&row.Arrival) }

func hideJourney(a *core.Arrival) { a.Colour, a.Origin, a.Day = core.ColourNone, "", "" }

// ArrivalPage is one page of a work list, with what stands beside the filters.
type ArrivalPage struct {
	Rows   []ArrivalRow
	Next   string         // behind which the next page begins; "" when there is none
	Lists  map[string]int // how many there are, each counted to CountedAtMost
	Counts ArrivalCounts
	Masked bool
}

// ArrivalCounts are how many of a list each further filter leaves. They count
// the first CountedAtMost of the list: Capped tells that there are more, and
// each is that many at least.
type ArrivalCounts struct {
	All     int // with all filters
	Whens   map[string]int
	Colours map[core.Colour]int
	Origins map[string]int
	Subs    map[string]int // only of a commune
	Capped  bool
}

// arrivalsOn adds the conditions of a list in one area; not ok for no list.
func (c *conditions) arrivalsOn(list, column, code string) (ok bool) {
	c.and("r."+column+" = ?", code)
	if list == "up" {
		c.and("r.owner = ? AND r.state = 1", code)
		return true
	}
	rank := core.Verification(list).Rank()
	c.and("r.state = ?", rank)
	return rank >= 0
}

// clone is a copy to which more may be added.
func (c *conditions) clone() *conditions {
	other := &conditions{args: slices.Clone(c.args)}
	other.text.WriteString(c.text.String())
	return other
}

// when adds the condition of one of ArrivalWhens.
func (c *conditions) when(when string, today core.Day) {
	switch when {
	case "late":
		c.and("r.day < ?", string(today))
	case "today":
		c.and("r.day = ?", string(today))
	case "coming":
		c.and("r.day > ?", string(today))
	}
}

// whenOf is the one of ArrivalWhens that a day is of.
func whenOf(day, today core.Day) string {
	switch {
	case day < today:
		return "late"
	case day == today:
		return "today"
	}
	return "coming"
}

// askedArrivals is a list as it may be asked for: the conditions of the whole of
// it, and of what its filters leave.
type askedArrivals struct {
	f            ArrivalFilter
	column, code string
	today        core.Day
	base, where  *conditions
	masked       bool
}

func arrivalsAsked(l Look, scope duty.Scope, f ArrivalFilter) (a askedArrivals, err error) {
	answer := duty.May(l.Officer.Duty, duty.InArea, duty.Lists)
	a = askedArrivals{code: scope.Area, today: core.DayOf(l.At), base: &conditions{}, masked: answer == duty.Masked}
	if f.Area != "" {
		a.code = f.Area
	}
	column, ok := scopeColumn(a.code)
	if answer != duty.Yes && !a.masked || !ok || !scope.Holds(a.code) || scope == duty.Everywhere || !goodText(f.Sub, f.Origin) {
		return a, core.ErrNotFound
	}
	if a.masked { // from where and when somebody comes is what they said, too
		f.Colour, f.Origin, f.When, f.Sub = core.ColourNone, "", "", ""
	}
	if a.column = column; column != "commune" {
		f.Sub = ""
	}
	if a.f = f; !a.base.arrivalsOn(f.List, column, a.code) {
		return a, core.ErrNotFound
	}
	a.where = a.base.clone()
	a.where.when(f.When, a.today)
	for condition, value := range map[string]string{"r.sub = ?": f.Sub, "r.origin = ?": f.Origin} {
		if value != "" {
			a.where.and(condition, value)
		}
	}
	if f.Colour != core.ColourNone {
		a.where.and("r.colour_rank = ?", f.Colour.Rank())
	}
	return a, nil
}

// Arrivals is one page of a work list of a scope: those who wait by the day of
// their arrival, those who are settled the latest first; after is where the page
// before ended. A duty that lists nobody, and an area outside the scope, is
// core.ErrNotFound. Filters on what a duty does not see are not applied.
func (s *Store) Arrivals(ctx context.Context, l Look, scope duty.Scope, f ArrivalFilter, after string) (ArrivalPage, error) {
	a, err := arrivalsAsked(l, scope, f)
	p := ArrivalPage{Masked: a.masked}
	if err != nil {
		return p, err
	}
	if err := s.arrivalRows(ctx, l, &p, a, after, PageSize); err != nil {
		return p, err
	}
	if err := s.arrivalCounts(ctx, &p, a.f, a.base, a.today); err != nil {
		return p, err
	}
	p.Lists = make(map[string]int)
	for _, list := range ArrivalLists() {
		c := &conditions{}
		c.arrivalsOn(list, a.column, a.code)
		var n int
		err = s.q.row(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM arrivals r WHERE 1 = 1`+c.text.String()+` LIMIT `+strconv.Itoa(CountedAtMost)+`) counted`, c.args...).Scan(&n)
		if err != nil {
			return p, fmt.Errorf("count arrivals: %w", err)
		}
		p.Lists[list] = n
	}
	return p, nil
}

func (s *Store) arrivalRows(ctx context.Context, l Look, p *ArrivalPage, a askedArrivals, after string, n int) error {
	where, list := a.where, a.f.List
	order, beyond := "r.day, r.id", "(r.day, r.id) > (?, ?)"
	if list == "arrived" || list == "moved" {
		order, beyond = "r.day DESC, r.id DESC", "(r.day, r.id) < (?, ?)"
	}
	if day, id, found := strings.Cut(after, "."); found && strings.Trim(day, "0123456789-") == "" && strings.Trim(id, "0123456789abcdef-") == "" {
		where.and(beyond, day, id)
	}
	var days []core.Day // by which the list goes on, also where they are not shown
	ofPage := strings.NewReplacer("r.", "page.")
	r, err := s.q.query(ctx, `SELECT `+ofPage.Replace(arrivalColumns)+`, p.name, p.birth_year, p.sex
		FROM (SELECT * FROM arrivals r WHERE 1 = 1`+where.text.String()+` ORDER BY `+order+` LIMIT `+strconv.Itoa(n+1)+`) page
		JOIN people p ON p.id = page.person_id ORDER BY `+ofPage.Replace(order), where.args...)
	p.Rows, err = collect(r, err, func(r scanner) (row ArrivalRow, err error) {
		row.Arrival, err = scanArrival(r, &row.Name, &row.BirthYear, &row.Sex)
		days = append(days, row.Day)
		if p.Masked {
			row.Name, row.BirthYear, row.Sex, row.Sub = initials(row.Name), 0, "", ""
			row.hideSaid()
		} else if duty.May(l.Officer.Duty, duty.InArea, duty.ExposureSymptoms) != duty.Yes {
			row.hideSaid()
		}
		return row, err
	})
	if err != nil {
		return fmt.Errorf("list arrivals: %w", err)
	}
	if len(p.Rows) > n {
		p.Rows = p.Rows[:n]
		p.Next = string(days[n-1]) + "." + p.Rows[n-1].ID
	}
	if p.Masked {
		return nil
	}
	return s.lastOfArrivals(ctx, p.Rows)
}

// lastOfArrivals adds to rows what officers did last.
func (s *Store) lastOfArrivals(ctx context.Context, rows []ArrivalRow) error {
	var ids []string
	for _, row := range rows {
		if row.Version > 1 || row.Other != "" {
			ids = append(ids, row.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	type last struct {
		arrival string
		Happening
	}
	r, err := s.q.query(ctx, `SELECT e.arrival_id, `+arrivalEventColumns+` FROM arrival_events e WHERE e.arrival_id`+s.anyOf("$1")+`
		AND e.id = (SELECT f.id FROM arrival_events f WHERE f.arrival_id = e.arrival_id AND f.officer_id <> '' ORDER BY f.at DESC, f.id DESC LIMIT 1)`, s.among(ids))
	all, err := collect(r, err, func(r scanner) (l last, err error) {
		l.Happening, err = s.scanArrivalEvent(r, &l.arrival)
		return l, err
	})
	for i := range all {
		n := slices.IndexFunc(rows, func(row ArrivalRow) bool { return row.ID == all[i].arrival })
		rows[n].Last = &all[i].Happening
	}
	return wrap(err, "what was done about arrivals")
}

const arrivalEventColumns = `e.id, e.kind, COALESCE((SELECT o.name FROM officers o WHERE o.id = e.officer_id AND e.officer_id <> ''), ''), e.duty,
	e.before, e.after, e.note, e.at`

// scanArrivalEvent reads a row of arrivalEventColumns, and more before it.
func (s *Store) scanArrivalEvent(r scanner, more ...any) (h Happening, err error) {
	var id, before, after string
	var note []byte
	var at int64
	if err = r.Scan(append(more, &id, &h.Kind, &h.Officer, &h.Duty, &before, &after, &note, &at)...); err != nil {
		return h, err
	}
	h.At = time.UnixMilli(at)
	for i, into := range []*map[string]any{&h.Before, &h.After} { // the two texts may be the same
		if text := [...]string{before, after}[i]; text != "" && json.Unmarshal([]byte(text), into) != nil {
			return h, fmt.Errorf("event %s of an arrival is no JSON", id)
		}
	}
	h.Note, err = s.keys.OpenString("arrival_events.note", id, note)
	return h, err
}

// arrivalCounts counts what each filter would leave of a list, each beside all
// others that are set.
func (s *Store) arrivalCounts(ctx context.Context, p *ArrivalPage, f ArrivalFilter, base *conditions, today core.Day) error {
	type group struct {
		day         core.Day
		rank        int
		origin, sub string
		n           int
	}
	r, err := s.q.query(ctx, `SELECT day, colour_rank, origin, sub, COUNT(*) FROM (SELECT r.day, r.colour_rank, r.origin, r.sub FROM arrivals r
		WHERE 1 = 1`+base.text.String()+` ORDER BY r.day, r.id LIMIT `+strconv.Itoa(CountedAtMost)+`) first_ones GROUP BY day, colour_rank, origin, sub`, base.args...)
	groups, err := collect(r, err, func(r scanner) (g group, err error) {
		err = r.Scan(&g.day, &g.rank, &g.origin, &g.sub, &g.n)
		return g, err
	})
	if err != nil {
		return fmt.Errorf("count arrivals: %w", err)
	}
	c := ArrivalCounts{Whens: make(map[string]int), Colours: make(map[core.Colour]int), Origins: make(map[string]int), Subs: make(map[string]int)}
	all := 0
	for _, g := range groups {
		all += g.n
		when, colour := whenOf(g.day, today), colourOf(g.rank)
		fits := [...]bool{f.When == "" || f.When == when, f.Colour == "" || f.Colour == colour, f.Origin == "" || f.Origin == g.origin, f.Sub == "" || f.Sub == g.sub}
		add := func(beside int, to func()) {
			for i, ok := range fits {
				if i != beside && !ok {
					return
				}
			}
			to()
		}
		add(-1, func() { c.All += g.n })
		add(0, func() { c.Whens[when] += g.n })
		add(1, func() { c.Colours[colour] += g.n })
		add(2, func() { c.Origins[g.origin] += g.n })
		add(3, func() { c.Subs[g.sub] += g.n })
	}
	if c.Capped = all >= CountedAtMost; c.Capped {
		if err := s.urgentArrivals(ctx, &c, f, base, today); err != nil {
			return err
		}
	}
	if len(f.Area) != 5 && !strings.Contains(base.text.String(), "r.commune") {
		c.Subs = nil
	}
	if p.Masked {
		c.Colours, c.Origins, c.Whens, c.Subs = nil, nil, nil, nil
	}
	p.Counts = c
	return nil
}

// urgentArrivals counts red and orange ones out of all of a long list.
func (s *Store) urgentArrivals(ctx context.Context, c *ArrivalCounts, f ArrivalFilter, base *conditions, today core.Day) error {
	for _, colour := range []core.Colour{core.ColourRed, core.ColourOrange} {
		where := base.clone()
		where.and("r.colour_rank = ? AND r.colour_rank > 2", colour.Rank())
		where.when(f.When, today)
		if f.Origin != "" {
			where.and("r.origin = ?", f.Origin)
		}
		var n int
		err := s.q.row(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM arrivals r WHERE 1 = 1`+where.text.String()+` LIMIT `+strconv.Itoa(CountedAtMost)+`) counted`, where.args...).Scan(&n)
		if err != nil {
			return fmt.Errorf("count urgent arrivals: %w", err)
		}
		c.Colours[colour] = n
	}
	return nil
}

// ArrivalsOf are some arrivals of a scope, by their IDs in the order given; those
// outside it are left out. It shows names: a duty that sees lists masked, or
// none, gets core.ErrNotFound.
func (s *Store) ArrivalsOf(ctx context.Context, l Look, scope duty.Scope, ids []string) ([]ArrivalRow, error) {
	if duty.May(l.Officer.Duty, duty.InArea, duty.Lists) != duty.Yes || !goodText(ids...) {
		return nil, core.ErrNotFound
	}
	r, err := s.q.query(ctx, `SELECT `+arrivalColumns+`, p.name, p.birth_year, p.sex FROM arrivals r JOIN people p ON p.id = r.person_id
		WHERE r.id`+s.anyOf("$1"), s.among(ids))
	all, err := collect(r, err, func(r scanner) (row ArrivalRow, err error) {
		row.Arrival, err = scanArrival(r, &row.Name, &row.BirthYear, &row.Sex)
		return row, err
	})
	if err != nil {
		return nil, fmt.Errorf("read arrivals: %w", err)
	}
	all = slices.DeleteFunc(all, func(row ArrivalRow) bool { return !scope.Holds(row.Area()) })
	slices.SortFunc(all, func(a, b ArrivalRow) int { return slices.Index(ids, a.ID) - slices.Index(ids, b.ID) })
	return all, nil
}
