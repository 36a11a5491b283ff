package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
)

// jobsName wakes those who work on jobs; see Store.Wake.
const jobsName = "jobs"

// JobsWake is the name under which Wake tells that there is a job to do.
const JobsWake = jobsName

// ErrJobLost says that a job is another node's by now, or was cancelled: the
// step that met it changed nothing.
var ErrJobLost = errors.New("the job is in other hands")

const jobColumns = `id, kind, args, officer_id, area, total, done, cursor, result, error, made_at, due_at, ended_at, cancelled, failures`

func scanJob(r scanner) (j core.Job, err error) {
	var made, due, ended int64
	var cancelled string
	err = r.Scan(&j.ID, &j.Kind, &j.Args, &j.OfficerID, &j.Area, &j.Total, &j.Done, &j.Cursor, &j.Result, &j.Error, &made, &due, &ended,
		&cancelled, &j.Failures)
	j.Made, j.Due, j.Ended, j.Cancelled = moment(made), moment(due), moment(ended), cancelled != ""
	return j, err
}

// addJob makes a job. Of one key there is one: the ID of the one that is there
// is given.
func (s *Store) addJob(ctx context.Context, q querier, j core.Job, key string) (id string, err error) {
	n, err := q.exec(ctx, `INSERT INTO jobs (id, kind, args, officer_id, area, unique_key, made_at, due_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT DO NOTHING`, j.ID, j.Kind, j.Args, j.OfficerID, j.Area, key, j.Made.UnixMilli(), j.Due.UnixMilli())
	if err != nil || n == 1 || key == "" {
		return j.ID, wrap(err, "add job")
	}
	err = q.row(ctx, `SELECT id FROM jobs WHERE unique_key = $1`, key).Scan(&id)
	return id, wrap(err, "add job")
}

// TakeJob leases the job that is due first of some kinds to this process until
// a time; not found when there is none. One whose holder died is free when its
// lease has lapsed.
func (s *Store) TakeJob(ctx context.Context, now, until time.Time, kinds []string) (j core.Job, found bool, err error) {
	where, args := "", []any{now.UnixMilli(), until.UnixMilli(), s.holder}
	for i, kind := range kinds {
		if i > 0 {
			where += ", "
		}
		args = append(args, kind)
		where += fmt.Sprintf("$%d", len(args))
	}
	j, err = scanJob(s.q.row(ctx, `UPDATE jobs SET leased_until = $2, holder = $3
		WHERE id = (SELECT id FROM jobs WHERE ended_at = 0 AND due_at <= $1 AND leased_until <= $1 AND kind IN (`+where+`)
			ORDER BY due_at, id LIMIT 1 `+s.skipLocked+`)
		RETURNING `+jobColumns, args...))
	if errors.Is(err, errNoRows) {
		return j, false, nil
	}
	return j, err == nil, wrap(err, "take job")
}

// keepJob keeps how far a job has come, inside the transaction that did the
// step, and holds it until a time. ErrJobLost undoes the step.
func (s *Store) keepJob(ctx context.Context, q querier, j core.Job, until time.Time) error {
	ended := int64(0)
	if !j.Ended.IsZero() {
		ended = j.Ended.UnixMilli()
	}
	n, err := q.exec(ctx, `UPDATE jobs SET total = $3, done = $4, cursor = $5, result = $6, error = $7, ended_at = $8, leased_until = $9, failures = $10, due_at = $11
		WHERE id = $1 AND holder = $2 AND ended_at = 0 AND cancelled = ''`,
		j.ID, s.holder, j.Total, j.Done, j.Cursor, j.Result, j.Error, ended, until.UnixMilli(), j.Failures, j.Due.UnixMilli())
	if err == nil && n == 0 {
		return ErrJobLost
	}
	return wrap(err, "keep job")
}

// JobFailed gives a job back after a step that failed, to be tried again at a
// time; it ends with its error when it failed too often.
func (s *Store) JobFailed(ctx context.Context, now time.Time, j core.Job, again time.Time, giveUp bool, why string) error {
	j.Failures++
	j.Due = again
	if giveUp {
		j.Ended, j.Error = now, why
	}
	return s.keepJob(ctx, s.q, j, time.Time{})
}

// ReleaseJob gives a job back at once, for the next node, when this one stops.
func (s *Store) ReleaseJob(ctx context.Context, id string) error {
	_, err := s.q.exec(ctx, `UPDATE jobs SET leased_until = 0 WHERE id = $1 AND holder = $2 AND ended_at = 0`, id, s.holder)
	return wrap(err, "release job")
}

// Job is one job with its progress. It holds no name of anybody: who may read
// the policy may see it; core.ErrNotFound for anybody else.
func (s *Store) Job(ctx context.Context, by duty.Officer, id string) (core.Job, error) {
	if !by.MayDo(duty.SeePolicy) || !goodText(id) {
		return core.Job{}, core.ErrNotFound
	}
	j, err := scanJob(s.q.row(ctx, `SELECT `+jobColumns+` FROM jobs WHERE id = $1`, id))
	if errors.Is(err, errNoRows) {
		return j, core.ErrNotFound
	}
	return j, wrap(err, "read job")
}

// Jobs lists the newest jobs.
func (s *Store) Jobs(ctx context.Context, by duty.Officer, n int) ([]core.Job, error) {
	if !by.MayDo(duty.SeePolicy) {
		return nil, core.ErrNotFound
	}
	r, err := s.q.query(ctx, `SELECT `+jobColumns+` FROM jobs ORDER BY made_at DESC, id DESC LIMIT $1`, n)
	list, err := collect(r, err, scanJob)
	return list, wrap(err, "list jobs")
}

// CancelJob stops a rehearsal. What judges people again is not stopped half-way:
// it is undone by taking the rules or the area back. core.ErrNotFound for what
// is not running, and for who may not.
func (s *Store) CancelJob(ctx context.Context, by duty.Officer, now time.Time, id string) error {
	if !by.MayDo(duty.EditPolicy) || !goodText(id) {
		return core.ErrNotFound
	}
	n, err := s.q.exec(ctx, `UPDATE jobs SET cancelled = $2, ended_at = $3, leased_until = 0 WHERE id = $1 AND kind = $4 AND ended_at = 0`,
		id, by.ID, now.UnixMilli(), JobRehearse)
	if err == nil && n == 0 {
		return core.ErrNotFound
	}
	return wrap(err, "cancel job")
}
