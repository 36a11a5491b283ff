package store_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"khaibao/core"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

// held is a connection of a test's own to a database of the store.
func held(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

// waiting waits until so many statements of a schema stand before a lock.
func waiting(t *testing.T, conn *pgx.Conn, n int) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
		var got int
		err := conn.QueryRow(t.Context(), `SELECT COUNT(*) FROM pg_stat_activity
			WHERE wait_event_type = 'Lock' AND pg_backend_pid() = ANY (pg_blocking_pids(pid))`).Scan(&got)
		if err != nil {
			t.Fatal(err)
		}
		if got == n {
			return
		}
	}
	t.Fatalf("never came: %d statements that wait for this connection", n)
}

// A group waits for an address that another group holds. In the meantime
// somebody of the group writes for the first time through another node. The
// group then finds the message's address when it records and did not find it
// when it locked.
func TestAddressMadeWhileAGroupWaits(t *testing.T) {
	url := storetest.PostgresURL(t)
	s := storetest.Open(t, url)
	take := func(group ...core.Inbound) error { return s.Take(t.Context(), now, group, echo) }
	if err := take(message("1", "+84900000001", "a")); err != nil {
		t.Fatal(err)
	}
	conn := held(t, url)
	tx, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `SELECT id FROM addresses FOR UPDATE`); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				done <- fmt.Errorf("panic: %v", p)
			}
		}()
		done <- take(message("2", "+84900000001", "b"), message("4", "+84900000002", "y"))
	}()
	waiting(t, conn, 1)
	if err := take(message("3", "+84900000002", "x")); err != nil {
		t.Fatal(err)
	}
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	states := map[core.URN]string{}
	err = s.Take(t.Context(), now, []core.Inbound{message("5", "+84900000001", ""), message("6", "+84900000002", "")},
		func(_ context.Context, _ *store.Tx, at *core.Address, _ core.Inbound, _ string) error {
			states[at.URN] = string(at.State)
			return nil
		})
	if err != nil || states["tel:+84900000001"] != "ab" || states["tel:+84900000002"] != "xy" {
		t.Fatalf("states %v, %v", states, err)
	}
}

// Two people declare at once, each for the other's phone too, in the opposite
// order: PostgreSQL breaks such a circle by undoing one of them. That is
// nobody's fault, so both are stored and neither network is told to come again.
func TestTurnsThatWaitForEachOther(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		phones := []string{"+84900000001", "+84900000002"}
		var once [2]sync.Once
		var first sync.WaitGroup
		first.Add(2)
		var done sync.WaitGroup
		for n := range 2 {
			turn := func(ctx context.Context, tx *store.Tx, at *core.Address, m core.Inbound, id string) error {
				for i, phone := range []string{phones[n], phones[1-n]} {
					_, err := tx.Declare(ctx, statement("Trần Thị Một", "", phone, now, func(d *core.Declaration) { d.AddressID = at.ID }))
					if err != nil {
						return err
					}
					once[n].Do(first.Done)
					if i == 0 && s.Engine() == "postgres" { // SQLite has one writer
						first.Wait()
					}
				}
				return echo(ctx, tx, at, m, id)
			}
			done.Go(func() {
				if err := s.Take(t.Context(), now, []core.Inbound{message(fmt.Sprint(n), phones[n], "x")}, turn); err != nil {
					t.Errorf("declaration %d: %v", n, err)
				}
			})
		}
		done.Wait()
		if got, err := s.ClaimDue(t.Context(), "sms", now, now.Add(time.Minute), 9); err != nil || len(got) != 2 {
			t.Fatalf("%d replies, want one for each, %v", len(got), err)
		}
		people, err := s.Texts(t.Context(), `SELECT id FROM people`)
		if err != nil || len(people) != 2 {
			t.Fatalf("%d people for two phones, %v", len(people), err)
		}
	})
}
