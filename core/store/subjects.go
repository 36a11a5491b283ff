package store

import (
	"context"
	"errors"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/seal"
)

// OfficerBySubject finds the officer whom a single sign-on knows as a subject
// of an issuer. Who comes for the first time is found by the name to sign in
// with, and is that subject from then on: nobody else who gets that name at the
// provider enters by it. A disabled account, and one that is tied to another
// subject, are core.ErrNotFound, as is a name that nobody has.
func (s *Store) OfficerBySubject(ctx context.Context, now time.Time, issuer, subject, signIn string) (o duty.Officer, err error) {
	if subject == "" || !goodText(issuer, subject, signIn) {
		return o, core.ErrNotFound
	}
	hash := s.keys.Hash(seal.KindSession, "sso|"+issuer+"|"+subject)
	err = s.inTx(ctx, func(q querier) error {
		o, err = scanOfficer(q.row(ctx, `SELECT `+officerColumns+` FROM officers o WHERE o.subject_hash = $1`, hash))
		if err == nil || !errors.Is(err, errNoRows) {
			return err
		}
		o, err = scanOfficer(q.row(ctx, `SELECT `+officerColumns+` FROM officers o WHERE o.sign_in_name = $1 AND o.subject_hash = '' `+s.forUpdate, signIn))
		if err != nil || o.Disabled {
			return err
		}
		if _, err := q.exec(ctx, `UPDATE officers SET subject_hash = $2 WHERE id = $1`, o.ID, hash); err != nil {
			return err
		}
		_, err = keepAccount(ctx, q, "", o.ID, AccountLinked, o, AccountState{}, AccountState{}, now)
		return err
	})
	if errors.Is(err, errNoRows) || err == nil && o.Disabled {
		return duty.Officer{}, core.ErrNotFound
	}
	return o, wrap(err, "find officer by subject")
}
