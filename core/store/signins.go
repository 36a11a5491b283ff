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

// What a sign-in still awaits before it opens pages.
const (
	AwaitsCode   = "code"   // the officer's one-time code
	AwaitsFactor = "factor" // one-time codes to be set up, which the duty must have
)

// halfTime is how long a sign-in may await something.
const halfTime = 10 * time.Minute

// SignIn is one browser in which an officer signed in.
type SignIn struct {
	duty.Officer
	Awaits  string // AwaitsCode, AwaitsFactor; "" opens pages
	Browser string // coarse, as "Chrome · Android"
	Way     string // "password" or "sso"
}

// AddSignIn keeps that an officer signed in. The token is the cookie's value;
// only its keyed hash is stored.
func (s *Store) AddSignIn(ctx context.Context, now time.Time, in SignIn, token string) error {
	return wrap(s.inTx(ctx, func(q querier) error {
		_, err := q.exec(ctx, `INSERT INTO sign_ins (token_hash, officer_id, created_at, seen_at, awaits, browser, way) VALUES ($1, $2, $3, $3, $4, $5, $6)`,
			s.signInHash(token), in.Officer.ID, now.UnixMilli(), in.Awaits, in.Browser, in.Way)
		if err != nil || in.Awaits != "" {
			return err
		}
		_, err = q.exec(ctx, `UPDATE officers SET signed_in_at = $2 WHERE id = $1`, in.Officer.ID, now.UnixMilli())
		return err
	}), "add sign-in")
}

// SignedIn gives the officer behind a cookie, and core.ErrNotFound when the
// sign-in is unknown, ended, idle or too old, or its account disabled. What
// awaits something opens no page but the one it awaits.
func (s *Store) SignedIn(ctx context.Context, now time.Time, token string) (in SignIn, err error) {
	var created, seen int64
	hash := s.signInHash(token)
	in.Officer, err = scanOfficer(s.q.row(ctx, `SELECT `+officerColumns+`, i.created_at, i.seen_at, i.awaits, i.browser, i.way FROM sign_ins i JOIN officers o ON o.id = i.officer_id
		WHERE i.token_hash = $1 AND i.ended_at = 0 AND o.disabled_at = 0 AND i.seen_at > $2 AND i.created_at > $3`,
		hash, now.Add(-SignInIdle).UnixMilli(), now.Add(-SignInWhole).UnixMilli()), &created, &seen, &in.Awaits, &in.Browser, &in.Way)
	if errors.Is(err, errNoRows) || err == nil && in.Awaits != "" && now.Sub(time.UnixMilli(created)) > halfTime {
		return SignIn{}, core.ErrNotFound
	}
	if err != nil {
		return SignIn{}, fmt.Errorf("find sign-in: %w", err)
	}
	if now.UnixMilli()-seen >= seenEvery.Milliseconds() {
		_, err = s.q.exec(ctx, `UPDATE sign_ins SET seen_at = $2 WHERE token_hash = $1 AND ended_at = 0 AND seen_at < $2`, hash, now.UnixMilli())
	}
	return in, wrap(err, "keep sign-in")
}

// SignInBy is the ID of the officer whose sign-in this was, also when it has
// ended; "" when it is none. It opens nothing.
func (s *Store) SignInBy(ctx context.Context, token string) (officerID string, err error) {
	err = s.q.row(ctx, `SELECT officer_id FROM sign_ins WHERE token_hash = $1 AND awaits = ''`, s.signInHash(token)).Scan(&officerID)
	if errors.Is(err, errNoRows) {
		return "", nil
	}
	return officerID, wrap(err, "whose sign-in it was")
}

// SeenSignIn is a sign-in as its officer, and who keeps the accounts, see it.
type SeenSignIn struct {
	ID       string // a keyed hash: it opens nothing
	At, Seen time.Time
	Browser  string
	Way      string
	This     bool // of the browser that asks
}

// SignIns lists an officer's sign-ins that still open pages, the newest use
// first. token is the asking browser's, "" for another officer's.
func (s *Store) SignIns(ctx context.Context, now time.Time, officerID, token string) ([]SeenSignIn, error) {
	r, err := s.q.query(ctx, `SELECT token_hash, created_at, seen_at, browser, way FROM sign_ins
		WHERE officer_id = $1 AND ended_at = 0 AND awaits = '' AND seen_at > $2 AND created_at > $3 ORDER BY seen_at DESC, token_hash`,
		officerID, now.Add(-SignInIdle).UnixMilli(), now.Add(-SignInWhole).UnixMilli())
	list, err := collect(r, err, func(r scanner) (in SeenSignIn, err error) {
		var at, seen int64
		err = r.Scan(&in.ID, &at, &seen, &in.Browser, &in.Way)
		in.At, in.Seen, in.This = time.UnixMilli(at), time.UnixMilli(seen), token != "" && in.ID == s.signInHash(token)
		return in, err
	})
	return list, wrap(err, "list sign-ins")
}

// EndOne ends one sign-in of an officer, by its ID.
func (s *Store) EndOne(ctx context.Context, now time.Time, officerID, id string) error {
	if !goodText(id) {
		return nil
	}
	_, err := s.q.exec(ctx, `UPDATE sign_ins SET ended_at = $3 WHERE officer_id = $1 AND token_hash = $2 AND ended_at = 0`, officerID, id, now.UnixMilli())
	return wrap(err, "end sign-in")
}

// EndOthers ends all sign-ins of an officer but the one of a token.
func (s *Store) EndOthers(ctx context.Context, now time.Time, officerID, token string) error {
	return endSignIns(ctx, s.q, now, officerID, s.signInHash(token))
}

// endSignIns ends all sign-ins of an officer but one, by its hash.
func endSignIns(ctx context.Context, q querier, now time.Time, officerID, but string) error {
	_, err := q.exec(ctx, `UPDATE sign_ins SET ended_at = $2 WHERE officer_id = $1 AND ended_at = 0 AND token_hash <> $3`, officerID, now.UnixMilli(), but)
	return wrap(err, "end sign-ins")
}

// EndSignIn signs one browser out.
func (s *Store) EndSignIn(ctx context.Context, now time.Time, token string) error {
	_, err := s.q.exec(ctx, `UPDATE sign_ins SET ended_at = $2 WHERE token_hash = $1 AND ended_at = 0`, s.signInHash(token), now.UnixMilli())
	return wrap(err, "sign out")
}
