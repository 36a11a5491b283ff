package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
)

// RowRead is what the reading of a row of a list came to.
type RowRead struct {
	N     int
	Paper string // number of the identity paper; "" for none
	Why   string // what is wrong, as its reader keeps it; "" for a good row
}

// KeepRead keeps how the next rows of a list were read, with how far its job
// came. Of two rows with one number of a paper the later is wrong; twin says why,
// naming the earlier. When the job has ended the list is ready to be kept.
func (s *Store) KeepRead(ctx context.Context, until time.Time, j core.Job, rows []RowRead, twin func(n int) string) (core.Job, error) {
	j.Failures = 0
	return j, s.importStep(ctx, until, j, "ready", time.Time{}, func(q querier) error {
		for _, row := range rows {
			state, paper := "good", s.keysOfPaper(row.Paper)
			if paper != "" && row.Why == "" {
				var first int
				err := q.row(ctx, `SELECT n FROM import_rows WHERE import_id = $1 AND id_hash = $2 AND n < $3 AND id_hash <> '' ORDER BY n LIMIT 1`, j.Args, paper, row.N).Scan(&first)
				if err != nil && !errors.Is(err, errNoRows) {
					return err
				}
				if err == nil {
					row.Why, paper = twin(first), ""
				}
			}
			var why []byte
			if row.Why != "" {
				state, why = "bad", s.keys.SealString("import_rows.why", importRow(j.Args, row.N), row.Why)
			}
			if _, err := q.exec(ctx, `UPDATE import_rows SET state = $3, id_hash = $4, why = $5 WHERE import_id = $1 AND n = $2`, j.Args, row.N, state, paper, why); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Store) keysOfPaper(id string) string { return (&Tx{s: s}).idHash(id) }

// importStep is one step of a job of a list, in one transaction with what it
// does; phase is the list's when the job has ended.
func (s *Store) importStep(ctx context.Context, until time.Time, j core.Job, phase string, kept time.Time, do func(q querier) error) error {
	err := s.inTx(ctx, func(q querier) error {
		if err := s.keepJob(ctx, q, j, until); err != nil {
			return err
		}
		if err := do(q); err != nil || j.Ended.IsZero() {
			return err
		}
		at := int64(0)
		if !kept.IsZero() {
			at = kept.UnixMilli()
		}
		_, err := q.exec(ctx, `UPDATE imports SET phase = $2, kept_at = CASE WHEN CAST($3 AS BIGINT) > 0 THEN CAST($3 AS BIGINT) ELSE kept_at END WHERE id = $1`, j.Args, phase, at)
		return err
	})
	if errors.Is(err, ErrJobLost) {
		return err
	}
	return wrap(err, "step of an import")
}

// StartImport has a job keep the good rows of a list that was read. Started twice
// it starts once. core.ErrNotFound for who may not, ErrChanged for a list that is
// not ready.
func (s *Store) StartImport(ctx context.Context, o duty.Officer, now time.Time, id string) error {
	i, err := s.Import(ctx, o, id)
	switch {
	case err != nil:
		return err
	case i.Phase == "keep" || i.Phase == "kept":
		return nil
	case i.Phase != "ready" || i.Good == 0 || i.Gone:
		return ErrChanged
	}
	return s.importPhase(ctx, o, now, i, "ready", "keep", JobImportKeep, i.Good)
}

// UndoImport has a job take back what a list brought. core.ErrNotFound for who may
// not, ErrChanged for a list that is not kept.
func (s *Store) UndoImport(ctx context.Context, o duty.Officer, now time.Time, id string) error {
	i, err := s.Import(ctx, o, id)
	switch {
	case err != nil:
		return err
	case i.Phase == "undo" || i.Phase == "undone":
		return nil
	case i.Phase != "kept":
		return ErrChanged
	}
	return s.importPhase(ctx, o, now, i, "kept", "undo", JobImportUndo, i.Stored)
}

func (s *Store) importPhase(ctx context.Context, o duty.Officer, now time.Time, i Import, from, to, kind string, total int) error {
	undone := ""
	if kind == JobImportUndo {
		undone = o.ID
	}
	err := s.inTx(ctx, func(q querier) error {
		n, err := q.exec(ctx, `UPDATE imports SET phase = $3, undone_by = $4 WHERE id = $1 AND phase = $2`, i.ID, from, to, undone)
		if err != nil || n == 0 {
			return err
		}
		_, err = s.addImportJob(ctx, q, kind, i.ID, o, now, total, kind+":"+i.ID)
		return err
	})
	if err == nil {
		s.wake.tell([]string{jobsName})
	}
	return wrap(err, "start a job of an import")
}

// RowKept is a good row of a list on its way into the store: its declaration, or
// what became wrong with it since it was read.
type RowKept struct {
	N           int
	Declaration core.Declaration
	Why         string
}

// KeepRows stores the next good rows of a list, each as a declaration that the
// officer typed in of a person of its own, with how far its job came: all in one
// transaction, so that a stop doubles none. Likely duplicates are linked. tell
// runs inside it for who is to be told.
func (s *Store) KeepRows(ctx context.Context, now, until time.Time, j core.Job, by duty.Officer, rows []RowKept, tell func(ctx context.Context, tx *Tx, d core.Declaration, st Stored) error) (core.Job, error) {
	j.Failures = 0
	tx := &Tx{s: s, now: now}
	err := s.importStep(ctx, until, j, "kept", now, func(q querier) error {
		tx.q = q
		for _, row := range rows {
			if row.Why != "" {
				if _, err := q.exec(ctx, `UPDATE import_rows SET state = 'bad', why = $3 WHERE import_id = $1 AND n = $2`,
					j.Args, row.N, s.keys.SealString("import_rows.why", importRow(j.Args, row.N), row.Why)); err != nil {
					return err
				}
				continue
			}
			d := row.Declaration
			d.Channel, d.AddressID, d.Proven, d.OfficerID = channelOfficer, "", false, by.ID
			st, err := tx.store(ctx, d, nil, 0)
			if err != nil {
				return fmt.Errorf("row %d: %w", row.N, err)
			}
			n, err := q.exec(ctx, `UPDATE import_rows SET state = 'kept', person_id = $3, declaration_id = $4 WHERE import_id = $1 AND n = $2 AND state = 'good'`,
				j.Args, row.N, st.PersonID, st.DeclarationID)
			if err != nil {
				return err
			}
			if n == 0 {
				return ErrJobLost
			}
			if st.TellPhone {
				if err := tell(ctx, tx, d, st); err != nil {
					return err
				}
			}
		}
		return tx.flush(ctx)
	})
	if err == nil {
		s.wake.tell(tx.channels())
		s.countLosses(tx.lost)
	}
	return j, err
}
