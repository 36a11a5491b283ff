package store

import (
	"cmp"
	"context"
	"strconv"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/monitor"
)

// digestMark is up to which hour officers were told the figures of their areas.
const digestMark = "digest"

// SendDigests tells officers in their own chats how many of their area stand on
// each list, once in an hour whichever node comes first, and not at night. An
// area where nobody stands on any is not told. It gives how many were told.
func (s *Store) SendDigests(ctx context.Context, now time.Time) (sent int, err error) {
	if monitor.Quiet(now) {
		return 0, nil
	}
	to, err := (&Tx{s: s, q: s.q, now: now}).chats(ctx, duty.Watch, everyArea)
	if err != nil || len(to) == 0 {
		return 0, err
	}
	figures := make(map[string]map[string]int)
	for _, c := range to {
		if figures[c.Area] == nil {
			if figures[c.Area], err = s.WatchCounts(ctx, c.Area, now); err != nil {
				return 0, err
			}
		}
	}
	err = s.again(ctx, func(tx *Tx) error {
		sent = 0
		n, err := tx.q.exec(ctx, `INSERT INTO marks (name, at) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET at = excluded.at WHERE marks.at < excluded.at`,
			digestMark, now.Truncate(time.Hour).UnixMilli())
		if err != nil || n == 0 { // another node has told this hour
			return err
		}
		for _, c := range to {
			if say, any := digestSay(c.Area, figures[c.Area]); any {
				m := c.place
				m.Priority, m.Lang, m.Say = core.PriorityNotice, cmp.Or(m.Lang, "vi"), say
				tx.Queue(m)
				sent++
			}
		}
		return nil
	}, now)
	return sent, wrap(err, "send digests")
}

// digestSay puts figures into a line; any is false when all are none.
func digestSay(code string, figures map[string]int) (s core.Say, any bool) {
	args := map[string]string{"area": unitName(code)}
	for name, list := range map[string]string{"red": "red", "ill": "symptomatic", "silent": "silent", "never": "never", "overdue": "overdue",
		"ending": "ending", "in": "moved_in", "out": "moved_out"} {
		args[name] = strconv.Itoa(figures[list])
		any = any || figures[list] > 0
	}
	return core.Say{Key: core.OfficerDigest, Args: args}, any
}
