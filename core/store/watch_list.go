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

// WatchLists names the lists of the monitored, the most urgent first.
func WatchLists() []string {
	return []string{"red", "silent", "never", "symptomatic", "overdue", "ending", "moved_in", "moved_out", "all"}
}

// WatchFilter narrows a list of monitorings.
type WatchFilter struct {
	List string // one of WatchLists
	Area string // GSO code inside the scope; "" for all of it
}

// WatchedRow is one monitored person on a list.
type WatchedRow struct {
	core.Monitoring
	Name      string
	BirthYear int
	Sex       string
	Area      string      // the finest known GSO code of who has the duty
	Colour    core.Colour // the worst answer since an officer lowered it
	Symptoms  []string    // of the newest answer that told some, since then
	Red       time.Time   // since when red signs wait for an officer; zero for none
	Taken     string      // name of the officer who took them
	Answered  time.Time   // zero: never
	Missed    int         // prompts in a row without an answer
	Stopped   bool        // wants no messages
	Moved     string      // GSO code of where it was, or went, on the lists of moves
	Outside   bool        // the duty is another area's by now: listed, and not opened
}

// WatchedPage is one page of a list with what stands beside the filters, each
// counted to CountedAtMost.
type WatchedPage struct {
	Rows   []WatchedRow
	Next   string // behind which the next page begins; "" when there is none
	Counts map[string]int
}

// movedFor is how long a move is listed on both sides.
const movedFor = 14 * 24 * time.Hour

// onList adds the conditions of a list in one area; not ok for no list.
func (c *conditions) onList(list, column, code string, now time.Time) (ok bool) {
	since := now.Add(-movedFor).UnixMilli()
	if list == "moved_out" {
		c.and("v.at > ? AND v.from_"+column+" = ? AND v."+column+" <> ? AND m."+column+" <> ?", since, code, code, code)
		return true
	}
	c.and("m."+column+" = ?", code)
	switch list {
	case "red":
		c.and("m.ended_at = 0 AND m.colour_rank > 3")
	case "silent":
		c.and("m.ended_at = 0 AND m.missed > 0 AND m.answered_at > 0")
	case "never":
		c.and("m.ended_at = 0 AND m.answered_at = 0 AND (m.missed > 0 OR m.address_id = '')")
	case "symptomatic":
		c.and("m.ended_at = 0 AND m.ill_at > 0")
	case "overdue":
		c.and("m.ended_how = 'overdue'")
	case "ending":
		c.and("m.ended_at = 0 AND m.until_day = ?", string(core.DayOf(now)))
	case "moved_in":
		c.and("v.at > ? AND v."+column+" = ? AND v.from_"+column+" <> ?", since, code, code)
	case "all":
		c.and("m.ended_at = 0")
	default:
		return false
	}
	return true
}

// watchFrom is what a list reads: moves come from the moves of two weeks.
func watchFrom(list string) string {
	if strings.HasPrefix(list, "moved_") {
		return `monitoring_moves v JOIN monitoring m ON m.id = v.monitoring_id`
	}
	return `monitoring m`
}

// WatchList is one page of a list of the monitored of a scope, those who end
// first come first; after is where the page before ended. It shows names and
// answers: a duty that does not see them gets core.ErrNotFound, as does an area
// outside the scope.
func (s *Store) WatchList(ctx context.Context, l Look, scope duty.Scope, f WatchFilter, after string) (p WatchedPage, err error) {
	if p.Rows, p.Next, err = s.WatchRows(ctx, l, scope, f, after, PageSize); err != nil {
		return p, err
	}
	column, code, _ := watchedArea(l.Officer, scope, f)
	p.Counts, err = s.watchCounts(ctx, column, code, l.At)
	return p, err
}

// watchedArea is the area whose lists an officer asks for; not ok outside the
// scope, and for a duty that watches nobody.
func watchedArea(o duty.Officer, scope duty.Scope, f WatchFilter) (column, code string, ok bool) {
	code = scope.Area
	if f.Area != "" {
		code = f.Area
	}
	column, ok = scopeColumn(code)
	return column, code, ok && scope.Holds(code) && scope != duty.Everywhere && o.MayDo(duty.Watch)
}

// WatchRows is the next n rows of such a list, for a file; next is "" behind the
// last.
func (s *Store) WatchRows(ctx context.Context, l Look, scope duty.Scope, f WatchFilter, after string, n int) (rows []WatchedRow, next string, err error) {
	column, code, ok := watchedArea(l.Officer, scope, f)
	if !ok {
		return nil, "", core.ErrNotFound
	}
	where := &conditions{}
	if !where.onList(f.List, column, code, l.At) {
		return nil, "", core.ErrNotFound
	}
	if day, id, found := strings.Cut(after, "."); found && strings.Trim(day, "0123456789-") == "" && strings.Trim(id, "0123456789abcdef-") == "" {
		where.and("(m.until_day, m.id) > (?, ?)", day, id)
	}
	moved := `''`
	switch f.List {
	case "moved_in":
		moved = `COALESCE(NULLIF(v.from_commune, ''), NULLIF(v.from_district, ''), v.from_province)`
	case "moved_out":
		moved = `COALESCE(NULLIF(v.commune, ''), NULLIF(v.district, ''), v.province)`
	}
	// A person may move twice within two weeks; the subquery takes one row each.
	r, err := s.q.query(ctx, `SELECT `+monitoringColumns+`, p.name, p.birth_year, p.sex,
			COALESCE(t.opened_at, 0), COALESCE((SELECT o.name FROM officers o WHERE o.id = t.owner), ''),
			COALESCE((SELECT c.facts FROM checkups c WHERE m.ill_at > 0 AND c.monitoring_id = m.id AND c.at = m.ill_at ORDER BY c.id DESC LIMIT 1), ''), w.moved
		FROM (SELECT m.id, m.until_day, MAX(`+moved+`) AS moved FROM `+watchFrom(f.List)+` WHERE 1 = 1`+where.text.String()+`
			GROUP BY m.id, m.until_day ORDER BY m.until_day, m.id LIMIT `+strconv.Itoa(n+1)+`) w
		JOIN monitoring m ON m.id = w.id JOIN people p ON p.id = m.person_id
		LEFT JOIN tasks t ON t.monitoring_id = m.id AND t.kind = '`+core.TaskRed+`' AND t.closed_at = 0 AND t.monitoring_id <> ''
		ORDER BY m.until_day, m.id`, where.args...)
	rows, err = collect(r, err, func(r scanner) (WatchedRow, error) { return scanWatched(r, scope) })
	if err != nil {
		return nil, "", fmt.Errorf("list %s of the monitored: %w", f.List, err)
	}
	if len(rows) > n {
		rows = rows[:n]
		next = string(rows[n-1].Until) + "." + rows[n-1].ID
	}
	return rows, next, nil
}

// WatchCounts counts each list of an area, for who sees figures of it.
func (s *Store) WatchCounts(ctx context.Context, code string, now time.Time) (map[string]int, error) {
	column, ok := scopeColumn(code)
	if !ok {
		return nil, core.ErrNotFound
	}
	return s.watchCounts(ctx, column, code, now)
}

func (s *Store) watchCounts(ctx context.Context, column, code string, now time.Time) (map[string]int, error) {
	lists := WatchLists()
	var text strings.Builder
	var args []any
	counts, into := make([]int, len(lists)), make([]any, len(lists))
	for i, list := range lists {
		c := &conditions{args: args} // goes on with the numbers
		c.onList(list, column, code, now)
		args, into[i] = c.args, &counts[i]
		if i > 0 {
			text.WriteString(", ")
		}
		each := `1` // only who moved can stand on a list twice, and what is distinct is read to its end
		if strings.HasPrefix(list, "moved_") {
			each = `DISTINCT m.id`
		}
		text.WriteString(`(SELECT COUNT(*) FROM (SELECT ` + each + ` FROM ` + watchFrom(list) + ` WHERE 1 = 1` + c.text.String() +
			` LIMIT ` + strconv.Itoa(CountedAtMost) + `) n)`)
	}
	if err := s.q.row(ctx, `SELECT `+text.String(), args...).Scan(into...); err != nil {
		return nil, fmt.Errorf("count the lists of the monitored: %w", err)
	}
	all := make(map[string]int, len(lists))
	for i, list := range lists {
		all[list] = counts[i]
	}
	return all, nil
}

func scanWatched(r scanner, scope duty.Scope, more ...any) (row WatchedRow, err error) {
	var red int64
	var facts string
	m, err := scanMonitored(r, append([]any{&row.Name, &row.BirthYear, &row.Sex, &red, &row.Taken, &facts, &row.Moved}, more...)...)
	if err != nil {
		return row, err
	}
	row.Monitoring, row.Area, row.Colour = m.Monitoring, m.area(), colourOf(m.rank)
	row.Missed, row.Stopped, row.Outside = m.missed, m.stoppedAt > 0, !scope.Holds(m.area())
	row.Answered, row.Red = timeOf(m.answeredAt), timeOf(red)
	if facts != "" {
		var said checkupFacts
		if err := json.Unmarshal([]byte(facts), &said); err != nil {
			return row, fmt.Errorf("monitoring %s: an answer is no JSON", row.ID)
		}
		row.Symptoms = said.Symptoms
	}
	return row, nil
}
