package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"time"

	"khaibao/core"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// migrateLock is the advisory lock of PostgreSQL under which one node migrates.
const migrateLock = 0x6b68616962616f // "khaibao"

// migrateTime bounds a migration, and the wait for another node's.
const migrateTime = time.Hour

// migrate brings the schema to the newest version, in one transaction under a
// lock, and refuses a schema newer than this program.
func (s *Store) migrate(ctx context.Context) error {
	names, err := fs.Glob(migrationFiles, "migrations/*.sql")
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, migrateTime)
	defer cancel()
	return s.inTx(ctx, func(q querier) error {
		if s.pg != nil {
			if _, err := q.exec(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(migrateLock)); err != nil {
				return err
			}
		}
		if _, err := q.exec(ctx, `CREATE TABLE IF NOT EXISTS schema_versions (version BIGINT PRIMARY KEY, applied_at BIGINT NOT NULL)`); err != nil {
			return err
		}
		var have int
		if err := q.row(ctx, `SELECT COALESCE(MAX(version), 0) FROM schema_versions`).Scan(&have); err != nil {
			return err
		}
		if have > len(names) {
			return fmt.Errorf("the database has schema %d and this program knows %d: use a newer program", have, len(names))
		}
		for i := have; i < len(names); i++ {
			if err := applyMigration(ctx, q, names[i], i+1); err != nil {
				return err
			}
		}
		return nil
	})
}

// applyMigration runs one file; its number must be its place.
func applyMigration(ctx context.Context, q querier, name string, version int) error {
	base := strings.TrimPrefix(name, "migrations/")
	number, _, _ := strings.Cut(base, "_")
	if n, err := strconv.Atoi(number); err != nil || n != version {
		return fmt.Errorf("migration %s: want number %d", base, version)
	}
	text, err := migrationFiles.ReadFile(name)
	if err != nil {
		return err
	}
	for _, statement := range statements(string(text)) {
		if _, err := q.exec(ctx, statement); err != nil {
			return fmt.Errorf("migration %s: %w", base, err)
		}
	}
	if _, rest, _ := strings.Cut(base, "_"); fills[rest] != nil {
		if err := fills[rest](ctx, q); err != nil {
			return fmt.Errorf("migration %s: %w", base, err)
		}
	}
	_, err = q.exec(ctx, `INSERT INTO schema_versions (version, applied_at) VALUES ($1, $2)`, version, time.Now().UnixMilli())
	return err
}

// fills are what a migration computes by the program, by its name without number.
var fills = map[string]func(context.Context, querier) error{"people.sql": fillNameKeys, "doors.sql": fixLog, "figures.sql": makeFigures,
	"lists.sql": indexNames}

// fillNameKeys gives those who are there already the key by which they are
// found as likely duplicates.
func fillNameKeys(ctx context.Context, q querier) error {
	type row struct{ id, folded string }
	for last := ""; ; {
		r, err := q.query(ctx, `SELECT id, folded FROM people WHERE id > $1 ORDER BY id LIMIT 1000`, last)
		people, err := collect(r, err, func(r scanner) (p row, err error) {
			err = r.Scan(&p.id, &p.folded)
			return p, err
		})
		if err != nil || len(people) == 0 {
			return wrap(err, "read names")
		}
		for _, p := range people {
			key := core.PersonFacts{Folded: p.folded}.NameKey()
			if _, err := q.exec(ctx, `UPDATE people SET name_key = $2 WHERE id = $1`, p.id, key); err != nil {
				return fmt.Errorf("key a name: %w", err)
			}
		}
		last = people[len(people)-1].id
	}
}

// statements splits a migration at semicolons that end a line. Comments stand
// on lines of their own.
func statements(text string) []string {
	var all []string
	var b strings.Builder
	for line := range strings.Lines(text) {
		trimmed := strings.TrimSpace(line)
		if trimmed == "" || strings.HasPrefix(trimmed, "--") {
			continue
		}
		b.WriteString(line)
		if strings.HasSuffix(trimmed, ";") {
			all = append(all, b.String())
			b.Reset()
		}
	}
	return all
}
