package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
)

// TriageFilter narrows a list of triage.
type TriageFilter struct {
	Colour core.Colour // red, orange, yellow; green for those who were more
	State  string      // "waits", "tried", "verified"; "" for all, those who wait first
	Area   string      // GSO code inside the scope; "" for all of it
}

// TriageStates names the states as filters do, in their order.
func TriageStates() []string { return []string{"waits", "tried", "verified"} }

// TriageRow is one person on a list of triage.
type TriageRow struct {
	PersonID  string
	Name      string
	BirthYear int
	Sex       string
	Area      string // the finest known GSO code
	Sub       string
	Colour    core.Colour
	Verdict   core.Verdict // in force, with its reasons
	State     TriageState
	Since     time.Time // when it was said what the clock runs for
	Tries     int
	Outcome   string    // of the last call; "" for none
	Worked    time.Time // when it was; zero for never
	By        string    // name of who called
	Taken     string    // name of another officer who is at it now; "" for nobody
	Kind      core.Kind // of the open monitoring; KindNone for none
	Version   int
}

// TriagePage is one page of a list of triage, with what stands beside the
// filters, each counted to CountedAtMost.
type TriagePage struct {
	Rows    []TriageRow
	Next    string              // behind which the next page begins; "" when there is none
	Waiting map[core.Colour]int // of each colour, those whom nobody has verified
	States  map[string]int      // of the colour chosen
	Silent  int                 // who is monitored and does not answer: the grey ones
}

// TakenFor is how long an officer who opened somebody from a list is at it.
const TakenFor = 10 * time.Minute

// triageOn adds the conditions of a list.
func (c *conditions) triageOn(column, code string, colour core.Colour, state string) {
	c.and("t."+column+" = ? AND t.colour_rank = ?", code, colour.Rank())
	for i, name := range TriageStates() {
		if name == state {
			c.and("t.state = ?", i)
		}
	}
}

// triageWhere is the area that a filter asks for, as a column and a code.
func triageWhere(o duty.Officer, scope duty.Scope, f TriageFilter) (column, code string, ok bool) {
	if code = scope.Area; f.Area != "" {
		code = f.Area
	}
	column, ok = scopeColumn(code)
	return column, code, ok && scope.Holds(code) && scope != duty.Everywhere && o.MayDo(duty.Watch) && f.Colour.Rank() > 0
}

// Triage is one page of the people of a scope whose verdict has a colour, those
// whom nobody has called first, of those the ones who wait longest; after is
// where the page before ended. An area outside the scope, and a duty that does
// not see answers, is core.ErrNotFound.
func (s *Store) Triage(ctx context.Context, l Look, scope duty.Scope, f TriageFilter, after string) (TriagePage, error) {
	var p TriagePage
	column, code, ok := triageWhere(l.Officer, scope, f)
	if !ok {
		return p, core.ErrNotFound
	}
	var err error
	if p.Rows, p.Next, err = s.triageRows(ctx, l, column, code, f, after, PageSize); err != nil {
		return p, err
	}
	return p, s.triageCounts(ctx, &p, l, f, column, code)
}

func (s *Store) triageRows(ctx context.Context, l Look, column, code string, f TriageFilter, after string, n int) (rows []TriageRow, next string, err error) {
	where := &conditions{}
	where.triageOn(column, code, f.Colour, f.State)
	if at := strings.SplitN(after, ".", 3); len(at) == 3 {
		state, err1 := strconv.Atoi(at[0])
		since, err2 := strconv.ParseInt(at[1], 10, 64)
		if err1 == nil && err2 == nil && strings.Trim(at[2], "0123456789abcdef-") == "" {
			where.and("(t.state, t.since, t.person_id) > (?, ?, ?)", state, since, at[2])
		}
	}
	r, err := s.q.query(ctx, `SELECT page.person_id, p.name, p.birth_year, p.sex, page.commune, page.district, page.province, page.sub, page.colour_rank, p.verdict, page.state, page.since,
			page.tries, page.outcome, page.worked_at, COALESCE((SELECT o.name FROM officers o WHERE o.id = page.worked_by AND page.worked_by <> ''), ''), page.taken_by, page.taken_until,
			COALESCE((SELECT o.name FROM officers o WHERE o.id = page.taken_by AND page.taken_by <> ''), ''),
			COALESCE((SELECT m.kind FROM monitoring m WHERE m.person_id = page.person_id AND m.ended_at = 0), ''), page.version
		FROM (SELECT * FROM triage t WHERE 1 = 1`+where.text.String()+` ORDER BY t.state, t.since, t.person_id LIMIT `+strconv.Itoa(n+1)+`) page
		JOIN people p ON p.id = page.person_id ORDER BY page.state, page.since, page.person_id`, where.args...)
	rows, err = collect(r, err, func(r scanner) (TriageRow, error) { return scanTriage(r, l) })
	if err != nil {
		return nil, "", fmt.Errorf("list triage: %w", err)
	}
	if len(rows) > n {
		rows = rows[:n]
		last := rows[n-1]
		next = fmt.Sprintf("%d.%d.%s", last.State, last.Since.UnixMilli(), last.PersonID)
	}
	return rows, next, nil
}

func scanTriage(r scanner, l Look) (row TriageRow, err error) {
	var commune, district, province, verdict, takenBy, taken string
	var rank int
	var since, worked, until int64
	err = r.Scan(&row.PersonID, &row.Name, &row.BirthYear, &row.Sex, &commune, &district, &province, &row.Sub, &rank, &verdict, &row.State, &since,
		&row.Tries, &row.Outcome, &worked, &row.By, &takenBy, &until, &taken, &row.Kind, &row.Version)
	if err != nil {
		return row, err
	}
	row.Area, row.Colour, row.Since, row.Worked = finest(commune, district, province), colourOf(rank), timeOf(since), timeOf(worked)
	if until > l.At.UnixMilli() && takenBy != l.Officer.ID {
		row.Taken = taken
	}
	if verdict != "" && json.Unmarshal([]byte(verdict), &row.Verdict) != nil {
		return row, fmt.Errorf("verdict of person %s is no JSON", row.PersonID)
	}
	return row, nil
}

func (s *Store) triageCounts(ctx context.Context, p *TriagePage, l Look, f TriageFilter, column, code string) error {
	count := func(colour core.Colour, states ...string) (all int, err error) {
		for _, state := range states {
			c := &conditions{}
			c.triageOn(column, code, colour, state)
			var n int
			err = s.q.row(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM triage t WHERE 1 = 1`+c.text.String()+` LIMIT `+strconv.Itoa(CountedAtMost)+`) counted`, c.args...).Scan(&n)
			if err != nil {
				return 0, fmt.Errorf("count triage: %w", err)
			}
			all += n
		}
		return all, nil
	}
	p.Waiting, p.States = make(map[core.Colour]int), make(map[string]int)
	for _, colour := range []core.Colour{core.ColourRed, core.ColourOrange, core.ColourYellow, core.ColourGreen} {
		n, err := count(colour, "waits", "tried")
		if err != nil {
			return err
		}
		p.Waiting[colour] = n
	}
	for _, state := range TriageStates() {
		n, err := count(f.Colour, state)
		if err != nil {
			return err
		}
		p.States[state] = n
	}
	counts, err := s.watchCounts(ctx, column, code, l.At)
	p.Silent = counts["silent"] + counts["never"]
	return err
}

// tryAgain is when somebody who was not reached is next on the list again.
const tryAgain = 30 * time.Minute

// NextTriage takes the next person of a list for an officer: whom nobody has
// called, then who was not reached half an hour ago; not one whom another officer
// is at, and not the one named by but. "" when nobody is left.
func (s *Store) NextTriage(ctx context.Context, l Look, scope duty.Scope, f TriageFilter, but string) (personID string, err error) {
	column, code, ok := triageWhere(l.Officer, scope, f)
	if !ok || !l.Officer.MayDo(duty.Call) || !goodText(but) {
		return "", core.ErrNotFound
	}
	now := l.At.UnixMilli()
	err = s.inTx(ctx, func(q querier) error {
		personID = ""
		where := &conditions{}
		where.triageOn(column, code, f.Colour, "")
		where.and("t.state < 2 AND t.person_id <> ? AND (t.taken_until < ? OR t.taken_by = ?) AND (t.state = 0 OR t.worked_at < ?)",
			but, now, l.Officer.ID, l.At.Add(-tryAgain).UnixMilli())
		r, err := q.query(ctx, `SELECT t.person_id FROM triage t WHERE 1 = 1`+where.text.String()+` ORDER BY t.state, t.since, t.person_id LIMIT 1 `+s.skipLocked, where.args...)
		found, err := collect(r, err, scanText)
		if err != nil || len(found) == 0 {
			return err
		}
		personID = found[0]
		_, err = q.exec(ctx, `UPDATE triage SET taken_by = $2, taken_until = $3 WHERE person_id = $1`, personID, l.Officer.ID, l.At.Add(TakenFor).UnixMilli())
		return err
	})
	return personID, wrap(err, "take the next of triage")
}
