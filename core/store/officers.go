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

// AddOfficer adds an account with the PHC string of its first password, as the
// command does. An account without an ID gets one. Its error for a name in use
// is ErrTaken.
func (s *Store) AddOfficer(ctx context.Context, now time.Time, o duty.Officer, phc string) error {
	if o.ID == "" {
		o.ID = core.NewID()
	}
	return s.inTx(ctx, func(q querier) error {
		if err := insertOfficer(ctx, q, now, o, phc); err != nil {
			return err
		}
		_, err := keepAccount(ctx, q, "", o.ID, AccountAdded, duty.Officer{}, AccountState{}, stateOf(o), now)
		return err
	})
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
// mustChange tells that someone else chose the password, by the command; who
// keeps the accounts has ChangeAccount.
func (s *Store) SetPassword(ctx context.Context, now time.Time, officerID, phc string, mustChange bool) error {
	kind := AccountPassword
	if !mustChange {
		kind = AccountOwnPassword
	}
	return s.changeOfficer(ctx, now, officerID, kind, `UPDATE officers SET version = version + 1, password = $2, must_change = $3 WHERE id = $1`, phc, bit(mustChange))
}

// EnableOfficer lets a disabled account sign in again.
func (s *Store) EnableOfficer(ctx context.Context, now time.Time, officerID string) error {
	return s.changeOfficer(ctx, now, officerID, AccountEnabled, `UPDATE officers SET version = version + 1, disabled_at = 0 WHERE id = $1`)
}

// DisableOfficer ends an account and all its sign-ins. Its rows in reads stay.
func (s *Store) DisableOfficer(ctx context.Context, now time.Time, officerID string) error {
	return s.changeOfficer(ctx, now, officerID, AccountEnded, `UPDATE officers SET version = version + 1, disabled_at = $2 WHERE id = $1`, now.UnixMilli())
}

// changeOfficer changes an account by the command, or by the officer's own hand.
func (s *Store) changeOfficer(ctx context.Context, now time.Time, officerID, kind, text string, args ...any) error {
	return s.inTx(ctx, func(q querier) error {
		o, err := scanOfficer(q.row(ctx, `SELECT `+officerColumns+` FROM officers o WHERE o.id = $1 `+s.forUpdate, officerID))
		if errors.Is(err, errNoRows) {
			err = core.ErrNotFound
		}
		if err != nil {
			return fmt.Errorf("change officer %s: %w", officerID, err)
		}
		if _, err := q.exec(ctx, text, append([]any{officerID}, args...)...); err != nil {
			return fmt.Errorf("change officer %s: %w", officerID, err)
		}
		was, is, by := stateOf(o), stateOf(o), duty.Officer{}
		switch kind {
		case AccountEnded, AccountEnabled:
			is.Disabled = kind == AccountEnded
		case AccountOwnPassword:
			by = o
		}
		if _, err := keepAccount(ctx, q, "", officerID, kind, by, was, is, now); err != nil {
			return err
		}
		return endSignIns(ctx, q, now, officerID, "")
	})
}
