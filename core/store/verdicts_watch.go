package store

import (
	"context"
	"time"

	"khaibao/core"
	"khaibao/core/monitor"
)

// openDays is how long a monitoring runs that a verdict opens without a last
// day: an officer extends or closes it.
const openDays = 14

// watchBy is the monitoring that a verdict asks for; not wanted where it asks
// for none, or for the same as the verdict before: what an officer closed is not
// opened again by the same words.
func watchBy(personID string, before, now core.Verdict) (m core.Monitoring, wanted bool) {
	if now.Monitor == core.KindNone || before.Monitor == now.Monitor && before.Until == now.Until {
		return m, false
	}
	m = core.Monitoring{PersonID: personID, Kind: now.Monitor, Base: now.From, Days: openDays, Rules: now.Rules, Origin: core.OpenedByVerdict}
	if now.From != "" && now.Until != "" {
		m.Days = int(startOf(now.Until).Sub(startOf(now.From)) / (24 * time.Hour))
	}
	m.Until = monitor.Until(m.Base, m.Days, 0)
	return m, true
}

// watch opens the monitoring that a declaration's verdict asks for.
func (tx *Tx) watch(ctx context.Context, personID string, j *judged) error {
	if j == nil {
		return nil
	}
	m, wanted := watchBy(personID, j.before, j.inForce)
	if !wanted {
		return nil
	}
	_, err := tx.OpenMonitoring(ctx, m)
	return err
}

// watchAll opens the monitorings that people who moved are to have now.
func (tx *Tx) watchAll(ctx context.Context, movers []moved) error {
	var wishes []core.Monitoring
	for _, m := range movers {
		if wish, wanted := watchBy(m.subject.id, m.before, m.inForce); wanted {
			wishes = append(wishes, wish)
		}
	}
	if len(wishes) == 0 {
		return nil
	}
	_, err := tx.openAll(ctx, wishes)
	return wrap(err, "open monitorings")
}
