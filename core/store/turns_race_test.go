package store_test

import (
	"context"
	"fmt"
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
