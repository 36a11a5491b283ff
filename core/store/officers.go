package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
)

// ErrTaken says that another officer signs in by that name.
var ErrTaken = errors.New("the sign-in name is taken")

const officerColumns = `o.id, o.sign_in_name, o.name, o.duty, o.area, o.must_change, o.disabled_at`

func scanOfficer(r scanner, more ...any) (o duty.Officer, err error) {
	var mustChange, disabled int64
	err = r.Scan(append([]any{&o.ID, &o.SignIn, &o.Name, (*string)(&o.Duty), &o.Area, &mustChange, &disabled}, more...)...)
	o.MustChange, o.Disabled = mustChange > 0, disabled > 0
	return o, err
}

// AddOfficer adds an account with the PHC string of its first password. An
// account without an ID gets one. Its error for a name in use is ErrTaken.
func (s *Store) AddOfficer(ctx context.Context, now time.Time, o duty.Officer, phc string) error {
	if o.ID == "" {
		o.ID = core.NewID()
	}
	n, err := s.q.exec(ctx, `INSERT INTO officers (id, sign_in_name, name, duty, area, password, must_change, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (sign_in_name) DO NOTHING`,
		o.ID, o.SignIn, o.Name, string(o.Duty), o.Area, phc, bit(o.MustChange), now.UnixMilli())
	if err != nil {
		return fmt.Errorf("add officer: %w", err)
	}
	if n == 0 {
		return ErrTaken
	}
	return nil
}

// OfficerBySignIn finds an account, also a disabled one, and the PHC string of
// its password. Its error for an unknown name is core.ErrNotFound.
func (s *Store) OfficerBySignIn(ctx context.Context, signIn string) (o duty.Officer, phc string, err error) {
	o, err = scanOfficer(s.q.row(ctx, `SELECT `+officerColumns+`, o.password FROM officers o WHERE o.sign_in_name = $1`, signIn), &phc)
	if errors.Is(err, errNoRows) {
		return duty.Officer{}, "", core.ErrNotFound
	}
	return o, phc, wrap(err, "find officer")
}

// SetPassword gives an account a new password and ends all its sign-ins.
// mustChange tells that someone else chose the password.
func (s *Store) SetPassword(ctx context.Context, now time.Time, officerID, phc string, mustChange bool) error {
	return s.changeOfficer(ctx, now, officerID, `UPDATE officers SET password = $2, must_change = $3 WHERE id = $1`, phc, bit(mustChange))
}

// EnableOfficer lets a disabled account sign in again.
func (s *Store) EnableOfficer(ctx context.Context, now time.Time, officerID string) error {
	return s.changeOfficer(ctx, now, officerID, `UPDATE officers SET disabled_at = 0 WHERE id = $1`)
}

// DisableOfficer ends an account and all its sign-ins. Its rows in reads stay.
func (s *Store) DisableOfficer(ctx context.Context, now time.Time, officerID string) error {
	return s.changeOfficer(ctx, now, officerID, `UPDATE officers SET disabled_at = $2 WHERE id = $1`, now.UnixMilli())
}

func (s *Store) changeOfficer(ctx context.Context, now time.Time, officerID, text string, args ...any) error {
	return s.inTx(ctx, func(q querier) error {
		n, err := q.exec(ctx, text, append([]any{officerID}, args...)...)
		if err != nil {
			return fmt.Errorf("change officer %s: %w", officerID, err)
		}
		if n == 0 {
			return fmt.Errorf("change officer %s: %w", officerID, core.ErrNotFound)
		}
		_, err = q.exec(ctx, `UPDATE sign_ins SET ended_at = $2 WHERE officer_id = $1 AND ended_at = 0`, officerID, now.UnixMilli())
		return wrap(err, "end sign-ins")
	})
}
