package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
)

// A Look is an officer looking someone up. The methods that open records take
// one and write it to reads in the transaction that reads, so that no record
// is opened without a row. Nothing here changes or removes such a row.
type Look struct {
	Officer duty.Officer
	Screen  string // "check", "qr", "declaration", …
	Reveal  string // ID of the person of whom more was asked for than is shown at once
	At      time.Time
}

// How many look-ups one officer may make (docs/reference/security.md, section 4).
const (
	LooksPerMinute = 30
	LooksPerDay    = 300
)

// ErrTooManyLooks says that an officer has looked up too many people; within
// a minute or a day it works again. Beyond the day's limit a task tells those
// who keep the accounts.
var ErrTooManyLooks = errors.New("too many look-ups")

// looking runs f under a look's limits, in one transaction with the rows that
// f writes to reads. It gives the look a time of its own among the officer's.
func (s *Store) looking(ctx context.Context, l *Look, f func(q querier) error) error {
	var answer error
	err := s.inPipe(ctx, func(q querier) error {
		answer = s.limit(ctx, q, l)
		if answer == nil {
			answer = f(q)
		}
		switch {
		case errors.Is(answer, ErrTooManyLooks):
			return s.keepRead(ctx, q, *l, "", "refused", false)
		case errors.Is(answer, core.ErrNotFound): // an answer too: its row must stay
			return nil
		}
		return answer
	})
	if err != nil {
		return err
	}
	return answer
}

func (s *Store) keepRead(ctx context.Context, q querier, l Look, personID, fields string, found bool) error {
	_, err := q.exec(ctx, readText, readRow(l, personID, fields, found)...)
	return wrap(err, "log read")
}

const readText = `INSERT INTO reads (id, officer_id, duty, person_id, screen, fields, found, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`

func readRow(l Look, personID, fields string, found bool) []any {
	return []any{core.NewID(), l.Officer.ID, string(l.Officer.Duty), personID, l.Screen, fields, bit(found), l.At.UnixMilli()}
}

// keepReads logs each person that a look showed, or that it showed none.
func (s *Store) keepReads(ctx context.Context, q querier, l Look, people []*Person) error {
	if len(people) == 0 {
		return s.keepRead(ctx, q, l, "", "", false)
	}
	for _, p := range people {
		if err := q.later(ctx, readText, readRow(l, p.ID, groupsText(p.Shown), true)...); err != nil {
			return fmt.Errorf("log read: %w", err)
		}
	}
	return nil
}

func groupsText(groups []duty.Group) string {
	texts := make([]string, len(groups))
	for i, g := range groups {
		texts[i] = string(g)
	}
	return strings.Join(texts, " ")
}

// limit counts this officer's look-ups; the officer's row is the lock under
// which two at once are both counted. One look may show several people of one
// phone: that is one, as it has one time, which no other look of the officer has.
func (s *Store) limit(ctx context.Context, q querier, l *Look) error {
	if s.forUpdate != "" {
		if err := q.later(ctx, `SELECT id FROM officers WHERE id = $1 `+s.forUpdate, l.Officer.ID); err != nil {
			return fmt.Errorf("officer %s looks up: %w", l.Officer.ID, err)
		}
	}
	var minute, day, last int64
	err := q.row(ctx, `SELECT COUNT(DISTINCT CASE WHEN at > $2 THEN at END), COUNT(DISTINCT at),
			COALESCE((SELECT MAX(r.at) FROM reads r WHERE r.officer_id = $1), 0) FROM reads
		WHERE officer_id = $1 AND at > $3 AND fields NOT IN ('refused', '`+readOwn+`')`,
		l.Officer.ID, l.At.Add(-time.Minute).UnixMilli(), l.At.Add(-24*time.Hour).UnixMilli()).Scan(&minute, &day, &last)
	if err != nil {
		return fmt.Errorf("count look-ups: %w", err)
	}
	if l.At.UnixMilli() <= last { // at once with another, or a clock was set back
		l.At = time.UnixMilli(last + 1)
	}
	if day >= LooksPerDay {
		if err := s.tellOfLooks(ctx, q, *l); err != nil {
			return err
		}
	}
	if day >= LooksPerDay || minute >= LooksPerMinute {
		return ErrTooManyLooks
	}
	return nil
}
