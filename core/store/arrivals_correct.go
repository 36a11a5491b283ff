package store

import (
	"context"
	"errors"

	"khaibao/core"
	"khaibao/core/area"
	"khaibao/core/duty"
)

// ArrivalCorrection is what an officer who verifies an arrival corrects of what
// was declared.
type ArrivalCorrection struct {
	ID      string // of the form: the same one sent twice counts once
	Version int    // of the arrival as the officer saw it
	Note    string // kept sealed
	// Change corrects the declaration, inside the transaction: it may run again.
	// Where the person comes to stays: that is for Verify to move.
	Change func(d *core.Declaration)
}

// CorrectArrival stores an officer's correction of the journey of an arrival as a
// new version of it; what was declared stays as it was. The arrival goes on with
// the corrected day, origin and quarter. ErrChanged when somebody changed it
// since the officer looked, or it was moved away. Outside the scope, and for a
// duty that verifies nobody, it is core.ErrNotFound.
func (s *Store) CorrectArrival(ctx context.Context, l Look, scope duty.Scope, id string, c ArrivalCorrection) error {
	if !l.Officer.MayDo(duty.Verify) || !goodText(id, c.ID, c.Note) {
		return core.ErrNotFound
	}
	p := s.policyKnown(ctx, core.DayOf(l.At))
	err := s.again(ctx, func(tx *Tx) error {
		was, err := tx.lockArrival(ctx, scope, id)
		if err != nil {
			return err
		}
		if again, err := tx.arrivalDoneBefore(ctx, c.ID, id); err != nil || again {
			return err
		}
		if was.Version != c.Version || was.State == core.VerifyMoved {
			return ErrChanged
		}
		var named core.PersonFacts // as it was
		out, err := tx.revise(ctx, l, p, was.DeclarationID, func(d *core.Declaration) error {
			commune := d.Person.Commune
			named = d.Person
			c.Change(d)
			d.Person.Commune, d.Person.District, d.Person.Province = commune, was.District, was.Province
			if commune != "" {
				d.Person.District, d.Person.Province = area.District(commune), area.Province(commune)
			}
			return nil
		})
		if err != nil {
			return err
		}
		told := arrivalOf(was.PersonID, out.id, out.Person, out.Facts, out.said)
		now := was
		now.DeclarationID, now.Sub, now.Origin, now.Day, now.Colour, now.Version = out.id, told.Sub, told.Origin, told.Day, told.Colour, was.Version+1
		if err := tx.saveArrival(ctx, &was, &now); err != nil {
			return err
		}
		before, after := arrivalTerms(was), arrivalTerms(now)
		before["origin"], after["origin"] = was.Origin, now.Origin
		// Of a declaration's versions none holds these: they are the person's.
		before["full_name"], after["full_name"] = named.Name, out.Person.Name
		before["birth"], after["birth"] = named.Birth, out.Person.Birth
		return tx.keepArrivalEvent(ctx, arrivalEvent{id: arrivalEventID(c.ID, id), arrival: id, kind: arrivalRevised, look: &l, before: before, after: after, note: c.Note})
	}, l.At)
	if errors.Is(err, core.ErrNotFound) || errors.Is(err, ErrChanged) {
		return err
	}
	return wrap(err, "correct arrival "+id)
}
