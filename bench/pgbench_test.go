package main

import (
	"context"
	"maps"
	"os"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// pgbench must write what a step writes: the same rows, table by table, else
// the ratio compares nothing.
func TestPgbenchWritesTheRowsOfAStep(t *testing.T) {
	ctx := t.Context()
	t.Chdir("..") // the bench runs at the top of the tree
	b := &bench{postgres: os.Getenv("KHAIBAO_TEST_POSTGRES"), dir: t.TempDir()}
	script, err := readScript(firstDeclaration)
	if err != nil {
		t.Fatal(err)
	}
	url, drop, err := b.database(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(drop)

	// A step of ours, between two counts. Statistics are told when a
	// connection ends, so each part has a node of its own.
	dir := t.TempDir()
	n, err := openNode(ctx, url, dir)
	if err != nil {
		t.Fatal(err)
	}
	step, err := recordStep(ctx, n, script)
	n.stop()
	if err != nil {
		t.Fatal(err)
	}
	if len(step.statements) < 5 {
		t.Fatalf("only %d statements were recorded", len(step.statements))
	}
	before := written(t, ctx, url)
	n, err = openNode(ctx, url, dir)
	if err != nil {
		t.Fatal(err)
	}
	n.sent = 1000 // beyond what the first node said
	err = n.say(ctx, script[len(script)/2+1])
	n.stop()
	if err != nil {
		t.Fatal(err)
	}
	ours := difference(before, written(t, ctx, url))

	if err := addPgbenchPeople(ctx, url, step, 1); err != nil {
		t.Fatal(err)
	}
	text, err := step.pgbenchScript()
	if err != nil {
		t.Fatal(err)
	}
	before = written(t, ctx, url)
	if _, err := runPgbench(ctx, url, text, b.dir, 1, "-t", "1"); err != nil {
		t.Fatal(err)
	}
	peer := difference(before, written(t, ctx, url))
	if !maps.Equal(ours, peer) {
		t.Errorf("a step writes %v, pgbench %v", ours, peer)
	}
	for _, table := range []string{"messages inserted", "addresses updated", "outbox inserted"} {
		if ours[table] == 0 {
			t.Errorf("a step left no %s: %v", table, ours)
		}
	}
}

// written counts the rows that were ever inserted, updated or deleted, by
// table. What a connection did is told when it has ended, a little after it
// was closed: it waits until no other is left.
func written(t *testing.T, ctx context.Context, url string) map[string]int64 {
	t.Helper()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	told := false
	for deadline := time.Now().Add(20 * time.Second); !told; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("connections were left open")
		}
		// A connection tells its counts before it leaves this list.
		err := conn.QueryRow(ctx, `SELECT COUNT(*) = 0 FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`).Scan(&told)
		if err != nil {
			t.Fatal(err)
		}
	}
	rows, err := conn.Query(ctx, `SELECT relname, n_tup_ins, n_tup_upd, n_tup_del FROM pg_stat_user_tables`)
	if err != nil {
		t.Fatal(err)
	}
	counts := make(map[string]int64)
	var table string
	var inserted, updated, deleted int64
	_, err = pgx.ForEachRow(rows, []any{&table, &inserted, &updated, &deleted}, func() error {
		counts[table+" inserted"], counts[table+" updated"], counts[table+" deleted"] = inserted, updated, deleted
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return counts
}

func difference(before, after map[string]int64) map[string]int64 {
	changed := make(map[string]int64)
	for name, n := range after {
		if n != before[name] {
			changed[name] = n - before[name]
		}
	}
	return changed
}
