package store

import (
	"context"
	"fmt"
	"strings"
)

// The database itself writes down what each change does to the counts: no
// writer can forget it, it costs no round trip, and a COPY of many rows is one
// statement more. So triggers are made for both engines, the one thing of the
// schema that they do not say in the same words: SQLite's see one row at a time,
// PostgreSQL's all rows of a statement.
//
// What is taken away and what is added are each read while all else stands
// still: whoever changes a declaration locks its person, as who changes a verdict
// does. A declaration is written after its person.

// uncounted turns the triggers off for one transaction, on PostgreSQL: a load of
// millions is counted once, at its end.
const uncounted = `SET LOCAL khaibao.counting = 'off'`

// deltas is the statement that writes down some selections of counted rows.
func deltas(selections ...string) string {
	return "INSERT INTO figure_deltas (kind, commune, district, province, day, cell, n) SELECT kind, commune, district, province, day, cell, SUM(n) FROM (" +
		strings.Join(selections, " UNION ALL ") + ") c GROUP BY kind, commune, district, province, day, cell HAVING SUM(n) <> 0"
}

// makeFigures makes the triggers anew and counts what is there.
func makeFigures(ctx context.Context, q querier) error {
	if err := fillOrigins(ctx, q); err != nil {
		return err
	}
	return makeTriggers(ctx, q)
}

// makeTriggers makes those of all kinds, and counts again.
func makeTriggers(ctx context.Context, q querier) error {
	all := liteTriggers
	if _, lite := q.(sqliteConn); !lite {
		all = pgTriggers
	}
	for _, k := range figureKinds {
		for _, text := range all(k) {
			if _, err := q.exec(ctx, text); err != nil {
				return fmt.Errorf("trigger of %s: %w", k.table, err)
			}
		}
	}
	return recount(ctx, q)
}

// personChanged tells whether a person's row changed what is counted.
const personChanged = `(p.newest <> f.newest OR p.class <> f.class OR p.colour_rank <> f.colour_rank OR p.measure <> f.measure)`

// pgTriggers are the functions and triggers of a kind on PostgreSQL. gone and
// fresh are the rows before and after a statement.
func pgTriggers(k figureKind) []string {
	person := ""
	if k.name == FigureDeclarations {
		person = " LEFT JOIN people p ON p.id = r.person_id"
	}
	minus, plus := k.counted("r", "p", "-1", "FROM gone r"+person), k.counted("r", "p", "1", "FROM fresh r"+person)
	hold := func(rows string) string {
		if person == "" {
			return ""
		}
		return "PERFORM 1 FROM people WHERE id IN (" + rows + ") ORDER BY id FOR SHARE; "
	}
	texts := slicesOf(
		pgTrigger(k.table, "insert", deltas(plus)),
		pgTrigger(k.table, "update", hold("SELECT person_id FROM gone UNION SELECT person_id FROM fresh")+deltas(minus, plus)),
		pgTrigger(k.table, "delete", hold("SELECT person_id FROM gone")+deltas(minus)))
	if person != "" {
		theirs := " JOIN declarations r ON r.person_id = p.id AND r.id IN (p.newest, f.newest) WHERE " + personChanged
		texts = append(texts, slicesOf(
			pgTrigger("people", "update", deltas(k.counted("r", "p", "-1", "FROM gone p JOIN fresh f ON f.id = p.id"+theirs),
				k.counted("r", "p", "1", "FROM fresh p JOIN gone f ON f.id = p.id"+theirs))),
			pgTrigger("people", "delete", deltas(k.counted("r", "p", "-1", "FROM gone p JOIN declarations r ON r.id = p.newest AND r.person_id = p.id"),
				k.counted("r", "n", "1", "FROM gone p JOIN declarations r ON r.id = p.newest AND r.person_id = p.id LEFT JOIN people n ON n.id = ''"))))...)
	}
	return texts
}

func slicesOf(all ...[]string) (flat []string) {
	for _, some := range all {
		flat = append(flat, some...)
	}
	return flat
}

func pgTrigger(table, event, body string) []string {
	name := "figures_" + table + "_" + event
	tables := map[string]string{"insert": "NEW TABLE AS fresh", "update": "OLD TABLE AS gone NEW TABLE AS fresh", "delete": "OLD TABLE AS gone"}[event]
	return []string{
		fmt.Sprintf("CREATE OR REPLACE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN %s; RETURN NULL; END $body$", name, body),
		fmt.Sprintf("CREATE OR REPLACE TRIGGER %[1]s AFTER %[2]s ON %[3]s REFERENCING %[4]s FOR EACH STATEMENT WHEN (current_setting('khaibao.counting', true) IS DISTINCT FROM 'off') EXECUTE FUNCTION %[1]s()",
			name, strings.ToUpper(event), table, tables),
	}
}

// liteTriggers are those of SQLite.
func liteTriggers(k figureKind) []string {
	none := "FROM (SELECT 1) one"
	person := func(row string) string {
		if k.name != FigureDeclarations {
			return none
		}
		return none + " LEFT JOIN people p ON p.id = " + row + ".person_id"
	}
	minus, plus := k.counted("OLD", "p", "-1", person("OLD")), k.counted("NEW", "p", "1", person("NEW"))
	texts := slicesOf(
		liteTrigger(k.table, "insert", deltas(plus)),
		liteTrigger(k.table, "update", deltas(minus, plus)),
		liteTrigger(k.table, "delete", deltas(minus)))
	if k.name == FigureDeclarations {
		changed := strings.NewReplacer("p.", "OLD.", "f.", "NEW.").Replace(personChanged)
		theirs := " FROM declarations r WHERE r.person_id = NEW.id AND r.id IN (OLD.newest, NEW.newest) AND " + changed
		texts = append(texts, slicesOf(
			liteTrigger("people", "update", deltas(k.counted("r", "OLD", "-1", theirs), k.counted("r", "NEW", "1", theirs))),
			liteTrigger("people", "delete", deltas(k.counted("r", "OLD", "-1", " FROM declarations r WHERE r.id = OLD.newest AND r.person_id = OLD.id"),
				k.counted("r", "n", "1", " FROM declarations r LEFT JOIN people n ON n.id = '' WHERE r.id = OLD.newest AND r.person_id = OLD.id"))))...)
	}
	return texts
}

func liteTrigger(table, event, body string) []string {
	name := "figures_" + table + "_" + event
	return []string{
		"DROP TRIGGER IF EXISTS " + name,
		fmt.Sprintf("CREATE TRIGGER %s AFTER %s ON %s BEGIN %s; END", name, strings.ToUpper(event), table, body),
	}
}

// uncount lets the rest of a transaction that loads many be counted by countLoad,
// where that is cheaper than row by row.
func (s *Store) uncount(ctx context.Context, q querier) error {
	if s.pg == nil {
		return nil
	}
	_, err := q.exec(ctx, uncounted)
	return wrap(err, "turn the counting off")
}

// countLoad counts what a load has stored.
func (s *Store) countLoad(ctx context.Context) error {
	if s.pg != nil {
		_, err := s.RebuildFigures(ctx, false)
		return err
	}
	const batch = 100_000
	for {
		if n, err := s.FoldFigures(ctx, batch); err != nil || n < batch {
			return err
		}
	}
}
