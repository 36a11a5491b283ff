package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"khaibao/core/seal"
)

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
// so it has more free tries than an account. A one-time code has a million
// values only, and who tries them knows the password: they wait longer.
func (s *Store) throttles(what, signIn, network string) []throttle {
	bound := time.Minute
	if what == tryCode {
		bound = 15 * time.Minute
	}
	both := []throttle{
		{s.keys.Hash(seal.KindSession, "try|"+what+"|"+signIn), 5, bound},
		{s.keys.Hash(seal.KindSession, "try|network|"+network), 30, 5 * time.Minute},
	}
	slices.SortFunc(both, func(a, b throttle) int { return strings.Compare(a.key, b.key) }) // one order of locks
	return both
}

// TrySignIn counts a try as failed before its password is looked at, so that
// many at once gain nothing. It returns how long to wait when it is too soon;
// then nothing was counted. Known and unknown names are treated alike.
func (s *Store) TrySignIn(ctx context.Context, now time.Time, signIn, network string) (wait time.Duration, err error) {
	return s.try(ctx, now, tryName, signIn, network)
}

// TryCode is TrySignIn for a one-time code of an officer, by their sign-in name.
func (s *Store) TryCode(ctx context.Context, now time.Time, signIn, network string) (wait time.Duration, err error) {
	return s.try(ctx, now, tryCode, signIn, network)
}

// What is tried.
const (
	tryName = "name"
	tryCode = "code"
)

func (s *Store) try(ctx context.Context, now time.Time, what, signIn, network string) (wait time.Duration, err error) {
	err = s.inTx(ctx, func(q querier) error {
		both := s.throttles(what, signIn, network)
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
	return s.worked(ctx, now, tryName, signIn, network)
}

// CodeWorked is SignInWorked for TryCode.
func (s *Store) CodeWorked(ctx context.Context, now time.Time, signIn, network string) error {
	return s.worked(ctx, now, tryCode, signIn, network)
}

func (s *Store) worked(ctx context.Context, now time.Time, what, signIn, network string) error {
	net := s.keys.Hash(seal.KindSession, "try|network|"+network)
	err := s.inTx(ctx, func(q querier) error {
		for _, t := range s.throttles(what, signIn, network) {
			text := `UPDATE sign_in_failures SET failures = failures - 1 WHERE key_hash = $1 AND failures > 0`
			if t.key != net {
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
