package flows

import (
	"context"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/store"
)

// RowSaid is a good row of a list: what its page declares, or what became wrong
// with it since it was read.
type RowSaid struct {
	N    int
	Said Declare
	Why  string
}

// KeepRows stores the next rows of a list as Enter stores what officers type in,
// by the rules in force, and tells people's own phones. The errors are those of
// store.KeepRows.
func (d *Dispatcher) KeepRows(ctx context.Context, now, until time.Time, j core.Job, by duty.Officer, rows []RowSaid) (core.Job, error) {
	setting, err := d.Setting(ctx, now)
	if err != nil {
		return j, err
	}
	judge, err := d.judge(ctx, core.DayOf(now))
	if err != nil {
		return j, err
	}
	keep := make([]store.RowKept, len(rows))
	for i, row := range rows {
		if keep[i] = (store.RowKept{N: row.N, Why: row.Why}); row.Why == "" {
			keep[i].Declaration = judge.declaration(row.Said, now, setting.Province)
		}
	}
	j, err = d.Store.KeepRows(ctx, now, until, j, by, keep, func(ctx context.Context, tx *store.Tx, de core.Declaration, st store.Stored) error {
		return tx.Notify(ctx, de.Phone, enteredNotice(de.Person, st, setting))
	})
	if err == nil {
		for _, row := range rows {
			if row.Why == "" {
				d.Count("imported", "officer")
			}
		}
	}
	return j, err
}

// enteredNotice tells somebody that an officer declared for them.
func enteredNotice(p core.PersonFacts, st store.Stored, setting Setting) core.Queued {
	return core.Queued{Priority: core.PriorityNotice, Lang: "vi", Objectable: true,
		Say:       say(enterTold, "number", st.Number, "hotline", setting.Hotline),
		Unreached: &core.Task{PersonID: st.PersonID, Commune: p.Commune, District: p.District, Province: p.Province}}
}
