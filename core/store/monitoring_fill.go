package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"khaibao/core"
	"khaibao/core/area"
)

// fillAsked makes the words of claimed prompts, about those who have not
// answered yet: whoever answered since, or is watched no more, or wants no
// messages, is not asked. A prompt that is left about nobody is dropped here,
// and not among those that it gives back.
//
// A row of the outbox that asks holds no words until then. So a window's
// million rows are written by the database alone, and hold no name.
func (s *Store) fillAsked(ctx context.Context, now time.Time, claimed []core.Queued) ([]core.Queued, error) {
	var ids []string
	for _, m := range claimed {
		if m.Priority == core.PriorityPrompt {
			ids = append(ids, m.ID)
		}
	}
	if len(ids) == 0 {
		return claimed, nil
	}
	asked, err := s.askedIn(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("who is asked: %w", err)
	}
	var addresses []string
	var dropped [][]any
	claimed = slices.DeleteFunc(claimed, func(m core.Queued) bool {
		all, about := asked[m.ID]
		if m.Priority != core.PriorityPrompt || len(all) > 0 || !about && m.Unreadable != errNoWords {
			if m.Unreadable == errNoWords {
				addresses = append(addresses, m.AddressID)
			}
			return false
		}
		dropped = append(dropped, []any{m.ID, now.UnixMilli()})
		return true
	})
	if err := s.dropAnswered(ctx, dropped); err != nil || len(addresses) == 0 {
		return claimed, err
	}
	places, err := (&Tx{s: s, q: s.q, now: now}).places(ctx, addresses)
	for i := range claimed {
		if m := &claimed[i]; m.Unreadable == errNoWords && len(asked[m.ID]) > 0 {
			m.URN, m.Unreadable = places[m.AddressID].urn, nil
			m.Say = s.askSay(m.Say.Key, asked[m.ID])
		}
	}
	return claimed, err
}

// errNoWords marks a claimed row whose words are made now.
var errNoWords = errors.New("the message holds no words")

func (s *Store) dropAnswered(ctx context.Context, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	return s.inTx(ctx, func(q querier) error {
		_, err := execEach(ctx, q, `UPDATE outbox SET state = 2, done_at = $2, leased_until = 0, error_class = 'answered', args = NULL
			WHERE id = $1 AND state = 0`, rows)
		return wrap(err, "drop what is answered")
	})
}

// askedOf is one person that a message asks about.
type askedOf struct {
	core.Asked
	until  core.Day
	window core.Window
	area   string
}

// askedIn finds about whom messages ask, by the ID of the message: those who
// have not answered, in the order of their numbers. A message that asks about
// nobody any more has an empty list, one that asked about nobody ever has none.
func (s *Store) askedIn(ctx context.Context, ids []string) (map[string][]askedOf, error) {
	r, err := s.q.query(ctx, `SELECT q.outbox_id, CASE WHEN q.answered_at = 0 AND q.missed_at = 0 AND m.ended_at = 0 AND m.stopped_at = 0 THEN 1 ELSE 0 END,
			m.id, m.kind, m.until_day, m.slot, m.commune, m.district, m.province, m.number, p.name
		FROM prompts q JOIN monitoring m ON m.id = q.monitoring_id JOIN people p ON p.id = m.person_id
		WHERE q.outbox_id <> '' AND q.outbox_id`+s.anyOf("$1")+` ORDER BY m.number, m.id`, s.among(ids))
	asked := make(map[string][]askedOf, len(ids))
	_, err = collect(r, err, func(r scanner) (struct{}, error) {
		var id, commune, district, province, name string
		var waits int64
		var a askedOf
		err := r.Scan(&id, &waits, &a.MonitoringID, &a.Kind, &a.until, &a.window, &commune, &district, &province, &a.Number, &name)
		if asked[id] == nil {
			asked[id] = []askedOf{}
		}
		if a.Name, a.area = givenName(name), finest(commune, district, province); waits > 0 {
			asked[id] = append(asked[id], a)
		}
		return struct{}{}, err
	})
	return asked, err
}

// askSay makes the words of one message. Who is alone at an address from the
// beginning is asked without a number.
func (s *Store) askSay(key string, all []askedOf) core.Say {
	people := make([]core.Asked, len(all))
	for i, a := range all {
		people[i] = a.Asked
	}
	if len(people) == 1 && people[0].Number == 1 {
		people[0].Number = 0
	}
	if strings.HasPrefix(key, core.MonitorWelcome) {
		first := all[0]
		return core.WelcomeSay(people, first.Kind, first.until, first.window, unitName(first.area), s.hotline)
	}
	if strings.HasPrefix(key, core.MonitorReminder) {
		return core.ReminderSay(people, s.hotline)
	}
	return core.PromptSay(people, s.hotline)
}

// unitName names the unit that has the duty, without those above it.
func unitName(code string) string {
	if u, ok := area.Get(code); ok {
		return u.FullName
	}
	return area.Label(code)
}
