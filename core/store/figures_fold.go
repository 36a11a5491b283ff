package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// figuresLock is the advisory lock of PostgreSQL under which one node folds.
const figuresLock = 0x6b68616962616f66 // "khaibaof"

// recountTime bounds a recount of everything.
const recountTime = time.Hour

// figureKey is a row of figures.
type figureKey struct{ kind, area, day, cell string }

// month is the row that a day belongs to beside its own.
func month(day string) string {
	if len(day) < len("2021-08") {
		return "m"
	}
	return "m" + day[:len("2021-08")]
}

// FoldFigures folds up to n of what changed into the counts, and tells how many
// there were; fewer than n: there are no more now. It may run on any number of
// nodes: one of them folds, for the others there is nothing to do. What was
// folded is gone in the same transaction, so a node that dies loses and doubles
// nothing.
func (s *Store) FoldFigures(ctx context.Context, n int) (folded int, err error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	err = s.inTx(ctx, func(q querier) error {
		mine, err := s.lockFigures(ctx, q, false)
		if err != nil || !mine {
			return err
		}
		var sums map[figureKey]int64
		if folded, sums, err = s.takeDeltas(ctx, q, n); err != nil || folded == 0 {
			return err
		}
		return addFigures(ctx, q, sums)
	})
	return folded, wrap(err, "fold figures")
}

// lockFigures makes this transaction the one that folds, or waits for that.
func (s *Store) lockFigures(ctx context.Context, q querier, wait bool) (mine bool, err error) {
	switch {
	case s.pg == nil:
		return true, nil // SQLite has one writer
	case wait:
		_, err = q.exec(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(figuresLock))
		return true, err
	}
	err = q.row(ctx, `SELECT pg_try_advisory_xact_lock($1)`, int64(figuresLock)).Scan(&mine)
	return mine, err
}

// takeDeltas takes up to n deltas away and sums them for each row that they
// change: of each area and the two above it, for the day and its month.
func (s *Store) takeDeltas(ctx context.Context, q querier, n int) (int, map[figureKey]int64, error) {
	// A table without an index is appended to at the least cost; its rows are
	// found by where they stand.
	text := `DELETE FROM figure_deltas WHERE rowid IN (SELECT rowid FROM figure_deltas LIMIT $1)`
	if s.pg != nil {
		text = `DELETE FROM figure_deltas WHERE ctid = ANY(ARRAY(SELECT ctid FROM figure_deltas LIMIT $1))`
	}
	r, err := q.query(ctx, text+` RETURNING kind, commune, district, province, day, cell, n`, n)
	sums, taken := make(map[figureKey]int64), 0
	_, err = collect(r, err, func(r scanner) (struct{}, error) {
		var k figureKey
		var areas [3]string
		var n int64
		if err := r.Scan(&k.kind, &areas[0], &areas[1], &areas[2], &k.day, &k.cell, &n); err != nil {
			return struct{}{}, err
		}
		taken++
		for _, k.area = range areas {
			if k.area == "" {
				continue
			}
			sums[k] += n
			of := k
			of.day = month(k.day)
			sums[of] += n
		}
		return struct{}{}, nil
	})
	return taken, sums, err
}

// addFigures adds to the counts, in one order.
func addFigures(ctx context.Context, q querier, sums map[figureKey]int64) error {
	keys := make([]figureKey, 0, len(sums))
	for k, n := range sums {
		if n != 0 {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(a, b figureKey) int {
		return cmp.Or(strings.Compare(a.kind, b.kind), strings.Compare(a.area, b.area), strings.Compare(a.day, b.day), strings.Compare(a.cell, b.cell))
	})
	rows := make([][]any, len(keys))
	for i, k := range keys {
		rows[i] = []any{k.kind, k.area, k.day, k.cell, sums[k]}
	}
	_, err := execEach(ctx, q, `INSERT INTO figures (kind, area, day, cell, n) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (kind, area, day, cell) DO UPDATE SET n = figures.n + excluded.n`, rows)
	return err
}

// recount replaces the counts by the truth, inside a transaction that sees one
// moment: what is seen of the deltas is in the truth, and goes.
func recount(ctx context.Context, q querier) error {
	for _, text := range []string{`DELETE FROM figure_deltas`, `DELETE FROM figures`} {
		if _, err := q.exec(ctx, text); err != nil {
			return err
		}
	}
	for _, k := range figureKinds {
		if err := recountKind(ctx, q, k); err != nil {
			return fmt.Errorf("count %s: %w", k.name, err)
		}
	}
	return nil
}

// recountKind counts one kind: its rows are read once.
func recountKind(ctx context.Context, q querier, k figureKind) error {
	var any int
	if err := q.row(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM `+k.table+` LIMIT 1) one`).Scan(&any); err != nil || any == 0 {
		return err
	}
	for _, text := range []string{
		`CREATE TEMPORARY TABLE counting AS SELECT kind, commune, district, province, day, cell, COUNT(*) AS n FROM (` + k.truth() + `) t GROUP BY kind, commune, district, province, day, cell`,
		`INSERT INTO figures (kind, area, day, cell, n) SELECT kind, area, day, cell, SUM(n) FROM (` + overAreas(`counting`) + `) a GROUP BY kind, area, day, cell ORDER BY kind, area, day, cell`,
		`INSERT INTO figures (kind, area, day, cell, n) SELECT kind, area, 'm' || substr(day, 1, 7), cell, SUM(n) FROM figures WHERE kind = '` + k.code + `'
			GROUP BY kind, area, 'm' || substr(day, 1, 7), cell`,
		`DROP TABLE counting`,
	} {
		if _, err := q.exec(ctx, text); err != nil {
			return err
		}
	}
	return nil
}

// overAreas is a SELECT of counted rows for each of the three levels of areas.
func overAreas(from string) string {
	var each []string
	for _, column := range []string{"commune", "district", "province"} {
		each = append(each, `SELECT kind, `+column+` AS area, day, cell, n FROM `+from+` WHERE `+column+` <> ''`)
	}
	return strings.Join(each, ` UNION ALL `)
}

// Recounted is what a look at the counts found.
type Recounted struct {
	Rows  int // in the counts
	Wrong int // of them that did not agree with the truth, or were missing
}

// RebuildFigures counts everything anew, in one moment, while people go on
// declaring; what is read meanwhile is the counts of before. Where only is true
// it compares and changes nothing. It tells how many rows were wrong: any is a
// fault to be reported.
func (s *Store) RebuildFigures(ctx context.Context, only bool) (out Recounted, err error) {
	ctx, cancel := context.WithTimeout(ctx, recountTime)
	defer cancel()
	err = s.inTx(ctx, func(q querier) error {
		if _, err := s.lockFigures(ctx, q, true); err != nil {
			return err
		}
		if s.pg == nil {
			out, err = rebuild(ctx, q, only)
			return err
		}
		// A moment begins with a transaction's first look, which must come after
		// the lock: hence a transaction inside the one that holds it.
		return s.inTx(ctx, func(q querier) error {
			if _, err := q.exec(ctx, `SET TRANSACTION ISOLATION LEVEL REPEATABLE READ`); err != nil {
				return err
			}
			out, err = rebuild(ctx, q, only)
			return err
		})
	})
	return out, wrap(err, "rebuild figures")
}

func rebuild(ctx context.Context, q querier, only bool) (out Recounted, err error) {
	if err := q.row(ctx, `SELECT COUNT(*) FROM figures`).Scan(&out.Rows); err != nil {
		return out, err
	}
	for _, k := range figureKinds {
		var wrong int
		if err := q.row(ctx, `SELECT COUNT(*) FROM (`+difference(k)+`) wrong`).Scan(&wrong); err != nil {
			return out, err
		}
		out.Wrong += wrong
	}
	if only {
		return out, nil
	}
	return out, recount(ctx, q)
}

// difference is a SELECT of the rows in which counts with their deltas do not
// agree with the truth.
func difference(k figureKind) string {
	days := `SELECT kind, area, day, cell, n FROM figures WHERE kind = '` + k.code + `' AND day < 'm'
		UNION ALL SELECT kind, area, day, cell, n FROM (` + overAreas(`(SELECT * FROM figure_deltas WHERE kind = '`+k.code+`') f`) + `) d
		UNION ALL SELECT kind, area, day, cell, -n FROM (` + overAreas(`(`+k.truth()+`) r`) + `) t`
	months := `SELECT kind, area, day, cell, n FROM figures WHERE kind = '` + k.code + `' AND day >= 'm'
		UNION ALL SELECT kind, area, 'm' || substr(day, 1, 7), cell, -n FROM figures WHERE kind = '` + k.code + `' AND day < 'm'`
	const wrong = ` GROUP BY kind, area, day, cell HAVING SUM(n) <> 0`
	return `SELECT kind, area, day, cell, SUM(n) AS n FROM (` + days + `) c` + wrong + ` UNION ALL SELECT kind, area, day, cell, SUM(n) FROM (` + months + `) c` + wrong
}
