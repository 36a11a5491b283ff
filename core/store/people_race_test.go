package store_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

// Whoever proved one phone on the web and writes from it by SMS is one person,
// also when both declarations come at once: versions 1 and 2.
func TestOnePersonOnTwoChannelsAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for n := range 20 {
			phone := fmt.Sprintf("+8490000%04d", n)
			var wg sync.WaitGroup
			var mu sync.Mutex
			var got []store.Stored
			ready := make(chan struct{})
			for _, urn := range []core.URN{core.TelURN(phone), core.URN("web:" + phone)} {
				m := core.Inbound{Channel: urn.Scheme(), ExternalID: core.NewID(), URN: urn, Text: "x"}
				wg.Go(func() {
					<-ready
					err := s.Take(t.Context(), now, []core.Inbound{m}, func(ctx context.Context, tx *store.Tx, at *core.Address, _ core.Inbound, _ string) error {
						if err := tx.Prove(ctx, at, phone, "code"); err != nil {
							return err
						}
						d := statement("Trần Thị Một", "046185000001", phone, now, func(d *core.Declaration) { d.AddressID = at.ID })
						stored, err := tx.Declare(ctx, d)
						mu.Lock()
						got = append(got, stored)
						mu.Unlock()
						return err
					})
					if err != nil {
						t.Error(err)
					}
				})
			}
			close(ready)
			wg.Wait()
			if len(got) != 2 || got[0].PersonID != got[1].PersonID || got[0].Version+got[1].Version != 3 || got[0].Code != got[1].Code {
				t.Fatalf("phone %d: %+v", n, got)
			}
		}
	})
}

// A family declares from many devices at once, over two nodes: each of them is
// one person with one QR, and no declaration is lost.
func TestHouseholdDeclaredManyTimesAtOnce(t *testing.T) {
	const times = 32
	family := []string{"Trần Văn Cha", "Lê Thị Mẹ", "Trần Thị Con", "Trần Văn Út"}
	test := func(t *testing.T, nodes ...*store.Store) {
		phone := "+84900000001"
		var done sync.WaitGroup
		ready := make(chan struct{})
		for n := range times {
			m := core.Inbound{Channel: "web", ExternalID: core.NewID(), URN: core.URN(fmt.Sprintf("web:%d", n)), Text: "x"}
			done.Go(func() {
				<-ready
				err := nodes[n%len(nodes)].Take(t.Context(), now, []core.Inbound{m}, func(ctx context.Context, tx *store.Tx, at *core.Address, _ core.Inbound, _ string) error {
					if err := tx.Prove(ctx, at, phone, "code"); err != nil {
						return err
					}
					for i := range family {
						name := family[(i+n)%len(family)] // each in an order of its own
						d := statement(name, "", phone, now, func(d *core.Declaration) { d.AddressID, d.Proxy = at.ID, name != family[0] })
						if _, err := tx.Declare(ctx, d); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		close(ready)
		done.Wait()
		got, err := nodes[0].Texts(t.Context(), `SELECT p.name || ' ' || CAST(COUNT(d.id) AS TEXT) || ' ' || CAST(COUNT(DISTINCT d.version) AS TEXT) || ' ' || CAST(MAX(d.version) AS TEXT)
			|| ' ' || CAST((SELECT COUNT(*) FROM qr_codes c WHERE c.person_id = p.id) AS TEXT) || ' ' || CAST((SELECT COUNT(*) FROM ties t WHERE t.person_id = p.id) AS TEXT)
			FROM people p JOIN declarations d ON d.person_id = p.id GROUP BY p.id, p.name`)
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(got)
		want := make([]string, len(family))
		for i, name := range family {
			want[i] = fmt.Sprintf("%s %d %d %d 1 1", name, times, times, times)
		}
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("name, declarations, versions, newest, QRs, ties: %q", got)
		}
	}
	t.Run("sqlite", func(t *testing.T) { test(t, storetest.SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, twoNodes(t)...) })
}

// twoNodes are two programs on one PostgreSQL.
func twoNodes(t *testing.T) []*store.Store {
	t.Helper()
	o := store.Options{URL: storetest.PostgresURL(t), KeyFile: filepath.Join(t.TempDir(), "key"), MaxConns: 16}
	var nodes []*store.Store
	for range 2 {
		s, err := store.Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Close)
		t.Cleanup(func() { storetest.Counts(t, s) })
		nodes = append(nodes, s)
	}
	return nodes
}

// An officer merges two records while both are declared for: nothing is lost,
// and what comes after belongs to the one that stays.
func TestMergeWhileDeclaring(t *testing.T) {
	nodes := twoNodes(t)
	phones := []string{"+84900000001", "+84900000002"}
	var first [2]store.Stored
	for i, phone := range phones {
		c := chat{t, nodes[i], core.TelURN(phone)}
		c.prove(now, phone)
		first[i] = c.speak(now, "Trần Thị Một", "", nil)
	}
	o := officer(t, nodes[0], duty.CDC, "46")
	var done sync.WaitGroup
	for i, phone := range phones {
		done.Go(func() {
			c := chat{t, nodes[i], core.TelURN(phone)}
			for n := range 15 {
				c.speak(now.Add(time.Duration(n+1)*time.Minute), "Trần Thị Một", "", nil)
			}
		})
	}
	done.Go(func() {
		l := store.Look{Officer: o, Screen: "compare", At: now}
		if err := nodes[0].MergePeople(t.Context(), l, o.ListScope(), first[0].PersonID, first[1].PersonID); err != nil {
			t.Error(err)
		}
	})
	done.Wait()
	got, err := nodes[0].Texts(t.Context(), `SELECT CAST(COUNT(*) AS TEXT) || ' ' || CAST(COUNT(DISTINCT version) AS TEXT) || ' ' || CAST(COUNT(DISTINCT person_id) AS TEXT)
		|| ' ' || MIN(person_id) FROM declarations`)
	if err != nil || got[0] != "32 32 1 "+first[0].PersonID {
		t.Errorf("declarations, versions, people: %q, %v", got, err)
	}
}
