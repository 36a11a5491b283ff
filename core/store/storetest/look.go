package storetest

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

// Look reads a database beside the program that uses it, or after that program
// was killed: without its keys, as whoever steals it would.
type Look struct {
	t   testing.TB
	url string
	db  *sql.DB
}

// NewLook opens a look at a database URL of the program. It ends with the test.
func NewLook(t testing.TB, databaseURL string) *Look {
	t.Helper()
	driver, source := "pgx", databaseURL
	if path, ok := strings.CutPrefix(databaseURL, "sqlite:"); ok {
		driver, source = "sqlite", "file:"+path+"?_pragma=busy_timeout(10000)"
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatalf("look at the database: %v", err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { db.Close() })
	return &Look{t: t, url: databaseURL, db: db}
}

// Message is a row of messages.
type Message struct{ ID, AddressID string }

// Messages are all recorded messages, by "channel external ID".
func (l *Look) Messages() map[string]Message {
	l.t.Helper()
	all := make(map[string]Message)
	l.each(`SELECT channel, external_id, id, address_id FROM messages`, func(scan func(...any)) {
		var channel, external string
		var m Message
		scan(&channel, &external, &m.ID, &m.AddressID)
		all[channel+" "+external] = m
	})
	return all
}

// Row is a row of the outbox.
type Row struct {
	ID, Channel, AddressID, Cause, Key, NetworkID string
	State                                         int // 0 waiting, 1 sent, 2 dropped
	LeasedUntil                                   int64
	Class, Way, Template                          string
	Segments                                      int
	Cost                                          int64 // in đồng
}

// Outbox is the whole outbox, in the order of IDs.
func (l *Look) Outbox() []Row {
	l.t.Helper()
	var all []Row
	l.each(`SELECT id, channel, address_id, cause, locale_key, network_id, state, leased_until, error_class, way, template, segments, cost FROM outbox ORDER BY id`, func(scan func(...any)) {
		var r Row
		scan(&r.ID, &r.Channel, &r.AddressID, &r.Cause, &r.Key, &r.NetworkID, &r.State, &r.LeasedUntil,
			&r.Class, &r.Way, &r.Template, &r.Segments, &r.Cost)
		all = append(all, r)
	})
	return all
}

// Declared counts the declarations of each address.
func (l *Look) Declared() map[string]int {
	l.t.Helper()
	all := make(map[string]int)
	l.each(`SELECT address_id, COUNT(*) FROM declarations GROUP BY address_id`, func(scan func(...any)) {
		var id string
		var n int
		scan(&id, &n)
		all[id] = n
	})
	return all
}

// Sessions tells where the conversation of each address stands: "form question".
func (l *Look) Sessions() map[string]string {
	l.t.Helper()
	all := make(map[string]string)
	l.each(`SELECT id, form, question FROM addresses`, func(scan func(...any)) {
		var id, form, question string
		scan(&id, &form, &question)
		all[id] = form + " " + question
	})
	return all
}

// Count runs a query that counts.
func (l *Look) Count(query string, args ...any) (n int) {
	l.t.Helper()
	if err := l.db.QueryRow(query, args...).Scan(&n); err != nil {
		l.t.Fatalf("look: %s: %v", query, err)
	}
	return n
}

func (l *Look) each(query string, row func(scan func(...any))) {
	l.t.Helper()
	rows, err := l.db.Query(query)
	if err != nil {
		l.t.Fatalf("look: %s: %v", query, err)
	}
	defer rows.Close()
	for rows.Next() {
		row(func(to ...any) {
			if err := rows.Scan(to...); err != nil {
				l.t.Fatalf("look: %s: %v", query, err)
			}
		})
	}
	if err := rows.Err(); err != nil {
		l.t.Fatalf("look: %s: %v", query, err)
	}
}

// Hold takes the write lock of an SQLite database until the returned function
// is called: for whoever writes, the database is away.
func (l *Look) Hold() (release func()) {
	l.t.Helper()
	conn, err := l.db.Conn(context.Background())
	if err != nil {
		l.t.Fatalf("hold the database: %v", err)
	}
	if _, err := conn.ExecContext(context.Background(), "BEGIN IMMEDIATE"); err != nil {
		l.t.Fatalf("hold the database: %v", err)
	}
	return func() {
		if _, err := conn.ExecContext(context.Background(), "ROLLBACK"); err != nil {
			l.t.Errorf("release the database: %v", err)
		}
		conn.Close()
	}
}

// Dump is everything that a thief of the database would hold: of SQLite the
// file and its WAL, of PostgreSQL every table as text and in its binary form.
func (l *Look) Dump() []byte {
	l.t.Helper()
	var all bytes.Buffer
	if path, ok := strings.CutPrefix(l.url, "sqlite:"); ok {
		for _, name := range []string{path, path + "-wal"} {
			b, err := os.ReadFile(name)
			if err != nil && !os.IsNotExist(err) {
				l.t.Fatalf("dump: %v", err)
			}
			all.Write(b)
		}
		return all.Bytes()
	}
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, l.url)
	if err != nil {
		l.t.Fatalf("dump: %v", err)
	}
	defer conn.Close(ctx)
	var tables []string
	l.each(`SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() ORDER BY 1`, func(scan func(...any)) {
		var name string
		scan(&name)
		tables = append(tables, name)
	})
	if len(tables) == 0 {
		l.t.Fatal("dump: no tables")
	}
	for _, name := range tables {
		for _, form := range []string{"", " (FORMAT binary)"} {
			fmt.Fprintf(&all, "\n-- %s\n", name)
			if _, err := conn.PgConn().CopyTo(ctx, &all, fmt.Sprintf("COPY %s TO STDOUT%s", pgx.Identifier{name}.Sanitize(), form)); err != nil {
				l.t.Fatalf("dump %s: %v", name, err)
			}
		}
	}
	return all.Bytes()
}

// Texts are the rows of a query, each column as text.
func (l *Look) Texts(query string) [][]string {
	l.t.Helper()
	rows, err := l.db.Query(query)
	if err != nil {
		l.t.Fatalf("look at the database: %v", err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		l.t.Fatalf("look at the database: %v", err)
	}
	var all [][]string
	for rows.Next() {
		row := make([]string, len(columns))
		into := make([]any, len(columns))
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			l.t.Fatalf("look at the database: %v", err)
		}
		all = append(all, row)
	}
	if err := rows.Err(); err != nil {
		l.t.Fatalf("look at the database: %v", err)
	}
	return all
}
