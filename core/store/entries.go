package store

import (
	"context"
	"errors"
	"fmt"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/seal"
)

// channelOfficer is the channel of what officers type in.
const channelOfficer = "officer"

// Entry is a declaration that an officer typed in.
type Entry struct {
	core.Declaration        // Phone and Notify are the person's own phone as it was said; Proven and AddressID are left zero
	Once             string // random key of the form that was shown
	Typed            string // what was typed, to tell another form under the same key
	Same             string // ID of a person whom the officer found it to be; "" for nobody known
	Seen             string // ID of that person's newest declaration, as the officer saw it
	Apart            []string
	// Kept are answers that stay as they were said in that person's last
	// declaration of the form: those that the officer's duty may not see.
	Kept []string
}

// Entered is what came of an Entry.
type Entered struct {
	Stored
	Again bool    // this form was stored before: nothing was done
	Alike []Alike // nothing was stored: first the officer says whether it is one of them
	Here  bool    // it lies in the officer's own area
}

// Why an Entry is not stored.
var (
	// ErrReused says that the key of a form stored another one before.
	ErrReused = errors.New("the form was stored with other answers before")
)

// Enter stores a declaration that an officer typed in, as Declare stores those
// of people: sealed, judged in the same transaction, with a QR. A form that was
// stored before is not stored again.
//
// While people who may be the same are neither said to be it nor held apart,
// they are the answer, and nothing is stored. A person whom the officer updates
// must lie in the officer's scope or be one of those shown; else it is
// core.ErrNotFound. ErrChanged says that somebody declared for that person
// since the officer looked. tell runs inside the transaction when the person's
// phone is to be told.
func (s *Store) Enter(ctx context.Context, l Look, e Entry, tell func(ctx context.Context, tx *Tx, st Stored) error) (Entered, error) {
	if !l.Officer.MayDo(duty.Enter) || !goodText(e.Once, e.Same, e.Seen) {
		return Entered{}, core.ErrNotFound
	}
	for try := 1; ; try++ {
		tx := &Tx{s: s, now: l.At}
		var out Entered
		var answer error
		err := s.inTx(ctx, func(q querier) (err error) {
			tx.q = q
			out, err = tx.enter(ctx, l, e, tell)
			for _, known := range []error{ErrTooManyLooks, core.ErrNotFound, ErrChanged, ErrReused} {
				if errors.Is(err, known) { // nothing was written but who looked: that stays
					answer, err = known, nil
				}
			}
			return err
		})
		switch {
		case err == nil && answer == nil:
			s.wake.tell(tx.channels())
			s.countLosses(tx.lost)
			return out, nil
		case err == nil:
			return out, answer
		case !undoneByOthers(err) || try == maxTries:
			return Entered{}, fmt.Errorf("enter a declaration: %w", err)
		}
	}
}

func (tx *Tx) enter(ctx context.Context, l Look, e Entry, tell func(ctx context.Context, tx *Tx, st Stored) error) (out Entered, err error) {
	d := e.Declaration
	d.Channel, d.AddressID, d.Proven, d.OfficerID = channelOfficer, "", false, l.Officer.ID
	out.Here = l.Officer.WhereIs(finest(d.Person.Commune, d.Person.District, d.Person.Province), false) == duty.InArea
	if before, err := tx.enteredBefore(ctx, l, e); err != nil || before.DeclarationID != "" {
		out.Stored, out.Again = before, true
		return out, err
	}
	if err := tx.lockAlike(ctx, d); err != nil {
		return out, err
	}
	alike, err := tx.alikeOf(ctx, l, d, e)
	if err != nil {
		return out, err
	}
	var found *tiedPerson
	version := 0
	switch {
	case e.Same != "":
		if found, version, err = tx.personSaid(ctx, l, e, alike); err != nil {
			return out, err
		}
		if err := tx.keepUnseen(ctx, &d, e); err != nil {
			return out, err
		}
	case len(alike) > 0:
		out.Alike = alike
		return out, tx.showAlike(ctx, l, alike)
	}
	if out.Stored, err = tx.store(ctx, d, found, version); err != nil {
		return out, err
	}
	for _, other := range e.Apart {
		if err := tx.holdApart(ctx, l, out.PersonID, other); err != nil {
			return out, err
		}
	}
	_, err = tx.q.exec(ctx, `INSERT INTO entries (officer_id, once, digest, declaration_id, at) VALUES ($1, $2, $3, $4, $5)`,
		l.Officer.ID, e.Once, tx.digest(e), out.DeclarationID, tx.now.UnixMilli())
	if err == nil && out.TellPhone {
		err = tell(ctx, tx, out.Stored)
	}
	if err != nil {
		return out, err
	}
	return out, tx.flush(ctx)
}

func (tx *Tx) digest(e Entry) string { return tx.s.keys.Hash(seal.KindEntry, e.Typed) }

// enteredBefore finds what a form stored when it was sent before.
func (tx *Tx) enteredBefore(ctx context.Context, l Look, e Entry) (st Stored, err error) {
	// The officer's row is the lock under which the same form, sent twice at
	// once, is stored once.
	var id, digest string
	if err := tx.q.row(ctx, `SELECT id FROM officers WHERE id = $1 `+tx.s.forUpdate, l.Officer.ID).Scan(&id); err != nil {
		return st, fmt.Errorf("officer %s enters: %w", l.Officer.ID, err)
	}
	err = tx.q.row(ctx, `SELECT n.digest, d.id, d.person_id, d.version FROM entries n JOIN declarations d ON d.id = n.declaration_id
		WHERE n.officer_id = $1 AND n.once = $2`, l.Officer.ID, e.Once).Scan(&digest, &st.DeclarationID, &st.PersonID, &st.Version)
	switch {
	case errors.Is(err, errNoRows):
		return Stored{}, nil
	case err == nil && digest != tx.digest(e):
		return st, ErrReused
	}
	return st, err
}

// lockAlike lets two officers who type the same person in at once see each
// other's on PostgreSQL; SQLite has one writer.
func (tx *Tx) lockAlike(ctx context.Context, d core.Declaration) error {
	if tx.s.pg == nil {
		return nil
	}
	if id := tx.idHash(d.Person.ID); id != "" {
		if err := tx.lockPhone(ctx, "enter|"+id); err != nil {
			return err
		}
	}
	return tx.lockPhone(ctx, fmt.Sprint("enter|", d.Person.NameKey(), "|", d.Person.BirthYear()))
}

// personSaid locks the person whom the officer said it is.
func (tx *Tx) personSaid(ctx context.Context, l Look, e Entry, shown []Alike) (*tiedPerson, int, error) {
	p, area, err := tx.lockPerson(ctx, e.Same)
	if err != nil {
		return nil, 0, err
	}
	may := duty.MayCorrect(l.Officer.Duty) && l.Officer.WhereIs(area, false) == duty.InArea
	for _, a := range shown {
		may = may || a.ID == e.Same
	}
	if !may {
		return nil, 0, core.ErrNotFound
	}
	if p.newest != e.Seen {
		return nil, 0, ErrChanged
	}
	version := 0
	err = tx.q.row(ctx, `SELECT COALESCE(MAX(version), 0) FROM declarations WHERE person_id = $1 AND form = $2`, p.id, e.Form).Scan(&version)
	return p, version, wrap(err, "find version")
}

// keepUnseen brings what the officer may not see over from the last declaration.
func (tx *Tx) keepUnseen(ctx context.Context, d *core.Declaration, e Entry) error {
	if len(e.Kept) == 0 {
		return nil
	}
	_, was, err := tx.lastSaid(ctx, e.Same, e.Form)
	if err != nil {
		return err
	}
	for _, key := range e.Kept {
		if v, ok := was.Answers[key]; ok {
			d.Facts[key] = v
		}
		if v, ok := was.Private[key]; ok {
			d.Private[key] = v
		}
	}
	return nil
}

// holdApart keeps that an officer saw two people beside each other and said
// that they are two.
func (tx *Tx) holdApart(ctx context.Context, l Look, person, other string) error {
	m := merger{s: tx.s, q: tx.q, now: tx.now}
	if person == other || !goodText(other) {
		return nil
	}
	n, err := tx.q.exec(ctx, `UPDATE links SET kind = 'different', reason = $3 WHERE a = $1 AND b = $2 AND kind = 'likely'`,
		min(person, other), max(person, other), byOfficer)
	if err != nil || n == 0 {
		return wrap(err, "hold apart")
	}
	return m.keepCorrection(ctx, l, correctionDifferent, person, other, state{}, state{})
}
