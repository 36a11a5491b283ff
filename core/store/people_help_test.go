package store_test

import (
	"cmp"
	"context"
	"fmt"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/area"
	"khaibao/core/duty"
	"khaibao/core/reading"
	"khaibao/core/store"
)

// Wards of two districts, and one of another province.
const (
	anDong    = "19815" // TP Huế
	anCuu     = "19801" // beside it
	huongVan  = "20008" // TX Hương Trà
	elsewhere = "00001" // Hà Nội
)

// said is one declaration of a test.
type said struct {
	name, birth, id, phone, commune, house string
	idType                                 string // "cccd" when empty
	oldID                                  string
	symptoms, exposures, conditions        []string
	unproven                               bool
	at                                     time.Time
	channel                                string
}

// declare stores a declaration as the dispatcher does.
func declare(t *testing.T, s *store.Store, d said) store.Stored {
	t.Helper()
	if d.at.IsZero() {
		d.at = now
	}
	if d.channel == "" {
		d.channel = "sms"
	}
	var stored store.Stored
	turn := func(ctx context.Context, tx *store.Tx, at *core.Address, _ core.Inbound, _ string) (err error) {
		stored, err = tx.Declare(ctx, core.Declaration{Form: "resident", Day: core.DayOf(d.at), At: d.at, Channel: d.channel,
			AddressID: at.ID, Phone: d.phone, Proven: !d.unproven, Notice: 1,
			Facts:   map[string]any{"symptoms": d.symptoms, "exposures": d.exposures, "conditions": d.conditions},
			Private: map[string]any{"workplace": "chợ Đông Ba", "old_id": d.oldID},
			Person: core.PersonFacts{Name: d.name, Folded: reading.Fold(d.name), SortKey: reading.Fold(d.name), Birth: d.birth, Sex: "female",
				IDType: cmp.Or(d.idType, "cccd"), ID: d.id, OldID: d.oldID, Commune: d.commune, District: area.District(d.commune), Province: area.Province(d.commune),
				Sub: "TDP 3", House: d.house}})
		return err
	}
	m := core.Inbound{Channel: d.channel, ExternalID: core.NewID(), URN: core.TelURN(d.phone), Text: "x", At: d.at}
	if err := s.Take(t.Context(), d.at, []core.Inbound{m}, turn); err != nil {
		t.Fatal(err)
	}
	return stored
}

// officer adds an account; its password is not to be used.
func officer(t *testing.T, s *store.Store, d duty.Duty, code string) duty.Officer {
	t.Helper()
	o := duty.Officer{ID: core.NewID(), SignIn: fmt.Sprintf("%s.%s.%s", d, code, core.NewID()[24:]), Name: "Lê Thị Cán Bộ", Duty: d, Area: code}
	if err := s.AddOfficer(t.Context(), now, o, "no hash"); err != nil {
		t.Fatal(err)
	}
	return o
}

// looks gives each look of a test its own time.
type looks struct{ at time.Time }

func (l *looks) by(o duty.Officer, screen string) store.Look {
	if l.at.IsZero() {
		l.at = now
	}
	l.at = l.at.Add(3 * time.Second) // within the 30 a minute
	return store.Look{Officer: o, Screen: screen, At: l.at}
}

// readRows are the rows of reads, the oldest first.
func readRows(t *testing.T, s *store.Store) []string {
	t.Helper()
	rows, err := s.Texts(t.Context(), `SELECT duty || ' ' || screen || ' ' || CASE WHEN person_id = '' THEN 'nobody' ELSE person_id END
		|| ' [' || fields || '] ' || CAST(found AS TEXT) FROM reads ORDER BY at, id`)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}
