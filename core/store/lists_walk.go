package store

import (
	"context"
	"math"
	"strconv"
	"time"
)

// A walk goes through the declarations of an area in the order of their time, by
// the area's index, which holds beside the time what lists are filtered by. What
// is rare among millions would have it read for seconds: so it goes in stretches
// of time, each as long as the ones before were quick, and when it has taken long
// enough it ends and says how far it came. Who asked goes on from there.
type walk struct {
	area   string // condition on the area
	kept   string // on columns of the index
	looked string // on what stands elsewhere, for each that is kept
	args   []any
	level  string // "province", "district", "commune"
	oldest bool   // the oldest first

	from, end int64         // the stretch of all: from ≤ at < end, in milliseconds; 0 for open
	patience  time.Duration // Options.ListTime of the store
	few       bool          // by people who are few: all of theirs is read at once
	people    string        // of few: which they are
	common    bool          // by a name that many have: what is counted is what the page came by
}

// How long a walk looks for a page, and counts. Tests let it end sooner.
var (
	pageTime  = 70 * time.Millisecond
	countTime = 40 * time.Millisecond
)

// time is how long the walk may take where d is usual.
func (w *walk) time(d time.Duration) time.Duration {
	if d > 0 && w.patience > 0 {
		return w.patience
	}
	return d
}

// stretchTime is how long one stretch is meant to take.
const stretchTime = 15 * time.Millisecond

func (w *walk) order() string {
	if w.oldest {
		return ""
	}
	return " DESC"
}

// bound closes an open stretch with the first and the last of the area.
func (w *walk) bound(ctx context.Context, q querier) error {
	edge := func(order string) (at int64, err error) {
		err = q.row(ctx, `SELECT COALESCE((SELECT d.at FROM declarations d WHERE 1 = 1`+w.area+` ORDER BY d.at`+order+`, d.id`+order+` LIMIT 1), 0)`, w.args[0]).Scan(&at)
		return at, err
	}
	first, err := edge("")
	if err != nil {
		return err
	}
	last, err := edge(" DESC")
	w.from = max(w.from, first)
	if w.end == 0 || w.end > last {
		w.end = last + 1
	}
	return err
}

// stretch asks for the n declarations at most of a piece that are kept; what is
// a SELECT of whose rows these are d. What is looked up elsewhere is for what to
// look up, but where people are few: then all of theirs are looked at.
func (w *walk) stretch(what string, p piece, n int) (text string, args []any) {
	c := conditions{args: w.args}
	if w.oldest {
		c.and("(d.at, d.id) > (?, ?)", p.after.At, p.after.ID)
		c.and("d.at < ?", p.to)
	} else {
		c.and("(d.at, d.id) < (?, ?)", p.after.At, p.after.ID)
		c.and("d.at >= ?", p.to)
	}
	person, few, from := "", "", "declarations d"
	if w.looked != "" {
		person = ", d.person_id"
	}
	if w.few {
		few, from = w.looked, w.ofFew()
	}
	return what + ` FROM (SELECT d.at, d.id, d.symptoms, d.exposures, d.proven` + person + ` FROM ` + from + ` WHERE 1 = 1` + w.area + c.text.String() + w.kept + few +
		` ORDER BY d.at` + w.order() + `, d.id` + w.order() + ` LIMIT ` + strconv.Itoa(n) + `) d`, c.args
}

// ofFew are the declarations of few people. Its LIMIT keeps both engines from
// going there by the conditions around it: PostgreSQL would read an area from its
// end, or all that is red, until it met enough of theirs.
func (w *walk) ofFew() string {
	return `(SELECT e.at, e.id, e.person_id, e.symptoms, e.exposures, e.proven, e.form, e.channel, e.colour, e.origin, e.commune, e.district, e.province
		FROM declarations e WHERE e.person_id` + w.people + ` LIMIT 2000000000) d`
}

// beginning is the place before all of the walk.
func (w *walk) beginning() Cursor {
	if w.oldest {
		return Cursor{At: w.from} // no ID is before ""
	}
	return Cursor{At: w.end}
}

// ending is the time at which the walk ends.
func (w *walk) ending() int64 {
	if w.oldest {
		return w.end
	}
	return w.from
}

// over tells whether nothing is behind a place.
func (w *walk) over(at Cursor) bool {
	if w.oldest {
		return at.At >= w.end
	}
	return at.At <= w.from && (at.ID == "" || at.At < w.from)
}

// firstHours is how long the first stretch is: what holds some thousands of
// declarations where a province has two hundred thousand a day.
var firstHours = map[string]int64{"province": 4, "district": 12, "commune": 24 * 15}

// first is how long the first stretch is, in milliseconds.
func (w *walk) first() int64 {
	if w.few || w.kept == "" && w.looked == "" {
		return math.MaxInt64 / 4 // all: the first page is found at once
	}
	return firstHours[w.level] * int64(time.Hour/time.Millisecond)
}

// A piece is what is asked for at once.
type piece struct {
	after Cursor // where it begins
	to    int64  // how far it goes, in milliseconds
	most  int    // entries that are looked up elsewhere
}

// firstLooked is how many entries are looked up at first, and maxLooked at most.
const (
	firstLooked = 250
	maxLooked   = 4000
)

// along goes from a place through pieces until visit, which is given each, wants
// no more, nothing is left, or it took long enough. visit tells where the piece
// ended, when that was before its end. along gives the place that it came to,
// and whether that is the end.
func (w *walk) along(at Cursor, long time.Duration, visit func(piece) (came Cursor, enough bool, err error)) (Cursor, bool, error) {
	began, length, most := time.Now(), w.first(), firstLooked
	for !w.over(at) {
		p := piece{after: at, to: max(at.At-length, w.from), most: most}
		if w.oldest {
			p.to = min(at.At+length, w.end)
		}
		one := time.Now()
		came, enough, err := visit(p)
		if err != nil || enough {
			return at, false, err
		}
		// Longer where it was quick, shorter where it was not.
		quick := min(max(float64(stretchTime)/float64(time.Since(one)+1), 0.25), 8)
		if at = came; came == (Cursor{}) {
			at = Cursor{At: p.to}
			length = max(int64(float64(length)*quick), int64(time.Minute/time.Millisecond))
		}
		most = min(max(int(float64(most)*min(quick, 2)), firstLooked/4), maxLooked)
		if time.Since(began) > long {
			return at, w.over(at), nil
		}
	}
	return at, true, nil
}

// firstOfFew reads all of few people's declarations once, CountedAtMost at most, for
// the first page as for what is counted.
func (w *walk) firstOfFew(ctx context.Context, q querier, n int) (ids []string, next Cursor, c Counts, err error) {
	found, _, err := w.entries(ctx, q, piece{after: w.beginning(), to: w.ending()}, CountedAtMost)
	for i, e := range found {
		if i < n {
			ids = append(ids, e.ID)
		}
		if i == n {
			next = found[n-1].Cursor
		}
		c.add(1, min(e.symptoms, 1), min(e.exposures, 1), 1-e.proven)
	}
	c.More = len(found) >= CountedAtMost
	return ids, next, c, err
}

// page finds the IDs of the next declarations behind a place, n at most, and
// where the page after begins. reached is the time up to which was looked, when
// that was not far enough to fill the page. c counts what was found on the way.
func (w *walk) page(ctx context.Context, q querier, after Cursor, n int) (ids []string, next Cursor, reached time.Time, c Counts, err error) {
	at := w.beginning()
	if after != (Cursor{}) && !w.before(after, at) {
		at = after
	}
	var last Cursor
	came, end, err := w.along(at, w.time(pageTime), func(p piece) (Cursor, bool, error) {
		found, came, err := w.entries(ctx, q, p, n+1-len(ids))
		for _, e := range found {
			if ids = append(ids, e.ID); len(ids) <= n {
				last = e.Cursor
			}
			c.add(1, min(e.symptoms, 1), min(e.exposures, 1), 1-e.proven)
		}
		return came, len(ids) > n, err
	})
	c.More = !end
	switch {
	case err != nil || end:
		return ids, Cursor{}, time.Time{}, c, err
	case len(ids) > n:
		return ids[:n], last, time.Time{}, c, nil
	}
	return ids, came, time.UnixMilli(came.At), c, nil
}

// before tells whether a place lies before another one of the walk.
func (w *walk) before(a, b Cursor) bool {
	if w.oldest {
		return a.At < b.At
	}
	return a.At > b.At
}

// entry is one declaration of a walk, with what is counted of it.
type entry struct {
	Cursor
	symptoms, exposures, proven int
}

// entries are those of a piece, n at most where nothing is looked up elsewhere.
// came is where the piece ended when it was cut: as many were looked up as it may.
func (w *walk) entries(ctx context.Context, q querier, p piece, n int) (found []entry, came Cursor, err error) {
	good := "1"
	if cut := w.looked != "" && !w.few; cut {
		n, good = p.most, "CASE WHEN 1 = 1"+w.looked+" THEN 1 ELSE 0 END"
	}
	text, args := w.stretch(`SELECT d.at, d.id, d.symptoms, d.exposures, d.proven, `+good, p, n)
	r, err := q.query(ctx, text+` ORDER BY d.at`+w.order()+`, d.id`+w.order(), args...)
	walked := 0
	all, err := collect(r, err, func(r scanner) (e entry, err error) {
		var is int
		err = r.Scan(&e.At, &e.ID, &e.symptoms, &e.exposures, &e.proven, &is)
		if walked++; walked == n {
			came = e.Cursor
		}
		if is == 0 {
			e.ID = ""
		}
		return e, err
	})
	for _, e := range all {
		if e.ID != "" {
			found = append(found, e)
		}
	}
	return found, came, err
}

// count counts what the walk finds from its beginning on, CountedAtMost at most.
func (w *walk) count(ctx context.Context, q querier) (c Counts, err error) {
	_, end, err := w.along(w.beginning(), w.time(countTime), func(p piece) (came Cursor, enough bool, err error) {
		if w.looked != "" {
			came, err = w.countLooked(ctx, q, p, &c)
		} else {
			var all, symptomatic, exposed, unproven int
			text, args := w.stretch(`SELECT COUNT(*), COALESCE(SUM(CASE WHEN d.symptoms > 0 THEN 1 ELSE 0 END), 0),
				COALESCE(SUM(CASE WHEN d.exposures > 0 THEN 1 ELSE 0 END), 0), COALESCE(SUM(1 - d.proven), 0)`, p, CountedAtMost-c.All)
			err = q.row(ctx, text, args...).Scan(&all, &symptomatic, &exposed, &unproven)
			c.add(all, symptomatic, exposed, unproven)
		}
		return came, c.All >= CountedAtMost, err
	})
	c.More = !end
	return c, err
}

func (w *walk) countLooked(ctx context.Context, q querier, p piece, c *Counts) (Cursor, error) {
	found, came, err := w.entries(ctx, q, p, CountedAtMost)
	for _, e := range found {
		c.add(1, min(e.symptoms, 1), min(e.exposures, 1), 1-e.proven)
	}
	return came, err
}

func (c *Counts) add(all, symptomatic, exposed, unproven int) {
	c.All, c.Symptomatic, c.Exposed, c.Unproven = c.All+all, c.Symptomatic+symptomatic, c.Exposed+exposed, c.Unproven+unproven
}
