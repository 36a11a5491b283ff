package store

import (
	"context"
	"fmt"
	"time"
)

// logTables are what officers saw and did. Rows are only ever added: no
// statement of this package changes one, and the database refuses it too, but
// for the purge of what is older than it is kept.
var logTables = []string{"reads", "corrections", "task_events", "monitoring_events", "arrival_events", "account_events"}

// logKept is for how long a row of the log cannot be deleted: a little less
// than KeepTwoYears, so that the purge meets no refusal.
const logKept = 700 * 24 * time.Hour

// fixLog has the database refuse changes of the log. The two engines have no
// text in common for it.
func fixLog(ctx context.Context, q querier) error {
	_, sqlite := q.(sqliteConn)
	var texts []string
	if !sqlite {
		texts = append(texts, fmt.Sprintf(`CREATE FUNCTION log_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
			BEGIN
				IF TG_OP = 'DELETE' AND OLD.at < extract(epoch FROM now()) * 1000 - %d THEN RETURN OLD; END IF;
				RAISE EXCEPTION 'rows of %% are only ever added', TG_TABLE_NAME;
			END $$`, logKept.Milliseconds()))
	}
	for _, table := range logTables {
		if !sqlite {
			texts = append(texts, fmt.Sprintf(`CREATE TRIGGER %s_fixed BEFORE UPDATE OR DELETE ON %[1]s FOR EACH ROW EXECUTE FUNCTION log_is_fixed()`, table))
			continue
		}
		texts = append(texts,
			fmt.Sprintf(`CREATE TRIGGER %s_fixed BEFORE UPDATE ON %[1]s BEGIN SELECT RAISE(ABORT, 'rows of %[1]s are only ever added'); END`, table),
			fmt.Sprintf(`CREATE TRIGGER %s_kept BEFORE DELETE ON %[1]s WHEN OLD.at >= CAST(strftime('%%s','now') AS INTEGER) * 1000 - %d
				BEGIN SELECT RAISE(ABORT, 'rows of %[1]s are only ever added'); END`, table, logKept.Milliseconds()))
	}
	for _, text := range texts {
		if _, err := q.exec(ctx, text); err != nil {
			return fmt.Errorf("fix the log: %w", err)
		}
	}
	return nil
}
