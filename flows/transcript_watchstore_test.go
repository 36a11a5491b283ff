package flows

import (
	"cmp"
	"context"
	"strings"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/reading"
	"khaibao/core/store"
)

// watcher is the officer of a transcript.
var watcher = duty.Officer{ID: "watcher", Name: "Lê Thị Y Tá", Duty: duty.Station, Area: "19777"}

// officer is what an officer or the schedule does, through the store.
func (w *whole) officer(t *testing.T, what, how string, to core.URN, now time.Time) (shown []shownMessage, did []string) {
	t.Helper()
	w.now = now
	w.store.UseHotline(transcriptSetting.Hotline)
	ctx, name := t.Context(), to.Scheme()
	if name == "tel" {
		name = "sms"
	}
	var err error
	switch what {
	case "watch":
		err = w.beginWatch(ctx, name, to, how, now)
	case "schedule":
		early := now.Add(-20 * time.Minute) // what is made late is spread over a quarter of an hour
		if _, err = w.store.MakePrompts(ctx, early); err == nil {
			if _, err = w.store.ClimbLadder(ctx, now, 100); err == nil {
				_, err = w.store.EndMonitoring(ctx, now, 100)
			}
		}
		if err == nil {
			_, err = w.store.RepeatAlerts(ctx, now, 100)
		}
	case "want":
		err = w.change(ctx, now, store.WatchChange{Act: "ask", Ask: how})
	case "extend":
		err = w.change(ctx, now, store.WatchChange{Act: "extend", Days: w.extension(t, how)})
	case "move":
		err = w.change(ctx, now, store.WatchChange{Act: "move", Commune: how})
	case "close":
		err = w.change(ctx, now, store.WatchChange{Act: "close", Outcome: "other"})
	case "code":
		w.store.UseAlerts(func(id string) string { return transcriptSetting.PublicURL + "/admin/tasks/" + id })
		w.linked = true
		if err = w.store.AddOfficer(ctx, now, watcher, "none"); err == nil {
			var code string
			code, err = w.store.NewOfficerCode(ctx, now, watcher)
			did = []string{code}
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return w.claimAll(t, name), did
}

// claimAll takes all that is due to the telephone and to the officer.
func (w *whole) claimAll(t *testing.T, name string) []shownMessage {
	t.Helper()
	shown := w.claim(t, "sms")
	if name != "sms" || w.linked {
		shown = append(shown, w.claim(t, cmp.Or(strings.TrimPrefix(name, "sms"), "telegram"))...)
	}
	return shown
}

// change has the officer change all that are watched.
func (w *whole) change(ctx context.Context, now time.Time, c store.WatchChange) error {
	for _, id := range w.watching {
		c.Version = 1 + w.changes
		err := w.store.ChangeWatch(ctx, store.Look{Officer: watcher, At: now, Screen: "watch"}, watcher.WatchScope(), id, c)
		if err != nil {
			return err
		}
	}
	if c.Act != "ask" {
		w.changes++
	}
	return nil
}

// extension is how many days later the last one is.
func (w *whole) extension(t *testing.T, until string) (days int) {
	t.Helper()
	for w.until.Add(days) < core.Day(until) {
		days++
	}
	return days
}

// beginWatch has people declared from the telephone, and their monitorings
// opened.
func (w *whole) beginWatch(ctx context.Context, name string, to core.URN, how string, now time.Time) error {
	head, names, _ := strings.Cut(how, ": ")
	kind, until, _ := strings.Cut(head, " ")
	today := core.DayOf(now)
	w.until = core.Day(until)
	days := 0
	for today.Add(days) < core.Day(until) {
		days++
	}
	in := core.Inbound{Channel: name, ExternalID: "watch", URN: to, At: now}
	return w.store.Take(ctx, now, []core.Inbound{in}, func(ctx context.Context, tx *store.Tx, at *core.Address, _ core.Inbound, _ string) error {
		if err := tx.Prove(ctx, at, transcriptPhone, "sms"); err != nil {
			return err
		}
		var people []string
		for i, who := range strings.Split(names, ", ") {
			stored, err := tx.Declare(ctx, core.Declaration{Form: Resident.ID, Day: today, At: now, Channel: name, AddressID: at.ID, Phone: transcriptPhone, Proven: true, Notice: 1,
				Proxy: i > 0, Facts: map[string]any{}, Private: map[string]any{},
				Person: core.PersonFacts{Name: who, Folded: reading.Fold(who), SortKey: reading.SortKey(who), Birth: "1985", Sex: "other", Commune: "19777", District: "474", Province: "46"}})
			if err != nil {
				return err
			}
			people = append(people, stored.PersonID)
		}
		wishes := make([]core.Monitoring, len(people))
		for i, person := range people {
			wishes[i] = core.Monitoring{PersonID: person, Kind: core.Kind(kind), Base: today, Days: days, Rules: "2021-07", Origin: core.OpenedByOfficer, OpenedBy: watcher.ID}
		}
		opened, err := tx.OpenMonitorings(ctx, wishes)
		for _, o := range opened {
			w.watching = append(w.watching, o.ID)
		}
		return err
	})
}
