package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"khaibao/core"
	"khaibao/core/monitor"
	"khaibao/core/seal"
)

// LoadedWatch is one person under monitoring who is loaded with many others.
type LoadedWatch struct {
	Person  core.PersonFacts
	Phone   string   // E.164, their own
	Channel string   // of the address that answers
	URN     core.URN // the address; people who share it are one household
	Number  int      // among those of the address, from 1
	// Monitoring says what OpenMonitoring would be told. From may lie in the past.
	Monitoring core.Monitoring
}

// LoadWatched stores people, their addresses and open monitorings with the rows
// that OpenMonitoring writes, without a welcome, by COPY on PostgreSQL. It is
// for measuring: all of one call are new people at new addresses, in one
// transaction; those of one address must be in one call.
func (s *Store) LoadWatched(ctx context.Context, now time.Time, people []LoadedWatch) error {
	ctx, cancel := context.WithTimeout(ctx, loadTime)
	defer cancel()
	b := s.newWatchedRows(len(people))
	for i := range people {
		if err := b.add(&people[i], now); err != nil {
			return fmt.Errorf("load watched: %w", err)
		}
	}
	return wrap(s.inTx(ctx, func(q querier) error {
		for _, t := range []*bulkTable{&b.addresses, &b.people, &b.ties, &b.monitoring} {
			if err := t.write(ctx, q); err != nil {
				return fmt.Errorf("write %s: %w", t.name, err)
			}
		}
		return nil
	}), "load watched")
}

type watchedRows struct {
	s                                   *Store
	addresses, people, ties, monitoring bulkTable
	ids                                 map[core.URN]string
}

func (s *Store) newWatchedRows(n int) *watchedRows {
	table := func(name string, columns ...string) bulkTable {
		return bulkTable{name: name, columns: columns, rows: make([][]any, 0, n)}
	}
	return &watchedRows{s: s, ids: make(map[core.URN]string, n),
		addresses: table("addresses", "id", "channel", "hash", "urn", "lang", "phone_hash", "phone", "proven_at", "proven_how", "declared_at", "turned_at", "created_at", "watched_until"),
		people: table("people", "id", "name", "folded", "sort_key", "birth", "birth_year", "sex", "id_type", "id_hash",
			"insurance_hash", "private", "commune", "district", "province", "sub", "newest", "name_key", "old_id_hash", "created_at"),
		ties: table("ties", "person_id", "phone_hash", "phone", "address_id", "how", "created_at"),
		monitoring: table("monitoring", "id", "person_id", "kind", "commune", "district", "province", "sub", "facility", "room", "from_day", "base_day", "days", "extended",
			"until_day", "rules", "slot", "per_day", "address_id", "number", "batch", "origin", "opened_at", "opened_by")}
}

func (b *watchedRows) add(w *LoadedWatch, now time.Time) error {
	keys, m, p := b.s.keys, &w.Monitoring, &w.Person
	at := now.UnixMilli()
	until := max(m.Until, monitor.Until(m.Base, m.Days, m.Extended))
	address, known := b.ids[w.URN]
	if !known {
		address = core.NewID()
		b.ids[w.URN] = address
		b.addresses.rows = append(b.addresses.rows, []any{address, w.Channel, b.s.urnHash(w.URN), keys.SealString("addresses.urn", address, string(w.URN)), "vi",
			b.s.phoneHash(w.Phone), keys.SealString("addresses.phone", address, w.Phone), at, "contact", at, at, at, monitor.EndsAt(until).Add(afterEnd).UnixMilli()})
	}
	person := core.NewID()
	private, err := json.Marshal(privatePerson{ID: p.ID, OldID: p.OldID, Insurance: p.Insurance, House: p.House})
	if err != nil {
		return err
	}
	b.people.rows = append(b.people.rows, []any{person, p.Name, p.Folded, p.SortKey, p.Birth, p.BirthYear(), p.Sex, p.IDType,
		keys.Hash(seal.KindID, p.ID), keys.Hash(seal.KindInsurance, p.Insurance), keys.Seal("people.private", person, private),
		p.Commune, p.District, p.Province, p.Sub, "", p.NameKey(), keys.Hash(seal.KindID, p.OldID), at})
	b.ties.rows = append(b.ties.rows, []any{person, b.s.phoneHash(w.Phone), keys.SealString("ties.phone", person, w.Phone), "", tieOwn, at})
	plan, _ := monitor.PlanOf(m.Kind)
	opened := m.Opened
	if opened.IsZero() {
		opened = now
	}
	b.monitoring.rows = append(b.monitoring.rows, []any{core.NewID(), person, string(m.Kind), p.Commune, p.District, p.Province, p.Sub, m.Facility, m.Room,
		string(m.From), string(m.Base), m.Days, m.Extended, string(until), m.Rules, string(m.Window), max(plan.PerDay, 1), address, max(w.Number, 1), m.Batch,
		string(m.Origin), opened.UnixMilli(), m.OpenedBy})
	return nil
}
