package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
)

// What becomes of an account: the kinds of AccountEvent.
const (
	AccountAdded       = "added"
	AccountChanged     = "changed"      // name, duty or area
	AccountEnded       = "disabled"     // with all sign-ins
	AccountEnabled     = "enabled"      //
	AccountPassword    = "password"     // a new first password, by who keeps the accounts
	AccountOwnPassword = "own_password" // the officer's own change
	AccountFactorOn    = "factor_on"    // one-time codes set up
	AccountFactorOff   = "factor_off"   // taken off by the officer
	AccountFactorReset = "factor_reset" // taken off by who keeps the accounts, with the tie to the single sign-on
	AccountRecovery    = "recovery"     // a recovery code was used
	AccountNewRecovery = "new_recovery" // the officer made new ones
	AccountSignedOut   = "signed_out"   // all sign-ins ended by who keeps the accounts
	AccountLinked      = "linked"       // came by the single sign-on for the first time
)

// AccountEvent is one thing that became of an account.
type AccountEvent struct {
	Kind          string
	By            string // name; "" for the command
	Own           bool   // the officer did it
	Duty          duty.Duty
	Before, After AccountState
	At            time.Time
}

// AccountState is what an account was: only what the event changed.
type AccountState struct {
	Name     string    `json:"name,omitempty"`
	Duty     duty.Duty `json:"duty,omitempty"`
	Area     string    `json:"area,omitempty"`
	Disabled bool      `json:"disabled,omitempty"`
}

// Lines are what differs, field by field; the fields are name, duty and area.
func (e AccountEvent) Lines() [][3]string {
	var all [][3]string
	for _, l := range [][3]string{{"name", e.Before.Name, e.After.Name}, {"duty", string(e.Before.Duty), string(e.After.Duty)}, {"area", e.Before.Area, e.After.Area}} {
		if l[1] != l[2] {
			all = append(all, l)
		}
	}
	return all
}

// keepAccount writes one row of an account's history. id is the form's, "" for
// none; the same one again tells false: it was done before.
func keepAccount(ctx context.Context, q querier, id, officerID, kind string, by duty.Officer, before, after AccountState, at time.Time) (fresh bool, err error) {
	if id == "" {
		id = core.NewID()
	}
	was, err := json.Marshal(before)
	if err != nil {
		return false, err
	}
	is, err := json.Marshal(after)
	if err != nil {
		return false, err
	}
	n, err := q.exec(ctx, `INSERT INTO account_events (id, officer_id, kind, by_id, duty, before, after, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (id) DO NOTHING`, id, officerID, kind, by.ID, string(by.Duty), string(was), string(is), at.UnixMilli())
	return n > 0, wrap(err, "keep what became of an account")
}

// maxEvents is how much of an account's history a page shows.
const maxEvents = 100

func (s *Store) accountEvents(ctx context.Context, id string) ([]AccountEvent, error) {
	r, err := s.q.query(ctx, `SELECT e.kind, COALESCE(o.name, ''), e.by_id = e.officer_id, e.duty, e.before, e.after, e.at
		FROM account_events e LEFT JOIN officers o ON o.id = e.by_id WHERE e.officer_id = $1 ORDER BY e.at DESC, e.id DESC LIMIT $2`, id, maxEvents)
	list, err := collect(r, err, func(r scanner) (e AccountEvent, err error) {
		var before, after string
		var at int64
		if err = r.Scan(&e.Kind, &e.By, &e.Own, (*string)(&e.Duty), &before, &after, &at); err != nil {
			return e, err
		}
		e.At = time.UnixMilli(at)
		return e, errors.Join(json.Unmarshal([]byte(before), &e.Before), json.Unmarshal([]byte(after), &e.After))
	})
	return list, wrap(err, "history of account "+id)
}

// NewAccount is an account to be added.
type NewAccount struct {
	Form    string // of the form: the same one sent twice adds once
	Officer duty.Officer
	PHC     string // of the first password
}

// AddAccount adds an account inside the scope of who keeps accounts, with a
// password that must be changed. fresh is false when the form was sent before:
// nothing was done. Errors: ErrTaken; core.ErrNotFound for an area outside.
func (s *Store) AddAccount(ctx context.Context, l Look, scope duty.Scope, n NewAccount) (id string, fresh bool, err error) {
	id = core.NewID()
	err = s.inTx(ctx, func(q querier) error {
		fresh, err = s.addAccount(ctx, q, l, scope, id, n)
		return err
	})
	return id, fresh, err
}

func (s *Store) addAccount(ctx context.Context, q querier, l Look, scope duty.Scope, id string, n NewAccount) (fresh bool, err error) {
	o := n.Officer
	o.ID, o.MustChange, o.Disabled = id, true, false
	if !scope.Holds(o.Area) || !o.Duty.Valid() || !goodText(o.Name, o.SignIn, n.Form) {
		return false, core.ErrNotFound
	}
	fresh, err = keepAccount(ctx, q, n.Form, id, AccountAdded, l.Officer, AccountState{}, stateOf(o), l.At)
	if err != nil || !fresh {
		return false, err
	}
	return true, insertOfficer(ctx, q, l.At, o, n.PHC)
}

func insertOfficer(ctx context.Context, q querier, now time.Time, o duty.Officer, phc string) error {
	n, err := q.exec(ctx, `INSERT INTO officers (id, sign_in_name, name, duty, area, password, must_change, created_at)
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

func stateOf(o duty.Officer) AccountState {
	return AccountState{Name: o.Name, Duty: o.Duty, Area: o.Area, Disabled: o.Disabled}
}

// AccountChange is one change of an account.
type AccountChange struct {
	Form    string // of the form: the same one sent twice counts once
	Kind    string // AccountChanged, AccountEnded, AccountEnabled, AccountPassword, AccountFactorReset or AccountSignedOut
	Version int    // as the officer saw it
	Name    string // for AccountChanged, with Duty and Area
	Duty    duty.Duty
	Area    string
	PHC     string // for AccountPassword
}

// ChangeAccount changes an account inside the scope; a change that takes it out
// of the scope is core.ErrNotFound, as is an account outside it. ErrChanged when
// somebody else changed it since the officer saw it; ErrOwnAccount for the
// officer's own. All but a name alone ends the account's sign-ins. fresh is
// false when the form was sent before: nothing was done.
func (s *Store) ChangeAccount(ctx context.Context, l Look, scope duty.Scope, id string, c AccountChange) (fresh bool, err error) {
	if !goodText(c.Form, c.Name, c.Area, string(c.Duty)) {
		return false, core.ErrNotFound
	}
	err = s.inTx(ctx, func(q querier) error {
		a, err := s.account(ctx, q, scope, id, s.forUpdate)
		if err != nil {
			return err
		}
		if id == l.Officer.ID && c.Kind != AccountSignedOut {
			return ErrOwnAccount
		}
		was, is := stateOf(a.Officer), stateOf(a.Officer)
		switch c.Kind {
		case AccountChanged:
			is.Name, is.Duty, is.Area = c.Name, c.Duty, c.Area
			if !scope.Holds(is.Area) || !is.Duty.Valid() {
				return core.ErrNotFound
			}
		case AccountEnded, AccountEnabled:
			is.Disabled = c.Kind == AccountEnded
		}
		fresh, err = keepAccount(ctx, q, c.Form, id, c.Kind, l.Officer, was, is, l.At)
		if err != nil || !fresh {
			return err
		}
		if a.Version != c.Version {
			return ErrChanged // takes the row of the history back, too
		}
		return s.changeAccount(ctx, q, l.At, a, is, c)
	})
	return fresh && err == nil, err
}

func (s *Store) changeAccount(ctx context.Context, q querier, now time.Time, a Account, is AccountState, c AccountChange) error {
	var err error
	switch c.Kind {
	case AccountChanged:
		_, err = q.exec(ctx, `UPDATE officers SET name = $2, duty = $3, area = $4 WHERE id = $1`, a.ID, is.Name, string(is.Duty), is.Area)
	case AccountEnded:
		_, err = q.exec(ctx, `UPDATE officers SET disabled_at = $2 WHERE id = $1`, a.ID, now.UnixMilli())
	case AccountEnabled:
		_, err = q.exec(ctx, `UPDATE officers SET disabled_at = 0 WHERE id = $1`, a.ID)
	case AccountPassword:
		_, err = q.exec(ctx, `UPDATE officers SET password = $2, must_change = 1 WHERE id = $1`, a.ID, c.PHC)
	case AccountFactorReset:
		if err = dropFactor(ctx, q, a.ID); err == nil {
			_, err = q.exec(ctx, `UPDATE officers SET subject_hash = '' WHERE id = $1`, a.ID)
		}
	case AccountSignedOut:
	default:
		return fmt.Errorf("account %s: no change is called %q", a.ID, c.Kind)
	}
	if err != nil {
		return fmt.Errorf("account %s: %w", a.ID, err)
	}
	if _, err := q.exec(ctx, `UPDATE officers SET version = version + 1 WHERE id = $1`, a.ID); err != nil {
		return fmt.Errorf("account %s: %w", a.ID, err)
	}
	if c.Kind == AccountChanged && is.Duty == a.Duty && is.Area == a.Area {
		return nil
	}
	return endSignIns(ctx, q, now, a.ID, "")
}
