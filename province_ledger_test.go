package main

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/monitor"
	"khaibao/core/store/storetest"
)

// ledger tells where each due slot of each monitoring stands at a moment, from
// the tables alone: nothing in it asks the program.
type ledger struct {
	people, answered, waiting, escalated, missed, ended int
}

// A slot stands in exactly one place. Who was silent and was heard of on a later
// day stays written down as missed; of who is silent still, an officer's task
// about the silence is open, and it has an owner.
const ledgerText = `
	SELECT answered, waiting, escalated, missed, ended, COUNT(*), MIN(who)
	FROM (
		SELECT CASE WHEN q.answered_at > 0 THEN 1 ELSE 0 END AS answered,
			CASE WHEN q.answered_at = 0 AND q.missed_at = 0 AND m.ended_at = 0 AND q.step < 2 AND q.next_at > 0
				AND EXISTS (SELECT 1 FROM outbox o WHERE o.id = q.outbox_id AND (o.state = 0 OR q.prompted_at > 0)) THEN 1 ELSE 0 END AS waiting,
			CASE WHEN q.answered_at = 0 AND m.ended_at = 0 AND q.step >= 2
				AND NOT (q.missed_at > 0 AND EXISTS (SELECT 1 FROM checkups c WHERE c.monitoring_id = m.id AND c.day > q.day))
				AND EXISTS (SELECT 1 FROM tasks t WHERE t.monitoring_id = m.id AND t.monitoring_id <> '' AND t.closed_at = 0 AND t.owner <> ''
					AND t.kind IN ('silent', 'call', 'no_way', 'stopped')) THEN 1 ELSE 0 END AS escalated,
			CASE WHEN q.answered_at = 0 AND m.ended_at = 0 AND q.missed_at > 0
				AND EXISTS (SELECT 1 FROM checkups c WHERE c.monitoring_id = m.id AND c.day > q.day) THEN 1 ELSE 0 END AS missed,
			CASE WHEN q.answered_at = 0 AND m.ended_at > 0 THEN 1 ELSE 0 END AS ended,
			q.day || ' ' || q.slot || ' ' || m.id AS who
		FROM prompts q JOIN monitoring m ON m.id = q.monitoring_id) slots
	GROUP BY answered, waiting, escalated, missed, ended`

// unasked counts the open monitorings that lack a slot of a day that is over:
// after the first day each has as many as its kind is asked a day.
const unaskedText = `
	SELECT COUNT(*) FROM monitoring m
	WHERE m.ended_at = 0 AND m.from_day <= '%[1]s' AND m.until_day >= '%[1]s' AND m.opened_at < %[2]d
	AND NOT EXISTS (SELECT 1 FROM prompts w WHERE w.monitoring_id = m.id AND w.day = '%[1]s' AND w.slot = 0)
	AND (SELECT COUNT(*) FROM prompts q WHERE q.monitoring_id = m.id AND q.day = '%[1]s') <> m.per_day`

// readLedger reads the ledger, and fails the test when a slot stands nowhere or
// twice.
func readLedger(t *testing.T, look *storetest.Look, now time.Time) ledger {
	t.Helper()
	var l ledger
	for _, row := range look.Texts(ledgerText) {
		var is [6]int
		for i := range is {
			var err error
			if is[i], err = strconv.Atoi(row[i]); err != nil {
				t.Fatalf("ledger: %v", err)
			}
		}
		n := is[5]
		l.answered += n * is[0]
		l.waiting += n * is[1]
		l.escalated += n * is[2]
		l.missed += n * is[3]
		l.ended += n * is[4]
		if is[0]+is[1]+is[2]+is[3]+is[4] != 1 {
			day, rest, _ := strings.Cut(row[6], " ")
			slot, id, _ := strings.Cut(rest, " ")
			t.Errorf("%v: %d slots stand in %v of answered, waiting, escalated, missed and ended. One is %s\n prompt: %v\n monitoring: %v\n tasks: %v\n message: %v", now.In(core.Zone), n, is[:5], row[6],
				look.Texts(fmt.Sprintf(`SELECT due_at, prompted_at, answered_at, missed_at, step, next_at, outbox_id FROM prompts WHERE monitoring_id = '%s' AND day = '%s' AND slot = %s`, id, day, slot)),
				look.Texts(fmt.Sprintf(`SELECT kind, from_day, until_day, answered_day, ended_how, stopped_at, missed FROM monitoring WHERE id = '%s'`, id)),
				look.Texts(fmt.Sprintf(`SELECT kind, owner, outcome, opened_at, closed_at FROM tasks WHERE monitoring_id = '%s'`, id)),
				look.Texts(fmt.Sprintf(`SELECT o.state, o.error_class, o.channel FROM outbox o JOIN prompts q ON q.outbox_id = o.id WHERE q.monitoring_id = '%s' AND q.day = '%s'`, id, day)))
		}
	}
	return l
}

// closeDay is the ledger when a day is over.
func closeDay(t *testing.T, look *storetest.Look, day core.Day, now time.Time) string {
	t.Helper()
	l := readLedger(t, look, now)
	if n := look.Count(fmt.Sprintf(unaskedText, day, monitor.At(day, 0).UnixMilli())); n > 0 {
		t.Errorf("%s: %d people lack a slot of the day", day, n)
	}
	if n := look.Count(`SELECT COUNT(*) FROM tasks t JOIN monitoring m ON m.id = t.monitoring_id WHERE t.closed_at = 0 AND t.monitoring_id <> '' AND t.owner <> m.commune`); n > 0 {
		t.Errorf("%s: %d tasks are another commune's than the one that has the duty", day, n)
	}
	l.people = look.Count(`SELECT COUNT(*) FROM monitoring WHERE ended_at = 0`)
	return fmt.Sprintf("%s  watched %6d  slots answered %7d  waiting %5d  escalated %6d  missed %6d  ended %6d", day, l.people, l.answered, l.waiting, l.escalated, l.missed, l.ended)
}
