// Package storetest opens empty stores for tests, on both engines.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"khaibao/core"
	"khaibao/core/store"
)

// Each runs a test on an empty SQLite and on an empty PostgreSQL. A missing
// PostgreSQL fails the test: a skipped engine would prove nothing.
func Each(t *testing.T, test func(t *testing.T, s *store.Store)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, Postgres(t)) })
}

// SQLite opens an empty SQLite database in the test's own folder.
func SQLite(t testing.TB) *store.Store {
	t.Helper()
	return Open(t, "sqlite:"+filepath.Join(t.TempDir(), "khaibao.db"))
}

// Postgres opens an empty schema of the server in KHAIBAO_TEST_POSTGRES.
func Postgres(t testing.TB) *store.Store {
	t.Helper()
	return Open(t, PostgresURL(t))
}

// Open opens a store with a key file of its own and closes it with the test.
func Open(t testing.TB, databaseURL string) *store.Store {
	t.Helper()
	key := filepath.Join(t.TempDir(), "khaibao.key")
	if file, ok := strings.CutPrefix(databaseURL, "sqlite:"); ok {
		if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
			Begin(t, file, key)
		}
	}
	s, err := store.Open(t.Context(), store.Options{URL: databaseURL, KeyFile: key, ListTime: time.Minute})
	if err != nil {
		t.Fatalf("open store: %v", err)
	}
	t.Cleanup(s.Close)
	t.Cleanup(func() { Counts(t, s) })
	return s
}

// Begin puts an empty SQLite database and its key into two files: copies of the
// first of the process, since making all tables takes longer than most tests do,
// under the race detector a second and more.
func Begin(t testing.TB, file, key string) {
	t.Helper()
	first.Do(func() {
		dir, err := os.MkdirTemp("", "khaibao-first-")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		from := store.Options{URL: "sqlite:" + filepath.Join(dir, "khaibao.db"), KeyFile: filepath.Join(dir, "khaibao.key")}
		s, err := store.Open(context.Background(), from)
		if err != nil {
			t.Fatalf("open the first store: %v", err)
		}
		s.Close() // with it the log is written back into the file
		if firstFile, err = os.ReadFile(filepath.Join(dir, "khaibao.db")); err == nil {
			firstKey, err = os.ReadFile(from.KeyFile)
		}
		if err != nil {
			t.Fatal(err)
		}
	})
	for to, content := range map[string][]byte{file: firstFile, key: firstKey} {
		if err := os.WriteFile(to, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

var (
	first               sync.Once
	firstFile, firstKey []byte
)

// Counts compares figures with what they count, at the end of every test: a
// change that is counted wrong shows wherever it is made. A test that broke its
// database is not asked.
func Counts(t testing.TB, s *store.Store) {
	t.Helper()
	if found, err := s.RebuildFigures(context.Background(), true); err == nil && found.Wrong > 0 {
		t.Errorf("%d of %d counts do not agree with what they count", found.Wrong, found.Rows)
	}
}

// PostgresURL makes an empty schema that is dropped with the test, and returns
// a URL that works inside it.
func PostgresURL(t testing.TB) string {
	t.Helper()
	base := os.Getenv("KHAIBAO_TEST_POSTGRES")
	if base == "" {
		t.Fatal("KHAIBAO_TEST_POSTGRES is not set: run the tests by make test, which starts a PostgreSQL of its own")
	}
	schema := "t" + strings.ReplaceAll(core.NewID(), "-", "")
	run(t, base, fmt.Sprintf("CREATE SCHEMA %s", schema))
	t.Cleanup(func() { run(t, base, fmt.Sprintf("DROP SCHEMA %s CASCADE", schema)) })
	u, err := url.Parse(base)
	if err != nil {
		t.Fatalf("KHAIBAO_TEST_POSTGRES: %v", err)
	}
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	return u.String()
}

func run(t testing.TB, databaseURL, statement string) {
	t.Helper()
	ctx := context.Background() // the test's own is over when it cleans up
	conn, err := pgx.Connect(ctx, databaseURL)
	if err != nil {
		t.Fatalf("reach postgres: %v", err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}
