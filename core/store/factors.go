package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/seal"
)

// HasFactor tells whether an officer signs in with one-time codes.
func (s *Store) HasFactor(ctx context.Context, officerID string) (bool, error) {
	var n int
	err := s.q.row(ctx, `SELECT COUNT(*) FROM second_factors WHERE officer_id = $1 AND confirmed_at > 0`, officerID).Scan(&n)
	return n > 0, wrap(err, "look for one-time codes")
}

// BeginFactor keeps a new secret of one-time codes, which counts once
// ConfirmFactor has seen a code of it. Where codes are set up already, or a
// secret was begun in the last ten minutes, it changes nothing.
func (s *Store) BeginFactor(ctx context.Context, now time.Time, officerID, secret string) error {
	_, err := s.q.exec(ctx, `INSERT INTO second_factors (officer_id, secret, made_at) VALUES ($1, $2, $3)
		ON CONFLICT (officer_id) DO UPDATE SET secret = excluded.secret, made_at = excluded.made_at
		WHERE second_factors.confirmed_at = 0 AND second_factors.made_at < $4`,
		officerID, s.keys.SealString("second_factors.secret", officerID, secret), now.UnixMilli(), now.Add(-halfTime).UnixMilli())
	return wrap(err, "begin one-time codes")
}

// BegunFactor is the secret that waits for its first code; core.ErrNotFound
// when none does.
func (s *Store) BegunFactor(ctx context.Context, officerID string) (secret string, err error) {
	var sealed []byte
	err = s.q.row(ctx, `SELECT secret FROM second_factors WHERE officer_id = $1 AND confirmed_at = 0`, officerID).Scan(&sealed)
	if errors.Is(err, errNoRows) {
		return "", core.ErrNotFound
	}
	if err == nil {
		secret, err = s.keys.OpenString("second_factors.secret", officerID, sealed)
	}
	return secret, wrap(err, "open the secret of one-time codes")
}

// ConfirmFactor has the first code show that the authenticator works: from now
// on the officer signs in with codes, and every other sign-in is ended. It keeps
// the recovery codes; ok is false for a wrong code.
func (s *Store) ConfirmFactor(ctx context.Context, now time.Time, o duty.Officer, code string, recovery []string, token string) (ok bool, err error) {
	err = s.inTx(ctx, func(q querier) error {
		secret, last, confirmed, err := s.factor(ctx, q, o.ID)
		if errors.Is(err, core.ErrNotFound) || confirmed {
			return nil
		}
		if err != nil {
			return err
		}
		step, right := duty.MatchCode(secret, code, now, last)
		if ok = right; !right {
			return nil
		}
		if _, err := q.exec(ctx, `UPDATE second_factors SET confirmed_at = $2, last_step = $3 WHERE officer_id = $1`, o.ID, now.UnixMilli(), step); err != nil {
			return err
		}
		if err := s.keepRecovery(ctx, q, now, o.ID, recovery); err != nil {
			return err
		}
		if _, err := keepAccount(ctx, q, "", o.ID, AccountFactorOn, o, AccountState{}, AccountState{}, now); err != nil {
			return err
		}
		return endSignIns(ctx, q, now, o.ID, s.signInHash(token))
	})
	return ok && err == nil, wrap(err, "set up one-time codes")
}

// factor opens and locks an officer's secret.
func (s *Store) factor(ctx context.Context, q querier, officerID string) (secret string, last int64, confirmed bool, err error) {
	var sealed []byte
	err = q.row(ctx, `SELECT secret, last_step, confirmed_at > 0 FROM second_factors WHERE officer_id = $1 `+s.forUpdate, officerID).Scan(&sealed, &last, &confirmed)
	if errors.Is(err, errNoRows) {
		return "", 0, false, core.ErrNotFound
	}
	if err == nil {
		secret, err = s.keys.OpenString("second_factors.secret", officerID, sealed)
	}
	return secret, last, confirmed, err
}

func (s *Store) recoveryHash(officerID, code string) string {
	return s.keys.Hash(seal.KindOTP, "recovery|"+officerID+"|"+duty.CleanCode(code))
}

func (s *Store) keepRecovery(ctx context.Context, q querier, now time.Time, officerID string, codes []string) error {
	if _, err := q.exec(ctx, `DELETE FROM recovery_codes WHERE officer_id = $1`, officerID); err != nil {
		return err
	}
	for _, code := range codes {
		if _, err := q.exec(ctx, `INSERT INTO recovery_codes (officer_id, code_hash, made_at) VALUES ($1, $2, $3)`,
			officerID, s.recoveryHash(officerID, code), now.UnixMilli()); err != nil {
			return err
		}
	}
	return nil
}

// UseCode takes a one-time code or a recovery code of an officer, each once.
// ok is false for a wrong one, a used one, and where no codes are set up.
func (s *Store) UseCode(ctx context.Context, now time.Time, o duty.Officer, code string) (ok bool, err error) {
	err = s.inTx(ctx, func(q querier) error {
		ok, err = s.useCode(ctx, q, now, o, code)
		return err
	})
	return ok && err == nil, wrap(err, "use a one-time code")
}

func (s *Store) useCode(ctx context.Context, q querier, now time.Time, o duty.Officer, code string) (bool, error) {
	secret, last, confirmed, err := s.factor(ctx, q, o.ID)
	if errors.Is(err, core.ErrNotFound) || err == nil && !confirmed {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if duty.IsRecovery(code) {
		n, err := q.exec(ctx, `UPDATE recovery_codes SET used_at = $3 WHERE officer_id = $1 AND code_hash = $2 AND used_at = 0`,
			o.ID, s.recoveryHash(o.ID, code), now.UnixMilli())
		if err != nil || n == 0 {
			return false, err
		}
		_, err = keepAccount(ctx, q, "", o.ID, AccountRecovery, o, AccountState{}, AccountState{}, now)
		return true, err
	}
	step, right := duty.MatchCode(secret, code, now, last)
	if !right {
		return false, nil
	}
	_, err = q.exec(ctx, `UPDATE second_factors SET last_step = $2 WHERE officer_id = $1`, o.ID, step)
	return true, err
}

// DropFactor takes an officer's one-time codes off, for who shows a code; every
// other sign-in is ended. ok is false for a wrong code.
func (s *Store) DropFactor(ctx context.Context, now time.Time, o duty.Officer, code, token string) (ok bool, err error) {
	err = s.inTx(ctx, func(q querier) error {
		ok, err = s.useCode(ctx, q, now, o, code)
		if err != nil || !ok {
			return err
		}
		if err := dropFactor(ctx, q, o.ID); err != nil {
			return err
		}
		if _, err := keepAccount(ctx, q, "", o.ID, AccountFactorOff, o, AccountState{}, AccountState{}, now); err != nil {
			return err
		}
		return endSignIns(ctx, q, now, o.ID, s.signInHash(token))
	})
	return ok && err == nil, wrap(err, "take one-time codes off")
}

// ResetFactor takes an officer's one-time codes and the tie to the single
// sign-on off, as the command does; who keeps the accounts has ChangeAccount.
func (s *Store) ResetFactor(ctx context.Context, now time.Time, officerID string) error {
	return s.inTx(ctx, func(q querier) error {
		n, err := q.exec(ctx, `UPDATE officers SET subject_hash = '' WHERE id = $1 AND (subject_hash <> '' OR EXISTS (SELECT 1 FROM second_factors f WHERE f.officer_id = $1))`, officerID)
		if err != nil || n == 0 {
			return wrap(err, "take one-time codes off")
		}
		if err := dropFactor(ctx, q, officerID); err != nil {
			return err
		}
		_, err = keepAccount(ctx, q, "", officerID, AccountFactorReset, duty.Officer{}, AccountState{}, AccountState{}, now)
		return err
	})
}

func dropFactor(ctx context.Context, q querier, officerID string) error {
	for _, text := range []string{`DELETE FROM second_factors WHERE officer_id = $1`, `DELETE FROM recovery_codes WHERE officer_id = $1`} {
		if _, err := q.exec(ctx, text, officerID); err != nil {
			return fmt.Errorf("take one-time codes off: %w", err)
		}
	}
	return nil
}

// NewRecovery replaces an officer's recovery codes, for who shows a code.
func (s *Store) NewRecovery(ctx context.Context, now time.Time, o duty.Officer, code string, recovery []string) (ok bool, err error) {
	err = s.inTx(ctx, func(q querier) error {
		ok, err = s.useCode(ctx, q, now, o, code)
		if err != nil || !ok {
			return err
		}
		if err := s.keepRecovery(ctx, q, now, o.ID, recovery); err != nil {
			return err
		}
		_, err = keepAccount(ctx, q, "", o.ID, AccountNewRecovery, o, AccountState{}, AccountState{}, now)
		return err
	})
	return ok && err == nil, wrap(err, "make new recovery codes")
}

// RecoveryLeft is how many recovery codes an officer has.
func (s *Store) RecoveryLeft(ctx context.Context, officerID string) (n int, err error) {
	err = s.q.row(ctx, `SELECT COUNT(*) FROM recovery_codes WHERE officer_id = $1 AND used_at = 0`, officerID).Scan(&n)
	return n, wrap(err, "count recovery codes")
}
