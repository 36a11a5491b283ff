package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/seal"
)

// How long a sign-in lasts (docs/reference/security.md, section 7).
const (
	SignInIdle  = 30 * time.Minute // without a request
	SignInWhole = 12 * time.Hour   // in all
)

// seenEvery is how often a sign-in's last use is written: within a minute one
// more page changes nothing.
const seenEvery = time.Minute

func (s *Store) signInHash(token string) string {
	return s.keys.Hash(seal.KindSession, "officer|"+token)
}

// AddSignIn keeps that an officer signed in. The token is the cookie's value;
// only its keyed hash is stored.
func (s *Store) AddSignIn(ctx context.Context, now time.Time, officerID, token string) error {
	_, err := s.q.exec(ctx, `INSERT INTO sign_ins (token_hash, officer_id, created_at, seen_at) VALUES ($1, $2, $3, $3)`,
		s.signInHash(token), officerID, now.UnixMilli())
	return wrap(err, "add sign-in")
}

// SignedIn gives the officer behind a cookie, and core.ErrNotFound when the
// sign-in is unknown, ended, idle or too old, or its account disabled.
func (s *Store) SignedIn(ctx context.Context, now time.Time, token string) (duty.Officer, error) {
	var seen int64
	hash := s.signInHash(token)
	o, err := scanOfficer(s.q.row(ctx, `SELECT `+officerColumns+`, i.seen_at FROM sign_ins i JOIN officers o ON o.id = i.officer_id
		WHERE i.token_hash = $1 AND i.ended_at = 0 AND o.disabled_at = 0 AND i.seen_at > $2 AND i.created_at > $3`,
		hash, now.Add(-SignInIdle).UnixMilli(), now.Add(-SignInWhole).UnixMilli()), &seen)
	if errors.Is(err, errNoRows) {
		return duty.Officer{}, core.ErrNotFound
	}
	if err != nil {
		return duty.Officer{}, fmt.Errorf("find sign-in: %w", err)
	}
	if now.UnixMilli()-seen >= seenEvery.Milliseconds() {
		_, err = s.q.exec(ctx, `UPDATE sign_ins SET seen_at = $2 WHERE token_hash = $1 AND ended_at = 0 AND seen_at < $2`, hash, now.UnixMilli())
	}
	return o, wrap(err, "keep sign-in")
}

// EndSignIn signs one browser out.
func (s *Store) EndSignIn(ctx context.Context, now time.Time, token string) error {
	_, err := s.q.exec(ctx, `UPDATE sign_ins SET ended_at = $2 WHERE token_hash = $1 AND ended_at = 0`, s.signInHash(token), now.UnixMilli())
	return wrap(err, "sign out")
}

// forgetAfter is after how long without a try failures count no more.
const forgetAfter = time.Hour

// A throttle slows down sign-ins under one key: so many failures are free,
// then each doubles the wait, up to a bound. Nobody is ever locked out for good.
type throttle struct {
	key   string
	free  int64
	bound time.Duration
}

func (t throttle) wait(failures int64) time.Duration {
	if failures < t.free {
		return 0
	}
	return min(time.Second<<min(failures-t.free, 20), t.bound)
}

// throttles are the two keys of a try. A whole office may share one network,
// so it has more free tries than an account.
func (s *Store) throttles(signIn, network string) []throttle {
	both := []throttle{
		{s.keys.Hash(seal.KindSession, "try|name|"+signIn), 5, time.Minute},
		{s.keys.Hash(seal.KindSession, "try|network|"+network), 30, 5 * time.Minute},
	}
	slices.SortFunc(both, func(a, b throttle) int { return strings.Compare(a.key, b.key) }) // one order of locks
	return both
}

// TrySignIn counts a try as failed before its password is looked at, so that
// many at once gain nothing. It returns how long to wait when it is too soon;
// then nothing was counted. Known and unknown names are treated alike.
func (s *Store) TrySignIn(ctx context.Context, now time.Time, signIn, network string) (wait time.Duration, err error) {
	err = s.inTx(ctx, func(q querier) error {
		both := s.throttles(signIn, network)
		counts := make([]int64, len(both))
		for i, t := range both {
			if _, err := q.exec(ctx, `INSERT INTO sign_in_failures (key_hash, failures, last_at) VALUES ($1, 0, 0) ON CONFLICT DO NOTHING`, t.key); err != nil {
				return err
			}
			var last int64
			if err := q.row(ctx, `SELECT failures, last_at FROM sign_in_failures WHERE key_hash = $1 `+s.forUpdate, t.key).Scan(&counts[i], &last); err != nil {
				return err
			}
			since := now.Sub(time.UnixMilli(last)).Abs() // a clock may have been set back
			if since >= forgetAfter {
				counts[i] = 0
			}
			wait = max(wait, t.wait(counts[i])-since)
		}
		if wait > 0 {
			return nil
		}
		for i, t := range both {
			if _, err := q.exec(ctx, `UPDATE sign_in_failures SET failures = $2, last_at = $3 WHERE key_hash = $1`, t.key, counts[i]+1, now.UnixMilli()); err != nil {
				return err
			}
		}
		return nil
	})
	return max(wait, 0), wrap(err, "count sign-in")
}

// SignInWorked takes back what TrySignIn counted: the account's failures are
// forgotten, the network's are one fewer.
func (s *Store) SignInWorked(ctx context.Context, now time.Time, signIn, network string) error {
	name, net := s.keys.Hash(seal.KindSession, "try|name|"+signIn), s.keys.Hash(seal.KindSession, "try|network|"+network)
	err := s.inTx(ctx, func(q querier) error {
		for _, t := range s.throttles(signIn, network) {
			text := `UPDATE sign_in_failures SET failures = failures - 1 WHERE key_hash = $1 AND failures > 0`
			if t.key == name {
				text = `DELETE FROM sign_in_failures WHERE key_hash = $1`
			}
			if _, err := q.exec(ctx, text, t.key); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("sign-in worked: %w", err)
	}
	_, err = s.q.exec(ctx, `DELETE FROM sign_in_failures WHERE last_at < $1 AND key_hash <> $2`, now.Add(-24*time.Hour).UnixMilli(), net)
	return wrap(err, "forget old failures")
}
