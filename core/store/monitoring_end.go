package store

import (
	"context"
	"time"

	"khaibao/core"
	"khaibao/core/monitor"
)

// Ended is what one look at the ends did.
type Ended struct {
	Completed, Overdue int
}

// EndMonitoring ends up to n monitorings whose last day is over: completed when
// that day was answered and nobody is ill, else overdue, which is a task. What
// comes next is told in the morning. It may run on any number of nodes; when it
// ends fewer than n there are no more now.
func (s *Store) EndMonitoring(ctx context.Context, now time.Time, n int) (e Ended, err error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	err = s.again(ctx, func(tx *Tx) error {
		e = Ended{}
		all, err := tx.overToday(ctx, n)
		if err != nil {
			return err
		}
		var ends [2][]*monitored
		for i := range all {
			m := &all[i].monitored
			how := monitor.Ending(m.Monitoring, core.DayOf(now), monitor.LastDay{Answered: m.answeredDay >= m.Until, Symptoms: m.illAt > 0, TestsDue: all[i].testsDue})
			switch how {
			case core.EndCompleted:
				ends[0] = append(ends[0], m)
			case core.EndOverdue:
				ends[1] = append(ends[1], m)
			}
		}
		e = Ended{Completed: len(ends[0]), Overdue: len(ends[1])}
		for i, how := range []core.End{core.EndCompleted, core.EndOverdue} {
			if err := tx.end(ctx, ends[i], how, "", "", ""); err != nil {
				return err
			}
		}
		return nil
	}, now)
	return e, wrap(err, "end monitoring")
}

type overOne struct {
	monitored
	testsDue bool
}

// overToday locks monitorings whose last day is over.
func (tx *Tx) overToday(ctx context.Context, n int) ([]overOne, error) {
	text := `SELECT ` + monitoringColumns + `, CASE WHEN EXISTS (SELECT 1 FROM tests t WHERE t.monitoring_id = m.id AND t.result <> 'negative') THEN 1 ELSE 0 END
		FROM monitoring m WHERE m.ended_at = 0 AND m.until_day < $1 ORDER BY m.until_day, m.id LIMIT $2`
	if tx.s.pg != nil {
		text += ` FOR UPDATE OF m SKIP LOCKED`
	}
	r, err := tx.q.query(ctx, text, core.DayOf(tx.now), n)
	return collect(r, err, func(r scanner) (o overOne, err error) {
		var tests int64
		o.monitored, err = scanMonitored(r, &tests)
		o.testsDue = tests > 0
		return o, err
	})
}

// end ends monitorings in one way: their prompts wait for nobody, who answers is
// told what comes next, and tasks about silence are done. What was said of
// illness stays a task: the end of a period heals nobody.
func (tx *Tx) end(ctx context.Context, all []*monitored, how core.End, officerID, officerDuty, note string) error {
	if len(all) == 0 {
		return nil
	}
	ids := make([]string, len(all))
	events, notices, tasks := make([]watchEvent, len(all)), make([]notice, len(all)), []watchTask(nil)
	for i, m := range all {
		ids[i] = m.ID
		events[i] = watchEvent{monitoring: m.ID, kind: string(how), officer: officerID, duty: officerDuty, before: m.terms(), note: note}
		notices[i] = notice{m: m, key: core.MonitorEnd + string(how)}
		if how == core.EndOverdue {
			tasks = append(tasks, watchTask{m: m, kind: core.TaskOverdue, due: byDay(tx.now, overdueTime)})
		}
	}
	if _, err := tx.q.exec(ctx, `UPDATE monitoring SET ended_at = $1, ended_how = $2, ended_by = $3, version = version + 1 WHERE id`+tx.s.anyOf("$4"),
		tx.now.UnixMilli(), how, officerID, tx.s.among(ids)); err != nil {
		return wrap(err, "end")
	}
	if _, err := tx.q.exec(ctx, `UPDATE prompts SET next_at = 0 WHERE next_at > 0 AND monitoring_id`+tx.s.anyOf("$1"), tx.s.among(ids)); err != nil {
		return wrap(err, "end prompts")
	}
	kinds := append([]string{core.TaskStop}, silenceTasks...)
	if how == core.EndClosed {
		kinds = append(kinds, core.TaskOverdue)
	}
	if err := tx.closeTasks(ctx, ids, "ended", kinds...); err != nil {
		return err
	}
	if err := tx.tell(ctx, notices); err != nil {
		return err
	}
	if err := tx.openTasks(ctx, tasks); err != nil {
		return err
	}
	return tx.keepEvents(ctx, events)
}
