package store

import (
	"time"

	"khaibao/core"
	"khaibao/core/monitor"
)

// LoadedPeriod is how somebody who is loaded is watched, as it stands: the
// answers themselves, and what was asked, are not told. Days are the program's
// own; Answered is "" for never.
type LoadedPeriod struct {
	Kind        core.Kind
	From, Until core.Day
	Days        int
	Answered    core.Day // of the newest answer
	Missed      int      // questions in a row without an answer
	Colour      core.Colour
	Ill         bool
	End         core.End // core.EndNone while it runs
}

// addPeriod makes the row of a monitoring without an address: nothing could be
// sent to anybody who was only loaded. The first arrival, when there is
// one, counts as verified.
func (b *bulkRows) addPeriod(w *LoadedPeriod, d *core.Declaration, personID, rules string, arrived []core.Arrival) {
	p, id := &d.Person, core.NewID()
	plan, _ := monitor.PlanOf(w.Kind)
	var answered, ill, ended int64
	if w.Answered != "" {
		answered = monitor.At(w.Answered, 8*time.Hour).UnixMilli()
	}
	if w.Ill {
		ill = answered
	}
	if w.End != core.EndNone {
		ended = monitor.EndsAt(w.Until).UnixMilli()
	}
	b.monitoring.rows = append(b.monitoring.rows, []any{id, personID, string(w.Kind), p.Commune, p.District, p.Province, p.Sub, string(w.From), string(w.From), w.Days,
		string(w.Until), rules, string(core.WindowMorning), max(plan.PerDay, 1), string(core.OpenedByVerdict), monitor.At(w.From, 8*time.Hour).UnixMilli(),
		answered, string(w.Answered), w.Missed, w.Colour.Rank(), ill, ended, string(w.End)})
	if len(arrived) > 0 {
		a := &arrived[0]
		a.State, a.Surveillance, a.Monitoring = core.VerifyArrived, string(monitor.FormOf(core.Monitoring{Kind: w.Kind})), id
	}
}
