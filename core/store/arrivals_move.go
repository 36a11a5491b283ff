package store

import (
	"context"
	"errors"
	"fmt"

	"khaibao/core"
	"khaibao/core/area"
)

// move gives an arrival to the commune that the person really comes to: the
// declaration is corrected, the other commune has it as new, and this one keeps
// it as moved, with where it went. To another province it is only written down.
func (v *verifying) move(ctx context.Context) error {
	commune, err := v.toArea()
	if err != nil {
		return err
	}
	v.now.State, v.now.OtherArea, v.now.Other = core.VerifyMoved, v.c.To, ""
	if !commune {
		return v.kept(ctx, string(core.VerifyMoved))
	}
	there, err := v.sendTo(ctx, v.c.To, v.was.Other)
	if err != nil {
		return err
	}
	v.now.Other = there
	return v.kept(ctx, string(core.VerifyMoved))
}

// bringBack takes an arrival back from the commune that it was moved to, while
// nobody there has settled it: there it is moved now.
func (v *verifying) bringBack(ctx context.Context) error {
	there, err := scanArrival(v.q.row(ctx, `SELECT `+arrivalColumns+` FROM arrivals r WHERE r.id = $1 `+v.s.forUpdate, v.was.Other))
	if errors.Is(err, errNoRows) || err == nil && there.State != core.VerifyNew {
		return ErrChanged
	}
	if err != nil {
		return err
	}
	back, err := v.correctArea(ctx, there.DeclarationID, v.was.Commune)
	if err != nil {
		return err
	}
	gone := there
	gone.State, gone.Other, gone.OtherArea, gone.Version = core.VerifyMoved, v.was.ID, v.was.Area(), there.Version+1
	if err := v.saveArrival(ctx, &there, &gone); err != nil {
		return err
	}
	err = v.keepArrivalEvent(ctx, arrivalEvent{arrival: there.ID, kind: string(core.VerifyMoved), look: &v.l, before: arrivalTerms(there), after: arrivalTerms(gone), note: v.c.Note})
	if err != nil {
		return err
	}
	v.now.DeclarationID, v.now.Colour, v.now.Sub, v.now.Other, v.now.OtherArea = back.id, back.said.Colour, back.Person.Sub, "", ""
	return v.kept(ctx, arrivalReopened)
}

// sendTo makes the arrival new in another commune: the one that it came from
// once, named by known, or another.
func (v *verifying) sendTo(ctx context.Context, commune, known string) (string, error) {
	moved, err := v.correctArea(ctx, v.was.DeclarationID, commune)
	if err != nil {
		return "", err
	}
	p := moved.Person
	there := core.Arrival{ID: core.NewID(), PersonID: v.was.PersonID, DeclarationID: moved.id, Commune: p.Commune, District: p.District, Province: p.Province,
		Origin: v.was.Origin, Day: v.was.Day, Colour: moved.said.Colour, State: core.VerifyNew, Owner: p.Commune, Other: v.was.ID, OtherArea: v.was.Area(), Version: 1}
	event := arrivalEvent{kind: arrivalCame, look: &v.l, after: map[string]any{"state": there.State, "area": there.Area(), "day": there.Day, "came": v.was.Area()}, note: v.c.Note}
	if known != "" {
		was, err := scanArrival(v.q.row(ctx, `SELECT `+arrivalColumns+` FROM arrivals r WHERE r.id = $1 `+v.s.forUpdate, known))
		if err != nil && !errors.Is(err, errNoRows) {
			return "", err
		}
		if err == nil && was.Commune == commune && was.State == core.VerifyMoved {
			there.ID, there.Version = was.ID, was.Version+1
			event.arrival, event.before = there.ID, arrivalTerms(was)
			if err := v.saveArrival(ctx, &was, &there); err != nil {
				return "", err
			}
			return there.ID, v.keepArrivalEvent(ctx, event)
		}
	}
	event.arrival = there.ID
	if err := v.saveArrival(ctx, nil, &there); err != nil {
		return "", err
	}
	return there.ID, v.keepArrivalEvent(ctx, event)
}

// correctArea corrects where a journey leads, and gives who is watched at home to
// the other commune.
func (v *verifying) correctArea(ctx context.Context, declaration, commune string) (revised, error) {
	out, err := v.revise(ctx, v.l, v.policy, declaration, func(d *core.Declaration) error {
		p := &d.Person
		p.Commune, p.District, p.Province, p.Sub = commune, area.District(commune), area.Province(commune), ""
		d.Facts["commune"] = commune
		delete(d.Facts, "sub")
		return nil
	})
	if err != nil {
		return out, err
	}
	m, err := scanMonitored(v.q.row(ctx, `SELECT `+monitoringColumns+` FROM monitoring m WHERE m.person_id = $1 AND m.ended_at = 0 `+v.s.forUpdate, v.was.PersonID))
	if errors.Is(err, errNoRows) || err == nil && (m.Commune == commune || m.Kind == core.KindCentral) {
		return out, nil // a facility keeps whom it has
	}
	if err != nil {
		return out, fmt.Errorf("find monitoring: %w", err)
	}
	w := watchChanging{Tx: v.Tx, l: v.l, c: WatchChange{Act: "move", Commune: commune, Note: v.c.Note}, m: &m, from: m.Monitoring}
	return out, w.move(ctx)
}
