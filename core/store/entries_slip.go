package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
)

// slipTime is how long an officer may print the QR of whom they typed in,
// wherever that person lives.
const slipTime = 24 * time.Hour

// readOwn marks the rows of reads by which officers see what they have just
// typed in themselves: those are no look-ups of others and are not counted.
const readOwn = "own"

// Slip is what is printed for somebody who has no telephone: the QR, its number
// and no more of who it is than one needs to tell two slips of a family apart.
type Slip struct {
	DeclarationID string
	Name          string // "N.T. Hoa"
	Code, Number  string
	Form          string
	Version       int
	At            time.Time
	Area          string // where the person lives, the finest GSO code
	InArea        bool   // the whole record is open to the officer
	Verdict       core.Verdict
}

// Slip opens what is printed of a declaration's person, for an officer in whose
// scope it lies or who typed it in within a day; core.ErrNotFound otherwise. It
// is logged as a look-up.
func (s *Store) Slip(ctx context.Context, l Look, scope duty.Scope, declarationID string) (*Slip, error) {
	slip := Slip{DeclarationID: declarationID}
	today := s.policyKnown(ctx, core.DayOf(l.At))
	f := func(q querier) error {
		if !l.Officer.MayDo(duty.Enter) || !goodText(declarationID) {
			return s.nobody(ctx, q, l)
		}
		var author, qrID string
		var own bool
		var at int64
		var code, number []byte
		p, err := s.scanPerson(q.row(ctx, `SELECT `+personColumns+`, d.officer_id, d.form, d.version, d.at, c.id, c.code, c.number
			FROM declarations d JOIN people p ON p.id = d.person_id
			JOIN qr_codes c ON c.id = (SELECT n.id FROM qr_codes n WHERE n.person_id = p.id AND n.revoked_at = 0 ORDER BY n.created_at DESC, n.id DESC LIMIT 1)
			WHERE d.id = $1`, declarationID), &author, &slip.Form, &slip.Version, &at, &qrID, &code, &number)
		if err == nil {
			slip.At = time.UnixMilli(at)
			slip.InArea = scope.Holds(p.Area) && l.Officer.WhereIs(p.Area, false) == duty.InArea
			if own = author == l.Officer.ID && l.At.Sub(slip.At) < slipTime; !slip.InArea && !own {
				err = core.ErrNotFound
			}
		}
		if errors.Is(err, core.ErrNotFound) {
			return s.nobody(ctx, q, l)
		}
		if err != nil {
			return err
		}
		if slip.Code, slip.Number, err = s.openQR(qrID, code, number); err != nil {
			return err
		}
		slip.Name, slip.Area = slipName(p.Name), p.Area
		standing, err := s.standingOf(ctx, q, today, p.ID)
		if err != nil {
			return err
		}
		if p.cut(l, p.Area, true) == nil {
			standing.cut(p)
			slip.Verdict = standing.Verdict
		}
		if own {
			return s.keepRead(ctx, q, l, p.ID, readOwn, true)
		}
		if err := s.limit(ctx, q, &l); err != nil {
			return err
		}
		return s.keepRead(ctx, q, l, p.ID, "qr", true)
	}
	var answer error
	err := s.inTx(ctx, func(q querier) error {
		switch answer = f(q); {
		case errors.Is(answer, ErrTooManyLooks):
			return s.keepRead(ctx, q, l, "", "refused", false)
		case errors.Is(answer, core.ErrNotFound): // an answer too: its row must stay
			return nil
		}
		return answer
	})
	switch {
	case err != nil:
		return nil, fmt.Errorf("slip of declaration %s: %w", declarationID, err)
	case answer != nil:
		return nil, answer
	}
	return &slip, nil
}

// slipName is a name that a neighbour who finds the slip learns little by:
// "Nguyễn Thị Hoa" is "N.T. Hoa".
func slipName(name string) string {
	words := strings.Fields(name)
	if len(words) < 2 {
		return name
	}
	return initials(strings.Join(words[:len(words)-1], " ")) + " " + words[len(words)-1]
}

// The sealed forms that a browser keeps are of no row of a table.
const keptForm = "browser.form"

// SealForm seals what an officer typed, for the browser to keep while the
// sign-in is over or the database away.
func (s *Store) SealForm(plain []byte) []byte { return s.keys.Seal(keptForm, "", plain) }

// OpenForm opens what SealForm sealed; ok is false for anything else.
func (s *Store) OpenForm(sealed []byte) (plain []byte, ok bool) {
	plain, err := s.keys.Open(keptForm, "", sealed)
	return plain, err == nil
}
