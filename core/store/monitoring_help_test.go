package store_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/area"
	"khaibao/core/store"
)

// morning is 08:00 on a day of the tests, in Asia/Ho_Chi_Minh.
var morning = time.Date(2021, 7, 16, 1, 0, 0, 0, time.UTC)

// clock is a moment of a day of the tests, 0 for the day of morning.
func clock(day, hour, minute int) time.Time {
	return time.Date(2021, 7, 16+day, hour, minute, 0, 0, core.Zone)
}

// person is somebody who declared by SMS from a phone that is proved there.
func person(t *testing.T, s *store.Store, n int, commune string) (personID, phone string) {
	t.Helper()
	phone = fmt.Sprintf("+849000%05d", n)
	proves(t, s, "sms", core.TelURN(phone), phone, now)
	stored := declare(t, s, said{name: fmt.Sprintf("Trần Thị Người%c", 'A'+n%26), birth: "1985-03-02", id: fmt.Sprintf("0461850%05d", n), phone: phone, commune: commune})
	return stored.PersonID, phone
}

// wish is a monitoring to be opened: 14 days from the day of the tests.
func wish(personID string, kind core.Kind) core.Monitoring {
	return core.Monitoring{PersonID: personID, Kind: kind, Base: core.DayOf(morning), Days: 14, Rules: "2021-07", Origin: core.OpenedByVerdict}
}

// open opens a monitoring in a turn of the web, at a moment.
func open(t *testing.T, s *store.Store, at time.Time, m core.Monitoring) core.OpenedMonitoring {
	t.Helper()
	var opened core.OpenedMonitoring
	turnOf(t, s, "web", "web:verdict", at, func(ctx context.Context, tx *store.Tx, _ *core.Address) (err error) {
		opened, err = tx.OpenMonitoring(ctx, m)
		return err
	})
	return opened
}

// watched is what a phone answers for.
func watched(t *testing.T, s *store.Store, phone string, at time.Time) (all []core.Watched, known bool) {
	t.Helper()
	turnOf(t, s, "sms", core.TelURN(phone), at, func(ctx context.Context, tx *store.Tx, a *core.Address) (err error) {
		known = a.Watched
		all, err = tx.Watched(ctx, a)
		return err
	})
	return all, known
}

// answer keeps an answer of a phone about a monitoring.
func answer(t *testing.T, s *store.Store, phone string, at time.Time, c core.Checkup) core.KeptCheckup {
	t.Helper()
	var kept core.KeptCheckup
	turnOf(t, s, "sms", core.TelURN(phone), at, func(ctx context.Context, tx *store.Tx, a *core.Address) (err error) {
		c.At, c.AddressID = at, a.ID
		if c.Day == "" {
			c.Day = core.DayOf(at)
		}
		if c.MessageID == "" {
			c.MessageID = core.NewID()
		}
		kept, err = tx.KeepCheckup(ctx, c)
		return err
	})
	return kept
}

func well(monitoring string) core.Checkup {
	return core.Checkup{MonitoringID: monitoring, Well: true, Colour: core.ColourGreen}
}

func ill(monitoring string, c core.Colour, symptoms ...string) core.Checkup {
	return core.Checkup{MonitoringID: monitoring, Symptoms: symptoms, Colour: c}
}

// slots are the prompts of a monitoring: "day/slot state", where the state is
// the one that the ledger counts.
func slots(t *testing.T, s *store.Store, monitoring string) []string {
	t.Helper()
	rows, err := s.Texts(t.Context(), `SELECT q.day || '/' || CAST(q.slot AS TEXT) || ' ' || CASE WHEN q.answered_at > 0 THEN 'answered' WHEN q.escalated_at > 0 THEN 'escalated'
			WHEN q.missed_at > 0 THEN 'missed' WHEN q.prompted_at > 0 THEN 'prompted' WHEN q.outbox_id <> '' THEN 'queued' ELSE 'lost' END
		FROM prompts q WHERE q.monitoring_id = $1 ORDER BY q.day, q.slot`, monitoring)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// tasksOf are the open tasks of a monitoring, "kind owner".
func tasksOf(t *testing.T, s *store.Store, monitoring string) []string {
	t.Helper()
	rows, err := s.Texts(t.Context(), `SELECT kind || ' ' || owner FROM tasks WHERE monitoring_id = $1 AND closed_at = 0 ORDER BY kind`, monitoring)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func wantTexts(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s\n got %s\nwant %s", what, strings.Join(got, "; "), strings.Join(want, "; "))
	}
}

// sendDue hands all that is due by SMS to nobody, and gives what was said.
func sendDue(t *testing.T, s *store.Store, at time.Time) (said []core.Queued) {
	t.Helper()
	for {
		claimed, err := s.ClaimDue(t.Context(), "sms", at, at.Add(time.Minute), 100)
		if err != nil {
			t.Fatal(err)
		}
		if len(claimed) == 0 {
			return said
		}
		var sent []store.Sent
		for _, m := range claimed {
			sent = append(sent, store.Sent{ID: m.ID, NetworkID: "N" + m.ID, Way: "sms", Prompt: m.Priority == core.PriorityPrompt})
		}
		if err := s.MarkSent(t.Context(), at, sent); err != nil {
			t.Fatal(err)
		}
		said = append(said, claimed...)
	}
}

func districtOf(commune string) string { return area.District(commune) }
