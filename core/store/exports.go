package store

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
)

// JobExport makes an Excel file of a list.
const JobExport = "export"

// An export is kept for a week (docs/reference/security.md, 3). One that names
// more people than ConfirmedFrom waits until a second officer confirms it
// (section 4).
const (
	ExportKept    = 7 * 24 * time.Hour
	ConfirmedFrom = 1000
	// MaxExport is how many rows a file has at most.
	MaxExport = 200_000
)

// ErrOwnExport says that officers do not confirm what they asked for.
var ErrOwnExport = errors.New("one's own export")

// Export is a list that an officer asked for as a file. It lies in the database,
// so that any node makes it and any node gives it out.
type Export struct {
	Job       core.Job
	List      string
	Asked     map[string]string // its filters, as its list reads them; sealed, as a name may be among them
	Officer   duty.Officer      // who asked for it, as the account is now
	Rows      int
	Needs     bool   // a second officer must confirm it
	Confirmed string // name of the officer who did; "" for nobody yet
	Gone      bool   // its rows were removed, after ExportKept or when it was cancelled
}

// Waits tells whether an export waits to be confirmed.
func (e Export) Waits() bool { return e.Needs && e.Confirmed == "" && e.Job.Ended.IsZero() }

// neverDue is when a job is due that somebody must confirm first.
var neverDue = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// AddExport has a job make a file of a list: of total rows, as far as they were
// counted. named tells whether its rows name people. frame is the file without
// rows, once the key of the form that was shown: sent twice, it asks once. The
// job's ID is given.
func (s *Store) AddExport(ctx context.Context, o duty.Officer, now time.Time, once, list string, asked map[string]string, frame []byte, total int, named bool) (id string, err error) {
	if !goodText(once) {
		return "", core.ErrNotFound
	}
	id = core.NewID()
	text, err := json.Marshal(asked)
	if err != nil {
		return "", err
	}
	needs, due := named && total > ConfirmedFrom, now
	if needs {
		due = neverDue
	}
	err = s.inTx(ctx, func(q querier) error {
		made, err := s.addJob(ctx, q, core.Job{ID: id, Kind: JobExport, OfficerID: o.ID, Area: o.Area, Made: now, Due: due}, "export:"+o.ID+":"+once)
		if err != nil || made != id {
			id = made
			return err
		}
		if _, err = q.exec(ctx, `UPDATE jobs SET total = $2 WHERE id = $1`, id, total); err != nil {
			return err
		}
		_, err = q.exec(ctx, `INSERT INTO exports (id, officer_id, area, list, asked, frame, needs, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			id, o.ID, o.Area, list, s.keys.Seal("exports.asked", id, text), s.keys.Seal("exports.frame", id, frame), bit(needs), now.UnixMilli())
		return err
	})
	if err == nil {
		s.wake.tell([]string{jobsName})
	}
	return id, wrap(err, "add export")
}

const exportColumns = `e.id, e.list, e.asked, e.rows, e.needs, e.gone_at, COALESCE((SELECT c.name FROM officers c WHERE c.id = e.confirmed_by), ''), ` + officerColumns + `,
	j.kind, j.area, j.total, j.done, j.cursor, j.error, j.made_at, j.due_at, j.ended_at, j.cancelled, j.failures`

const exportFrom = ` FROM exports e JOIN jobs j ON j.id = e.id JOIN officers o ON o.id = e.officer_id `

func (s *Store) scanExport(r scanner) (e Export, err error) {
	var asked []byte
	var needs, gone, mustChange, disabled, made, due, ended int64
	var cancelled string
	j, o := &e.Job, &e.Officer
	err = r.Scan(&j.ID, &e.List, &asked, &e.Rows, &needs, &gone, &e.Confirmed,
		&o.ID, &o.SignIn, &o.Name, (*string)(&o.Duty), &o.Area, &mustChange, &disabled,
		&j.Kind, &j.Area, &j.Total, &j.Done, &j.Cursor, &j.Error, &made, &due, &ended, &cancelled, &j.Failures)
	if err != nil {
		return e, err
	}
	o.MustChange, o.Disabled = mustChange > 0, disabled > 0
	j.OfficerID, j.Made, j.Due, j.Ended, j.Cancelled = o.ID, moment(made), moment(due), moment(ended), cancelled != ""
	e.Needs, e.Gone = needs > 0, gone > 0
	plain, err := s.keys.Open("exports.asked", j.ID, asked)
	if err == nil {
		err = json.Unmarshal(plain, &e.Asked)
	}
	return e, wrap(err, "export "+j.ID)
}

// Exports lists what an officer asked for, the newest first.
func (s *Store) Exports(ctx context.Context, o duty.Officer, n int) ([]Export, error) {
	r, err := s.q.query(ctx, `SELECT `+exportColumns+exportFrom+`WHERE e.officer_id = $1 ORDER BY e.made_at DESC, e.id DESC LIMIT $2`, o.ID, n)
	list, err := collect(r, err, s.scanExport)
	return list, wrap(err, "list exports")
}

// ExportsToConfirm lists what other officers asked for inside a scope and
// nobody has confirmed, the oldest first.
func (s *Store) ExportsToConfirm(ctx context.Context, o duty.Officer, scope duty.Scope, n int) ([]Export, error) {
	r, err := s.q.query(ctx, `SELECT `+exportColumns+exportFrom+`WHERE e.needs = 1 AND e.confirmed_by = '' AND j.ended_at = 0 AND e.officer_id <> $1
		ORDER BY e.made_at, e.id LIMIT 200`, o.ID)
	all, err := collect(r, err, s.scanExport)
	var list []Export
	for _, e := range all {
		if mayConfirm(o, scope, e) && len(list) < n {
			list = append(list, e)
		}
	}
	return list, wrap(err, "list exports")
}

// mayConfirm is for who sees the same people unmasked.
func mayConfirm(o duty.Officer, scope duty.Scope, e Export) bool {
	return scope.Holds(e.Job.Area) && scope != (duty.Scope{}) && duty.May(o.Duty, duty.InArea, duty.Lists) == duty.Yes
}

// Export is one of them: for who asked for it, and while it waits for who may
// confirm it. core.ErrNotFound for anybody else.
func (s *Store) Export(ctx context.Context, o duty.Officer, id string) (Export, error) {
	if !goodText(id) {
		return Export{}, core.ErrNotFound
	}
	e, err := s.scanExport(s.q.row(ctx, `SELECT `+exportColumns+exportFrom+`WHERE e.id = $1`, id))
	if errors.Is(err, errNoRows) || err == nil && e.Officer.ID != o.ID && !(e.Waits() && mayConfirm(o, o.ListScope(), e)) {
		return Export{}, core.ErrNotFound
	}
	return e, wrap(err, "read export")
}

// ConfirmExport lets an export of many people begin. ErrOwnExport for who asked
// for it; core.ErrNotFound for what waits no more, and for who may not.
func (s *Store) ConfirmExport(ctx context.Context, o duty.Officer, now time.Time, id string) error {
	e, err := s.Export(ctx, o, id)
	switch {
	case err != nil:
		return err
	case e.Officer.ID == o.ID:
		return ErrOwnExport
	}
	err = s.inTx(ctx, func(q querier) error {
		n, err := q.exec(ctx, `UPDATE exports SET confirmed_by = $2, confirmed_at = $3 WHERE id = $1 AND confirmed_by = ''`, id, o.ID, now.UnixMilli())
		if err != nil || n == 0 {
			return err
		}
		_, err = q.exec(ctx, `UPDATE jobs SET due_at = $2 WHERE id = $1 AND ended_at = 0`, id, now.UnixMilli())
		return err
	})
	if err == nil {
		s.wake.tell([]string{jobsName})
	}
	return wrap(err, "confirm export")
}

// CancelExport stops an export and removes what was made of it. Only who asked
// for it may; core.ErrNotFound for anybody else.
func (s *Store) CancelExport(ctx context.Context, o duty.Officer, now time.Time, id string) error {
	if e, err := s.Export(ctx, o, id); err != nil || e.Officer.ID != o.ID {
		return errors.Join(err, core.ErrNotFound)
	}
	return wrap(s.inTx(ctx, func(q querier) error {
		_, err := q.exec(ctx, `UPDATE jobs SET cancelled = $2, ended_at = CASE WHEN ended_at = 0 THEN $3 ELSE ended_at END, leased_until = 0 WHERE id = $1`, id, o.ID, now.UnixMilli())
		if err != nil {
			return err
		}
		return dropExport(ctx, q, now, id)
	}), "cancel export")
}

func dropExport(ctx context.Context, q querier, now time.Time, id string) error {
	if _, err := q.exec(ctx, `DELETE FROM export_pieces WHERE export_id = $1`, id); err != nil {
		return err
	}
	_, err := q.exec(ctx, `UPDATE exports SET gone_at = $2, frame = NULL WHERE id = $1 AND gone_at = 0`, id, now.UnixMilli())
	return err
}

// ExportOfJob is the export that a job makes.
func (s *Store) ExportOfJob(ctx context.Context, j core.Job) (Export, error) {
	e, err := s.scanExport(s.q.row(ctx, `SELECT `+exportColumns+exportFrom+`WHERE e.id = $1`, j.ID))
	return e, wrap(err, "export of a job")
}

// KeepExport keeps the next piece of an export, rows of it, with how far its job
// came: j.Cursor, j.Done and j.Ended are the caller's. The piece is packed and
// sealed. A job in other hands is ErrJobLost, and nothing is kept.
func (s *Store) KeepExport(ctx context.Context, until time.Time, j core.Job, piece []byte, rows int) (core.Job, error) {
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestSpeed)
	if err != nil {
		return j, err
	}
	if _, err := w.Write(piece); err != nil {
		return j, err
	}
	if err := w.Close(); err != nil {
		return j, err
	}
	j.Failures = 0
	err = s.inTx(ctx, func(q querier) error {
		if err := s.keepJob(ctx, q, j, until); err != nil || len(piece) == 0 {
			return err
		}
		var n int64
		if err := q.row(ctx, `SELECT COALESCE(MAX(n), 0) + 1 FROM export_pieces WHERE export_id = $1`, j.ID).Scan(&n); err != nil {
			return err
		}
		if _, err := q.exec(ctx, `INSERT INTO export_pieces (export_id, n, body) VALUES ($1, $2, $3)`, j.ID, n, s.keys.Seal("export_pieces.body", pieceRow(j.ID, n), packed.Bytes())); err != nil {
			return err
		}
		_, err := q.exec(ctx, `UPDATE exports SET rows = rows + $2 WHERE id = $1`, j.ID, rows)
		return err
	})
	if errors.Is(err, ErrJobLost) {
		return j, err
	}
	return j, wrap(err, "keep export")
}

func pieceRow(id string, n int64) string { return fmt.Sprint(id, ".", n) }

// OpenExport gives out a file: the frame and its pieces in their order. It is
// for who asked for it, and each time leaves a row in reads that says how many
// rows of which list by which filters; core.ErrNotFound for anybody else, before
// it is done, and when it is gone.
func (s *Store) OpenExport(ctx context.Context, l Look, id, how string) (e Export, frame []byte, pieces iter.Seq2[[]byte, error], err error) {
	e, err = s.Export(ctx, l.Officer, id)
	if err != nil || e.Officer.ID != l.Officer.ID || e.Gone || e.Job.Ended.IsZero() || e.Job.Cancelled || e.Job.Error != "" {
		return e, nil, nil, errors.Join(err, core.ErrNotFound)
	}
	var sealed []byte
	err = s.q.row(ctx, `SELECT frame FROM exports WHERE id = $1`, id).Scan(&sealed)
	if err == nil {
		frame, err = s.keys.Open("exports.frame", id, sealed)
	}
	if err == nil {
		err = s.keepRead(ctx, s.q, l, "", fmt.Sprintf("%s rows=%d %s", e.List, e.Rows, how), true)
	}
	if err != nil {
		return e, nil, nil, fmt.Errorf("open export %s: %w", id, err)
	}
	return e, frame, func(yield func([]byte, error) bool) {
		for n := int64(1); ; n++ {
			piece, err := s.exportPiece(ctx, id, n)
			if errors.Is(err, errNoRows) || !yield(piece, wrap(err, "open export "+id)) || err != nil {
				return
			}
		}
	}, nil
}

func (s *Store) exportPiece(ctx context.Context, id string, n int64) ([]byte, error) {
	var sealed []byte
	if err := s.q.row(ctx, `SELECT body FROM export_pieces WHERE export_id = $1 AND n = $2`, id, n).Scan(&sealed); err != nil {
		return nil, err
	}
	packed, err := s.keys.Open("export_pieces.body", pieceRow(id, n), sealed)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(flate.NewReader(bytes.NewReader(packed)))
}

// DropExports removes the rows of exports that were made before a time.
func (s *Store) DropExports(ctx context.Context, now, before time.Time) error {
	r, err := s.q.query(ctx, `SELECT id FROM exports WHERE gone_at = 0 AND made_at < $1 ORDER BY made_at LIMIT 1000`, before.UnixMilli())
	ids, err := collect(r, err, scanText)
	if err != nil {
		return fmt.Errorf("find old exports: %w", err)
	}
	for _, id := range ids {
		err := s.inTx(ctx, func(q querier) error {
			if _, err := q.exec(ctx, `UPDATE jobs SET ended_at = $2, cancelled = 'old', leased_until = 0 WHERE id = $1 AND ended_at = 0`, id, now.UnixMilli()); err != nil {
				return err
			}
			return dropExport(ctx, q, now, id)
		})
		if err != nil {
			return fmt.Errorf("remove export %s: %w", id, err)
		}
	}
	return nil
}
