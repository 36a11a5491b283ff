// Package store keeps everything, in SQLite or in PostgreSQL: one Store, one
// text of SQL in PostgreSQL's $n for both, written where it is used.
//
// Times are Unix milliseconds from Go's clock, days are text, IDs are UUIDv7
// made in Go. What names or reaches a person is sealed, and found again by a
// keyed hash; what officers sort and count by stands in clear.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"khaibao/core"
	"khaibao/core/seal"
	"khaibao/core/ways"
)

// Store is safe for concurrent use. Exactly one of lite and pg is set.
type Store struct {
	lite *sql.DB
	pg   *pgxpool.Pool

	// writer is SQLite's one connection for transactions: they wait for each
	// other here, in their order, and not for SQLite's lock by polling it.
	writer *sql.DB
	hot    map[string]*sql.Stmt // prepared on it
	wrote  atomic.Int64         // when it last committed, in milliseconds

	q    querier // outside any transaction
	keys *seal.Keys

	// skipLocked is the one difference of SQL: SQLite has one writer and
	// neither needs nor knows it. forUpdate likewise.
	skipLocked, forUpdate string

	holder string // this process, among those that send

	listTime time.Duration // as in Options

	wake wakers

	policy policies

	ways      *ways.Book
	countLost func(event, channel string) // may be nil
	hotline   string                      // named in messages about monitoring
	taskURL   func(taskID string) string  // page of a task, in alerts; may be nil
}

// Options open a store.
type Options struct {
	URL     string // sqlite:path or postgres://…
	KeyFile string // made at the first start on an empty database
	// OnNewKey is told the path of a key file that was just made, since it
	// must be kept apart from the database.
	OnNewKey func(path string)
	// MaxConns bounds the connections to PostgreSQL; 0 takes pgx's default.
	MaxConns int32
	// ListTime is how long a list looks for its rows, and for its counts, before
	// it ends with what it has; 0 takes 70 and 40 ms.
	ListTime time.Duration
	// Tune changes the pool's configuration, for recording statements.
	Tune func(*pgxpool.Config)
}

// Open opens the database, brings its schema up to date and opens its keys.
func Open(ctx context.Context, o Options) (*Store, error) {
	s, err := connect(ctx, o)
	if err != nil {
		return nil, err
	}
	s.ways, s.listTime = onlySMS, o.ListTime
	if err := s.migrate(ctx); err != nil {
		s.Close()
		return nil, fmt.Errorf("migrate: %w", err)
	}
	if err := s.openKeys(ctx, o); err != nil {
		s.Close()
		return nil, err
	}
	if err := s.fillOldIDs(ctx, time.Now()); err != nil {
		s.Close()
		return nil, fmt.Errorf("key old ID numbers: %w", err)
	}
	if err := s.fillArrivals(ctx, time.Now()); err != nil {
		s.Close()
		return nil, fmt.Errorf("list who arrives: %w", err)
	}
	if err := s.fillPolicy(ctx, time.Now()); err != nil {
		s.Close()
		return nil, fmt.Errorf("put the rules in: %w", err)
	}
	if err := s.giveIndexes(ctx); err != nil {
		s.Close()
		return nil, fmt.Errorf("after a load that died: %w", err)
	}
	if err := s.prepareHot(ctx); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func connect(ctx context.Context, o Options) (*Store, error) {
	if path, ok := strings.CutPrefix(o.URL, "sqlite:"); ok {
		return connectSQLite(ctx, path)
	}
	if strings.HasPrefix(o.URL, "postgres://") || strings.HasPrefix(o.URL, "postgresql://") {
		return connectPG(ctx, o)
	}
	return nil, fmt.Errorf("database URL: want sqlite:path or postgres://…")
}

// busyTimeout is how long a statement waits for SQLite's lock, in milliseconds.
const busyTimeout = "10000"

// connectSQLite sets busy_timeout first, since the other pragmas may already
// meet a lock. Without _txlock=immediate, transactions that read before they
// write fail as busy; synchronous=FULL, since an acknowledged message must
// survive a power cut.
func connectSQLite(ctx context.Context, path string) (*Store, error) {
	if dir := filepath.Dir(path); dir != "." {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, fmt.Errorf("make the folder of the database: %w", err)
		}
	}
	params := url.Values{
		"_pragma": {"busy_timeout(" + busyTimeout + ")", "journal_mode(WAL)", "foreign_keys(1)", "synchronous(FULL)", "cache_size(-16000)"},
		"_txlock": {"immediate"},
	}
	source := "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + params.Encode()
	pool := func(conns int) (*sql.DB, error) {
		db, err := sql.Open("sqlite", source)
		if err != nil {
			return nil, fmt.Errorf("open sqlite: %w", err)
		}
		db.SetMaxOpenConns(conns)
		db.SetMaxIdleConns(conns)
		if err := db.PingContext(ctx); err != nil {
			db.Close()
			return nil, fmt.Errorf("open sqlite: %w", err)
		}
		return db, nil
	}
	writer, err := pool(1)
	if err != nil {
		return nil, err
	}
	db, err := pool(4)
	if err != nil {
		writer.Close()
		return nil, err
	}
	s := &Store{lite: db, writer: writer, holder: core.NewID()}
	s.q = sqlitePool{sqliteConn{q: db}, s}
	return s, nil
}

// prepareHot prepares the statements of every turn.
func (s *Store) prepareHot(ctx context.Context) error {
	if s.pg != nil { // pgx does so by itself
		return nil
	}
	s.hot = make(map[string]*sql.Stmt)
	for _, text := range []string{findText, recordText, saveText, queueText} {
		made, err := s.writer.PrepareContext(ctx, text)
		if err != nil {
			return fmt.Errorf("prepare: %w", err)
		}
		s.hot[text] = made
	}
	return nil
}

// plainPlans has PostgreSQL plan for many short questions at once: to start
// processes that share one, or to compile it, takes tens of milliseconds, which
// it does for what reads a few hundred rows where a table is large.
func plainPlans(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, `SET max_parallel_workers_per_gather = 0; SET jit = off`)
	return err
}

func connectPG(ctx context.Context, o Options) (*Store, error) {
	config, err := pgxpool.ParseConfig(o.URL)
	if err != nil {
		// pgx's error may quote the URL, and with it a password.
		return nil, fmt.Errorf("database URL: not a valid postgres:// URL")
	}
	config.ConnConfig.ConnectTimeout = 5 * time.Second
	config.PingTimeout = pingTime
	config.AfterConnect = plainPlans
	if o.MaxConns > 0 {
		config.MaxConns = o.MaxConns
	}
	if o.Tune != nil {
		o.Tune(config)
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("open postgres: %w", err)
	}
	s := &Store{pg: pool, q: pgConn{pool}, skipLocked: "FOR UPDATE SKIP LOCKED", forUpdate: "FOR UPDATE", holder: core.NewID()}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("reach postgres: %w", err)
	}
	return s, nil
}

// Close releases the database.
func (s *Store) Close() {
	if s.pg != nil {
		s.pg.Close()
		return
	}
	s.wrote.Store(0)
	for _, db := range []*sql.DB{s.writer, s.lite} {
		if err := db.Close(); err != nil {
			slog.Error("close sqlite", "err", err)
		}
	}
}

// pingTime is how long a database may take to say that it is there.
const pingTime = 2 * time.Second

// Ping tells whether the database takes writes: one that can only be read, as
// a locked SQLite or a standby, is away for all who bring messages.
func (s *Store) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, pingTime)
	defer cancel()
	if s.pg != nil {
		var readOnly string
		if err := s.q.row(ctx, `SELECT current_setting('transaction_read_only')`).Scan(&readOnly); err != nil {
			return fmt.Errorf("ping: %w", err)
		}
		if readOnly != "off" {
			return errors.New("ping: the database takes no writes")
		}
		return nil
	}
	var one int
	if err := s.q.row(ctx, `SELECT 1`).Scan(&one); err != nil { // also where somebody wrote a moment ago
		return fmt.Errorf("ping: %w", err)
	}
	if time.Since(time.UnixMilli(s.wrote.Load())) < pingTime {
		return nil
	}
	return wrap(s.tryLock(ctx), "ping")
}

// tryLock takes SQLite's lock for a moment. It does so beside the writer, who
// would wait for it far longer, and have everybody wait for him; and only after
// nobody wrote for a while, since under load it might not be its turn in time.
func (s *Store) tryLock(ctx context.Context) error {
	conn, err := s.lite.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	defer func() { _, _ = conn.ExecContext(context.WithoutCancel(ctx), "PRAGMA busy_timeout = "+busyTimeout) }()
	for _, text := range []string{"PRAGMA busy_timeout = 1000", "BEGIN IMMEDIATE", "ROLLBACK"} {
		if _, err := conn.ExecContext(ctx, text); err != nil {
			return err
		}
	}
	return nil
}

// Engine is "sqlite" or "postgres".
func (s *Store) Engine() string {
	if s.pg != nil {
		return "postgres"
	}
	return "sqlite"
}

func (s *Store) openKeys(ctx context.Context, o Options) error {
	kept, err := s.wrappedKeys(ctx)
	if err != nil {
		return fmt.Errorf("read keys: %w", err)
	}
	_, statErr := os.Stat(o.KeyFile)
	missing := os.IsNotExist(statErr)
	switch {
	case missing && len(kept) > 0:
		return fmt.Errorf("the key file %s is missing, and the database holds sealed rows: put the key file back", o.KeyFile)
	case missing:
		if err := seal.CreateFile(o.KeyFile); err != nil {
			return fmt.Errorf("make the key file: %w", err)
		}
		if o.OnNewKey != nil {
			o.OnNewKey(o.KeyFile)
		}
	}
	kek, err := seal.LoadKEK(o.KeyFile)
	if err != nil {
		return fmt.Errorf("key file %s: %w", o.KeyFile, err)
	}
	if len(kept) == 0 {
		if kept, err = s.firstKeys(ctx, kek); err != nil {
			return fmt.Errorf("make keys: %w", err)
		}
	}
	s.keys, err = seal.Open(kek, kept)
	if err != nil {
		return fmt.Errorf("open the database's keys with %s: %w", o.KeyFile, err)
	}
	return nil
}

func (s *Store) wrappedKeys(ctx context.Context) ([]seal.Wrapped, error) {
	r, err := s.q.query(ctx, `SELECT id, purpose, blob FROM keys ORDER BY id`)
	return collect(r, err, func(r scanner) (w seal.Wrapped, err error) {
		var id int64
		err = r.Scan(&id, &w.Purpose, &w.Blob)
		w.ID = uint16(id)
		return w, err
	})
}

// firstKeys makes the first data key and hash key. Two nodes may start on an
// empty database at once: whoever writes first has made them for both.
func (s *Store) firstKeys(ctx context.Context, kek seal.KEK) ([]seal.Wrapped, error) {
	for id, purpose := range []string{"data", "hash"} {
		w, err := kek.NewWrapped(uint16(id+1), purpose)
		if err != nil {
			return nil, err
		}
		if _, err := s.q.exec(ctx, `INSERT INTO keys (id, purpose, blob, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
			int64(w.ID), w.Purpose, w.Blob, time.Now().UnixMilli()); err != nil {
			return nil, err
		}
	}
	return s.wrappedKeys(ctx)
}

// KeyStatus tells which keys there are, never a key.
func (s *Store) KeyStatus() seal.Status { return s.keys.Status() }
