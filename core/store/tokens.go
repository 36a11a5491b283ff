package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"khaibao/core"
	"khaibao/core/seal"
)

const tokenColumns = `generation, access, refresh, offered, issued_at, expires_at, leased_until, tries, refused_at`

// Tokens are the tokens of a network, zero when it never gave any.
func (s *Store) Tokens(ctx context.Context, name string) (core.Tokens, error) {
	t, err := s.scanTokens(s.q.row(ctx, `SELECT `+tokenColumns+` FROM tokens WHERE name = $1`, name), name)
	if errors.Is(err, errNoRows) {
		return core.Tokens{}, nil
	}
	return t, wrap(err, "tokens of "+name)
}

func (s *Store) scanTokens(r scanner, name string) (t core.Tokens, err error) {
	var access, refresh, offered []byte
	var issued, expires, busy, refused int64
	if err := r.Scan(&t.Generation, &access, &refresh, &offered, &issued, &expires, &busy, &t.Tries, &refused); err != nil {
		return t, err
	}
	t.Issued, t.Expires, t.Busy, t.Refused = timeOf(issued), timeOf(expires), timeOf(busy), timeOf(refused)
	if t.Access, err = s.keys.OpenString("tokens.access", name, access); err != nil {
		return core.Tokens{}, err
	}
	column, sealed := "tokens.refresh", refresh
	if t.Offered = len(offered) > 0; t.Offered {
		column, sealed = "tokens.offered", offered
	}
	if t.Refresh, err = s.keys.OpenString(column, name, sealed); err != nil {
		return core.Tokens{}, err
	}
	return t, nil
}

// timeOf is the moment of a column in which 0 stands for none.
func timeOf(millis int64) time.Time {
	if millis == 0 {
		return time.Time{}
	}
	return time.UnixMilli(millis)
}

// OfferToken gives a network's tokens a new beginning out of the settings:
// refresh is what will be used next. One that was offered before is not taken
// again, and false: it is used up, and a node that still has it in its settings
// may start long after another was given its successor.
func (s *Store) OfferToken(ctx context.Context, now time.Time, name, refresh string) (taken bool, err error) {
	err = s.inTx(ctx, func(q querier) error {
		n, err := q.exec(ctx, `INSERT INTO token_offers (name, hash, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
			name, s.keys.Hash(seal.KindToken, refresh), now.UnixMilli())
		if err != nil || n == 0 {
			return err
		}
		taken = true
		_, err = q.exec(ctx, `INSERT INTO tokens (name, generation, offered) VALUES ($1, 1, $2)
			ON CONFLICT (name) DO UPDATE SET offered = excluded.offered, generation = tokens.generation + 1, leased_until = 0, tries = 0`,
			name, s.keys.SealString("tokens.offered", name, refresh))
		return err
	})
	return taken, wrap(err, "offer a token")
}

// LeaseToken gives one node alone the use of a generation's refresh token until
// the given time. Not ok means that another node has it, that it is not to be
// tried yet, or that it is another generation's turn. A lease that ends long
// after any that is given was made by a clock that has been set back since.
func (s *Store) LeaseToken(ctx context.Context, name string, generation int64, now, until time.Time) (t core.Tokens, ok bool, err error) {
	t, err = s.scanTokens(s.q.row(ctx, `UPDATE tokens SET leased_until = $4, tries = tries + 1
		WHERE name = $1 AND generation = $2 AND (leased_until <= $3 OR leased_until > $5) RETURNING `+tokenColumns,
		name, generation, now.UnixMilli(), until.UnixMilli(), now.Add(MaxTokenRest+clockSlack).UnixMilli()), name)
	if errors.Is(err, errNoRows) {
		return core.Tokens{}, false, nil
	}
	return t, err == nil, wrap(err, "lease a token")
}

// MaxTokenRest is the longest time for which a refresh token may be leased or
// set aside.
const MaxTokenRest = time.Hour

// KeepTokens keeps what a network gave for a generation's refresh token; t's
// Generation names it. It does not ask who holds the lease: a pair that was
// given is worth keeping however late. Not ok means that the generation has
// passed, by another answer or by a new token out of the settings. The network
// takes us again, so a task that said otherwise is done.
func (s *Store) KeepTokens(ctx context.Context, now time.Time, name string, t core.Tokens) (ok bool, err error) {
	err = s.inTx(ctx, func(q querier) error {
		n, err := q.exec(ctx, `UPDATE tokens SET generation = generation + 1, access = $3, refresh = $4, offered = NULL,
			issued_at = $5, expires_at = $6, leased_until = 0, tries = 0, refused_at = 0 WHERE name = $1 AND generation = $2`,
			name, t.Generation, s.keys.SealString("tokens.access", name, t.Access), s.keys.SealString("tokens.refresh", name, t.Refresh),
			t.Issued.UnixMilli(), t.Expires.UnixMilli())
		if err != nil || n == 0 {
			return err
		}
		ok = true
		_, err = q.exec(ctx, `UPDATE tasks SET closed_at = $2, outcome = 'renewed' WHERE kind = $1 AND closed_at = 0`, TaskTokens, now.UnixMilli())
		return err
	})
	return ok, wrap(err, "keep tokens")
}

// TokensLater gives a generation's refresh token back, not to be tried before
// until.
func (s *Store) TokensLater(ctx context.Context, name string, generation int64, until time.Time) error {
	_, err := s.q.exec(ctx, `UPDATE tokens SET leased_until = $3 WHERE name = $1 AND generation = $2`, name, generation, until.UnixMilli())
	return wrap(err, "set a token aside")
}

// TokensRefused keeps that a network refuses a generation's refresh token, or
// that there is none, and that nothing is to be tried before until. What the
// settings offered is dropped, and the pair from before it has its turn again.
// first tells that this is news; then the task is opened, unless one of its
// kind is open. A generation that has passed is no news.
func (s *Store) TokensRefused(ctx context.Context, now time.Time, name string, generation int64, until time.Time, task core.Task) (first bool, err error) {
	err = s.inTx(ctx, func(q querier) error {
		if _, err := q.exec(ctx, `INSERT INTO tokens (name) VALUES ($1) ON CONFLICT DO NOTHING`, name); err != nil {
			return err
		}
		var refused int64
		err := q.row(ctx, `SELECT CASE WHEN offered IS NULL THEN refused_at ELSE 0 END FROM tokens WHERE name = $1 AND generation = $2 `+s.forUpdate,
			name, generation).Scan(&refused)
		if errors.Is(err, errNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		first = refused == 0
		_, err = q.exec(ctx, `UPDATE tokens SET refused_at = CASE WHEN refused_at = 0 THEN $3 ELSE refused_at END, leased_until = $4,
			generation = generation + CASE WHEN offered IS NULL THEN 0 ELSE 1 END,
			tries = CASE WHEN offered IS NULL THEN tries ELSE 0 END, offered = NULL WHERE name = $1 AND generation = $2`, name, generation, now.UnixMilli(), until.UnixMilli())
		if err != nil || !first {
			return err
		}
		_, err = q.exec(ctx, `INSERT INTO tasks (id, kind, province, note, opened_at, due_at)
			SELECT $1, $2, $3, $4, CAST($5 AS BIGINT), CAST($6 AS BIGINT) WHERE NOT EXISTS (SELECT 1 FROM tasks WHERE kind = $2 AND province = $3 AND closed_at = 0)`,
			core.NewID(), task.Kind, task.Province, task.Note, now.UnixMilli(), task.Due.UnixMilli())
		return err
	})
	return first, wrap(err, fmt.Sprintf("tokens of %s are refused", name))
}

// Learned is what a channel found out about its network, "" when nothing.
func (s *Store) Learned(ctx context.Context, channel, name string) (value string, err error) {
	err = s.q.row(ctx, `SELECT value FROM learned WHERE channel = $1 AND name = $2`, channel, name).Scan(&value)
	if errors.Is(err, errNoRows) {
		return "", nil
	}
	return value, wrap(err, "what was learned")
}

// Learn keeps what a channel found out about its network, for all nodes.
func (s *Store) Learn(ctx context.Context, now time.Time, channel, name, value string) error {
	_, err := s.q.exec(ctx, `INSERT INTO learned (channel, name, value, at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (channel, name) DO UPDATE SET value = excluded.value, at = excluded.at`, channel, name, value, now.UnixMilli())
	return wrap(err, "learn")
}
