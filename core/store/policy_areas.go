package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/triage"
)

// EpidemicArea is an epidemic area as staff see it.
type EpidemicArea struct {
	triage.Area
	State    string // "draft", "on", "off"
	Made     Act
	Switched Act // when it was switched on
	Ended    Act // when this row was ended, also by one that replaces it
}

// ErrAreaRefused says that an epidemic area has a mistake; its text says which.
var ErrAreaRefused = errors.New("epidemic area refused")

// refuseArea tells what is wrong with an area before it is kept, nil for
// nothing.
func refuseArea(a triage.Area) error {
	if err := a.Check(); err != nil {
		return fmt.Errorf("%w: %w", ErrAreaRefused, err)
	}
	if len(a.Name) > 500 || len(a.Sub) > 200 || !goodText(a.Name, a.Sub) {
		return fmt.Errorf("%w: its name is too long, or no text", ErrAreaRefused)
	}
	return nil
}

// SaveArea keeps an epidemic area as a draft and gives its ID. One with a
// mistake is ErrAreaRefused. Who may not edit the policy gets core.ErrNotFound.
func (s *Store) SaveArea(ctx context.Context, by duty.Officer, now time.Time, a triage.Area) (id string, err error) {
	if !by.MayDo(duty.EditPolicy) {
		return "", core.ErrNotFound
	}
	a.ID = core.NewID()
	if err := refuseArea(a); err != nil {
		return "", err
	}
	return a.ID, wrap(addArea(ctx, s.q, by, now, a, stateDraft), "save area")
}

func addArea(ctx context.Context, q querier, by duty.Officer, now time.Time, a triage.Area, state string) error {
	lat, lon := "", ""
	if a.Radius > 0 {
		lat, lon = strconv.FormatFloat(a.Lat, 'f', -1, 64), strconv.FormatFloat(a.Lon, 'f', -1, 64)
	}
	switched, who := int64(0), ""
	if state == stateOn {
		switched, who = now.UnixMilli(), by.ID
	}
	_, err := q.exec(ctx, `INSERT INTO epidemic_areas (id, code, sub, lat, lon, radius, name, level, lockdown, from_day, until_day, state, officer_id, made_at,
			switched_at, switched_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
		a.ID, a.Code, a.Sub, lat, lon, a.Radius, a.Name, a.Level, bit(a.Lockdown), string(a.From), string(a.Until), state, by.ID, now.UnixMilli(), switched, who)
	return err
}

// EpidemicAreas lists areas, the newest first: with history also those that
// were ended, replaced or taken back. after is the last one of the page before.
func (s *Store) EpidemicAreas(ctx context.Context, by duty.Officer, history bool, after string, n int) ([]EpidemicArea, error) {
	if !by.MayDo(duty.SeePolicy) || !goodText(after) {
		return nil, core.ErrNotFound
	}
	text := `SELECT ` + areaColumns + ` FROM epidemic_areas WHERE ($1 = '' OR id < $1)`
	if !history {
		text += ` AND ended_at = 0 AND state <> 'off'`
	}
	r, err := s.q.query(ctx, text+` ORDER BY id DESC LIMIT $2`, after, n)
	list, err := collect(r, err, scanArea)
	return list, wrap(err, "epidemic areas")
}

// SwitchAreas switches drafts on, all or none, and has the declarations inside
// the look-back window judged again. The job that does so is given by its ID.
func (s *Store) SwitchAreas(ctx context.Context, by duty.Officer, now time.Time, ids []string) (jobID string, err error) {
	return s.changeAreas(ctx, by, now, "switch areas on", func(q querier) error {
		for _, id := range ids {
			if !goodText(id) {
				return ErrNoDraft
			}
			n, err := q.exec(ctx, `UPDATE epidemic_areas SET state = $2, switched_at = $3, switched_by = $4 WHERE id = $1 AND state = 'draft'`,
				id, stateOn, now.UnixMilli(), by.ID)
			if err != nil {
				return err
			}
			if n == 0 {
				return ErrNoDraft
			}
		}
		return nil
	})
}

// ChangeArea puts another in the place of an area that is on, with another
// level, edge or last day: the old row is ended and stays, the new one is on.
func (s *Store) ChangeArea(ctx context.Context, by duty.Officer, now time.Time, old string, a triage.Area) (jobID string, err error) {
	a.ID = core.NewID()
	if err := refuseArea(a); err != nil {
		return "", err
	}
	return s.changeAreas(ctx, by, now, "change area", func(q querier) error {
		if err := endArea(ctx, q, by, now, old); err != nil {
			return err
		}
		return addArea(ctx, q, by, now, a, stateOn)
	})
}

// EndArea ends an area with a last day: that it was one before stays true. A
// last day before its first takes it back, as a mistake.
func (s *Store) EndArea(ctx context.Context, by duty.Officer, now time.Time, id string, until core.Day) (jobID string, err error) {
	return s.changeAreas(ctx, by, now, "end area", func(q querier) error {
		if !goodText(id) {
			return core.ErrNotFound
		}
		a, err := scanArea(q.row(ctx, `SELECT `+areaColumns+` FROM epidemic_areas WHERE id = $1`, id))
		if errors.Is(err, errNoRows) {
			return core.ErrNotFound
		}
		if err != nil {
			return err
		}
		if a.State == stateDraft {
			_, err := q.exec(ctx, `UPDATE epidemic_areas SET state = $2, ended_at = $3, ended_by = $4 WHERE id = $1 AND state = 'draft'`, id, stateOff, now.UnixMilli(), by.ID)
			return err
		}
		if err := endArea(ctx, q, by, now, id); err != nil {
			return err
		}
		if until < a.From {
			return nil
		}
		a.ID, a.Until = core.NewID(), until
		if err := refuseArea(a.Area); err != nil {
			return err
		}
		return addArea(ctx, q, by, now, a.Area, stateOn)
	})
}

func endArea(ctx context.Context, q querier, by duty.Officer, now time.Time, id string) error {
	if !goodText(id) {
		return core.ErrNotFound
	}
	n, err := q.exec(ctx, `UPDATE epidemic_areas SET ended_at = $2, ended_by = $3 WHERE id = $1 AND state = 'on' AND ended_at = 0`, id, now.UnixMilli(), by.ID)
	if err == nil && n == 0 {
		return core.ErrNotFound
	}
	return err
}

// changeAreas runs one change of the areas and the job that follows it.
func (s *Store) changeAreas(ctx context.Context, by duty.Officer, now time.Time, doing string, f func(q querier) error) (jobID string, err error) {
	if !by.MayDo(duty.EditPolicy) {
		return "", core.ErrNotFound
	}
	err = s.changePolicy(ctx, func(q querier) error {
		if err := f(q); err != nil {
			return err
		}
		jobID, err = s.addJudgeJob(ctx, q, by, now, judgeArgs{Why: whyArea, From: core.DayOf(now)})
		return err
	})
	return jobID, wrapPolicy(err, doing)
}
