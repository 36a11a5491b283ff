package store

import (
	"context"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"khaibao/core"
)

// Load is many people to be stored at once, in parts.
type Load struct {
	// Name tells this load from others. Parts that were stored under it
	// before are not stored again, so that a load that was cut off goes on.
	Name  string
	Parts int
	// Part makes one part, 0 to Parts-1, the same whenever it is asked: for
	// each person the declarations, the oldest first. Several are made at once.
	Part func(n int) [][]core.Declaration
	// Watched says who is watched, by a person's declarations; nil: nobody is.
	Watched func(declarations []core.Declaration) (LoadedPeriod, bool)
	// Stored is told of each part once it is committed; never two at once.
	Stored func(people, declarations int)
}

// LoadState says how far a load has come.
type LoadState struct {
	Done  bool
	Parts map[int]bool // stored; empty once it is done
}

// loadTime bounds a load. It can go on where it was cut off.
const loadTime = 24 * time.Hour

// Load stores people and declarations with the rows that Tx.Declare writes,
// sealed and hashed alike, many times faster: whole people only, each part in
// one transaction, by COPY on PostgreSQL. Nobody's declarations are added to a
// person who is there already, and no conversation is touched: what is loaded
// belongs to no address that anything could be sent to, unless it names one.
//
// Likely duplicates are linked, and figures counted, at the end, over all people.
func (s *Store) Load(ctx context.Context, l Load) error {
	ctx, cancel := context.WithTimeout(ctx, loadTime)
	defer cancel()
	state, err := s.LoadState(ctx, l.Name)
	if err != nil || state.Done {
		return err
	}
	numbers, err := s.takenNumbers(ctx)
	if err != nil {
		return fmt.Errorf("load: %w", err)
	}
	if err := s.takeIndexes(ctx, time.Now().UnixMilli()); err != nil {
		return fmt.Errorf("load: %w", err)
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	waiting := make(chan int)
	var running sync.WaitGroup
	var one sync.Mutex // for l.Stored
	for range s.loaders() {
		running.Go(func() {
			for n := range waiting {
				people := l.Part(n)
				if err := s.loadPart(ctx, l, n, people, numbers); err != nil {
					stop(fmt.Errorf("load part %d: %w", n, err))
					return
				}
				one.Lock()
				l.Stored(len(people), countDeclarations(people))
				one.Unlock()
			}
		})
	}
	for n := 0; n < l.Parts && ctx.Err() == nil; n++ {
		if state.Parts[n] {
			continue
		}
		select {
		case waiting <- n:
		case <-ctx.Done():
		}
	}
	close(waiting)
	running.Wait()
	if ctx.Err() != nil {
		return s.giveBack(ctx, context.Cause(ctx))
	}
	return s.finishLoad(ctx, l)
}

// loaders is how many parts are in hand: while the database stores some, the
// next are made and sealed.
func (s *Store) loaders() int {
	if s.pg == nil {
		return 2
	}
	return max(2, min(int(s.pg.Config().MaxConns), runtime.GOMAXPROCS(0)+1))
}

func countDeclarations(people [][]core.Declaration) int {
	n := 0
	for _, declarations := range people {
		n += len(declarations)
	}
	return n
}

func (l Load) mark() string { return "load " + l.Name }

func (l Load) partMark(n int) string { return l.mark() + " part " + strconv.Itoa(n) }

// LoadState reads how far a load has come: a mark for each part, one for the
// whole at its end.
func (s *Store) LoadState(ctx context.Context, name string) (LoadState, error) {
	l := Load{Name: name}
	r, err := s.q.query(ctx, `SELECT name FROM marks`)
	names, err := collect(r, err, scanText)
	if err != nil {
		return LoadState{}, fmt.Errorf("read marks: %w", err)
	}
	state := LoadState{Parts: make(map[int]bool)}
	for _, name := range names {
		state.Done = state.Done || name == l.mark()
		if n, ok := strings.CutPrefix(name, l.mark()+" part "); ok {
			if i, err := strconv.Atoi(n); err == nil {
				state.Parts[i] = true
			}
		}
	}
	return state, nil
}

// HoldsPeople tells whether anybody is in the database.
func (s *Store) HoldsPeople(ctx context.Context) (bool, error) {
	var n int
	err := s.q.row(ctx, `SELECT COUNT(*) FROM (SELECT id FROM people LIMIT 1) any_person`).Scan(&n)
	return n > 0, wrap(err, "look for people")
}

// finishLoad links likely duplicates and marks the load as done.
func (s *Store) finishLoad(ctx context.Context, l Load) error {
	if err := s.giveIndexes(ctx); err != nil {
		return fmt.Errorf("finish load: %w", err)
	}
	// A database that grew from nothing to a million rows has no idea of them
	// yet, and would read whole tables, here and for the officers' lists.
	for _, table := range []string{"people", "ties", "declarations", "qr_codes", "arrivals", "triage", "monitoring"} {
		if _, err := s.q.exec(ctx, `ANALYZE `+table); err != nil {
			return fmt.Errorf("analyze %s: %w", table, err)
		}
	}
	if err := s.countLoad(ctx); err != nil {
		return fmt.Errorf("count what was loaded: %w", err)
	}
	now := time.Now().UnixMilli()
	err := s.inTx(ctx, func(q querier) error {
		if err := linkAllLikely(ctx, q, now); err != nil {
			return err
		}
		prefix := l.mark() + " part "
		if _, err := q.exec(ctx, `DELETE FROM marks WHERE substr(name, 1, $2) = $1`, prefix, utf8.RuneCountInString(prefix)); err != nil {
			return fmt.Errorf("clear marks: %w", err)
		}
		return setNewMark(ctx, q, l.mark(), now)
	})
	return wrap(err, "finish load")
}

// linkAllLikely does for everybody what Tx.linkLikely does for one person. What
// more than 21 share is left out, as nobody is linked to more than 20 there.
func linkAllLikely(ctx context.Context, q querier, now int64) error {
	const numbersAgree = ` AND (a.id_hash = '' OR b.id_hash = '' OR a.id_hash = b.id_hash OR a.id_type <> b.id_type)`
	for _, same := range []struct{ reason, from, columns, join, unless string }{
		{"id", `(SELECT id_hash AS number FROM people WHERE id_hash <> '' AND merged_into = ''
				UNION ALL SELECT old_id_hash FROM people WHERE old_id_hash <> '' AND merged_into = '') numbers`, `number`,
			`people %[1]s ON %[1]s.id_hash = same.number AND %[1]s.id_hash <> '' OR %[1]s.old_id_hash = same.number AND %[1]s.old_id_hash <> ''`, ``},
		{"phone", `people p JOIN ties t ON t.person_id = p.id WHERE t.phone_hash <> '' AND p.merged_into = ''`, `phone_hash, name_key, birth_year`,
			`ties t%[1]s ON t%[1]s.phone_hash = same.phone_hash AND t%[1]s.phone_hash <> ''
			JOIN people %[1]s ON %[1]s.id = t%[1]s.person_id AND %[1]s.name_key = same.name_key AND %[1]s.birth_year = same.birth_year`, ``},
		{"name", `people WHERE merged_into = ''`, `commune, name_key, birth_year`,
			`people %[1]s ON %[1]s.commune = same.commune AND %[1]s.name_key = same.name_key AND %[1]s.birth_year = same.birth_year`, numbersAgree},
	} {
		_, err := q.exec(ctx, `INSERT INTO links (a, b, kind, reason, created_at)
			SELECT DISTINCT a.id, b.id, 'likely', '`+same.reason+`', CAST($1 AS BIGINT)
			FROM (SELECT `+same.columns+` FROM `+same.from+` GROUP BY `+same.columns+` HAVING COUNT(*) BETWEEN 2 AND 21) same
			JOIN `+fmt.Sprintf(same.join, "a")+`
			JOIN `+fmt.Sprintf(same.join, "b")+`
			WHERE a.id < b.id AND a.merged_into = '' AND b.merged_into = ''`+same.unless+` ON CONFLICT DO NOTHING`, now)
		if err != nil {
			return fmt.Errorf("link likely duplicates: %w", err)
		}
	}
	return nil
}

func setNewMark(ctx context.Context, q querier, name string, now int64) error {
	_, err := q.exec(ctx, `INSERT INTO marks (name, at) VALUES ($1, $2)`, name, now)
	return wrap(err, "mark "+name)
}
