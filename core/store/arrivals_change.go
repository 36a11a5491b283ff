package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"khaibao/core"
	"khaibao/core/area"
	"khaibao/core/duty"
	"khaibao/core/monitor"
)

// ArrivalChange is one act of verifying an arrival.
type ArrivalChange struct {
	ID      string            // of the form: the same one sent twice counts once
	State   core.Verification // what it becomes; VerifyNew takes back what was settled
	Version int               // of the arrival as the officer saw it
	Note    string            // kept sealed; wanted for what cannot be verified and what is taken back

	// Of one that arrived.
	Surveillance monitor.Surveillance
	Days         int         // of the monitoring that the form asks for, from the arrival on; 0 as the verdict says, 14 without one
	Window       core.Window // of the daily question; "" for the morning
	Facility     string      // of a central quarantine
	Room         string

	// Of one that is moved: the commune in the province, or another province.
	To string
}

// Why an act of verifying is refused, beside ErrChanged and ErrNoNote.
var (
	ErrNoSuchForm = errors.New("no such form of surveillance, or a central quarantine without a facility")
	ErrNoSuchArea = errors.New("no commune of the province and no other province")
	ErrTop        = errors.New("the province itself could not verify it: there is nobody above")
)

// ArrivalDone is what came of an act of verifying.
type ArrivalDone struct {
	Monitoring string // ID of the monitoring that was opened or goes on by it; "" for none
	Over       bool   // the period that the form asks for is over already, so that nothing was opened
	Owner      string // GSO code of the area whose turn it is now
}

// Verify does one act of verifying an arrival of the scope, in one transaction
// with what follows: the correction of who moves, monitoring that is opened,
// moved or closed. ErrChanged when somebody changed the arrival since the officer
// saw it, or it stands so that this cannot be done. Outside the scope, and for a
// duty that verifies nobody, it is core.ErrNotFound.
func (s *Store) Verify(ctx context.Context, l Look, scope duty.Scope, id string, c ArrivalChange) (ArrivalDone, error) {
	if !l.Officer.MayDo(duty.Verify) || !goodText(id, c.ID, c.Note, c.To, c.Facility, c.Room) || c.State.Rank() < 0 {
		return ArrivalDone{}, core.ErrNotFound
	}
	p := s.policyKnown(ctx, core.DayOf(l.At))
	var v verifying
	err := s.again(ctx, func(tx *Tx) error {
		was, err := tx.lockArrival(ctx, scope, id)
		if err != nil {
			return err
		}
		if again, err := tx.arrivalDoneBefore(ctx, c.ID, id); err != nil || again {
			return err
		}
		if was.Version != c.Version {
			return ErrChanged
		}
		v = verifying{Tx: tx, l: l, c: c, policy: p, was: was, now: was}
		v.now.Version++
		return v.do(ctx)
	}, l.At)
	for _, known := range []error{core.ErrNotFound, ErrChanged, ErrNoNote, ErrNoSuchForm, ErrNoSuchArea, ErrTop} {
		if errors.Is(err, known) {
			return ArrivalDone{}, known
		}
	}
	v.done.Owner = v.now.Owner
	return v.done, wrap(err, "verify arrival "+id)
}

// lockArrival locks a person and one of their arrivals, in the order in which
// declarations do.
func (tx *Tx) lockArrival(ctx context.Context, scope duty.Scope, id string) (core.Arrival, error) {
	var person string
	err := tx.q.row(ctx, `SELECT p.id FROM arrivals r JOIN people p ON p.id = r.person_id WHERE r.id = $1`, id).Scan(&person)
	if err == nil && tx.s.pg != nil {
		err = tx.q.row(ctx, `SELECT id FROM people WHERE id = $1 FOR UPDATE`, person).Scan(&person)
	}
	var a core.Arrival
	if err == nil {
		a, err = scanArrival(tx.q.row(ctx, `SELECT `+arrivalColumns+` FROM arrivals r WHERE r.id = $1 `+tx.s.forUpdate, id))
	}
	if errors.Is(err, errNoRows) || err == nil && !scope.Holds(a.Area()) {
		return a, core.ErrNotFound
	}
	return a, err
}

// arrivalEventID is the ID of what a form did to an arrival: one form may be
// about many.
func arrivalEventID(form, arrival string) string {
	if form == "" {
		return ""
	}
	return form + "|" + arrival
}

func (tx *Tx) arrivalDoneBefore(ctx context.Context, form, arrival string) (bool, error) {
	if form == "" {
		return false, nil
	}
	var n int64
	err := tx.q.row(ctx, `SELECT COUNT(*) FROM arrival_events WHERE id = $1`, arrivalEventID(form, arrival)).Scan(&n)
	return n > 0, err
}

// verifying is one act, inside its transaction.
type verifying struct {
	*Tx
	l        Look
	c        ArrivalChange
	policy   policy
	was, now core.Arrival // the transaction's time is Tx.now
	done     ArrivalDone
}

func (v *verifying) do(ctx context.Context) error {
	settled := v.was.State == core.VerifyArrived || v.was.State == core.VerifyMoved
	switch v.c.State {
	case core.VerifyArrived:
		if v.was.State == core.VerifyMoved {
			return ErrChanged
		}
		return v.arrived(ctx)
	case core.VerifyUnverifiable:
		if settled {
			return ErrChanged
		}
		return v.unverifiable(ctx)
	case core.VerifyMoved:
		if settled {
			return ErrChanged
		}
		return v.move(ctx)
	}
	if v.was.State == core.VerifyNew {
		return ErrChanged
	}
	return v.reopen(ctx)
}

// kept writes the arrival and what happened to it.
func (v *verifying) kept(ctx context.Context, kind string) error {
	if err := v.saveArrival(ctx, &v.was, &v.now); err != nil {
		return err
	}
	after := arrivalTerms(v.now)
	if v.done.Monitoring != "" {
		after["monitoring"] = v.done.Monitoring
	}
	return v.keepArrivalEvent(ctx, arrivalEvent{id: arrivalEventID(v.c.ID, v.was.ID), arrival: v.was.ID, kind: kind, look: &v.l,
		before: arrivalTerms(v.was), after: after, note: v.c.Note})
}

// arrived keeps that the person is there, and opens the monitoring that the form
// of surveillance asks for. What runs already goes on, stricter or longer.
func (v *verifying) arrived(ctx context.Context) error {
	kind, known := monitor.KindFor(v.c.Surveillance)
	if !known || kind == core.KindCentral && v.c.Facility == "" {
		return ErrNoSuchForm
	}
	v.now.State, v.now.Surveillance, v.now.Owner = core.VerifyArrived, string(v.c.Surveillance), v.was.Area()
	if kind != core.KindNone {
		wish, err := v.wish(ctx, kind)
		if err != nil {
			return err
		}
		opened, err := v.OpenMonitoring(ctx, wish)
		if err != nil {
			return err
		}
		v.done.Monitoring, v.done.Over = opened.Monitoring.ID, opened.Monitoring.ID == ""
		if opened.Fresh {
			v.now.Monitoring = opened.Monitoring.ID
		}
	}
	return v.kept(ctx, string(core.VerifyArrived))
}

// wish is the monitoring that a form of surveillance asks for: from the day of
// arrival on, or from today for who came before it was declared; as long as the
// officer said, else until the last day of the measure in force.
func (v *verifying) wish(ctx context.Context, kind core.Kind) (core.Monitoring, error) {
	today := core.DayOf(v.Tx.now)
	m := core.Monitoring{PersonID: v.was.PersonID, Kind: kind, Base: v.was.Day, Days: v.c.Days, Window: v.c.Window, Facility: v.c.Facility, Room: v.c.Room,
		Origin: core.OpenedByOfficer, OpenedBy: v.l.Officer.ID}
	if m.Base == "" || m.Base > today {
		m.Base = today
	}
	if m.Days == 0 {
		m.Days = openDays
		var until string
		if err := v.q.row(ctx, `SELECT measure_until, measure FROM people WHERE id = $1`, v.was.PersonID).Scan(&until, new(string)); err != nil {
			return m, err
		}
		if days := int(startOf(core.Day(until)).Sub(startOf(m.Base)) / (24 * time.Hour)); until != "" && days > 0 {
			m.Days = days
		}
	}
	return m, nil
}

// unverifiable gives the arrival to the area above that of the officer, or of
// whose turn it was.
func (v *verifying) unverifiable(ctx context.Context) error {
	if v.c.Note == "" {
		return ErrNoNote
	}
	from := v.was.Owner
	if o := v.l.Officer.Area; len(o) < len(from) { // codes are shorter the larger the area
		from = o
	}
	switch {
	case len(from) == 5 && v.was.District != "":
		v.now.Owner = v.was.District
	case len(from) != 2:
		v.now.Owner = v.was.Province
	case v.was.State == core.VerifyUnverifiable && v.was.Owner == v.was.Province:
		return ErrTop
	default: // the province's own officers say so first
		v.now.Owner = v.was.Province
	}
	v.now.State = core.VerifyUnverifiable
	return v.kept(ctx, string(core.VerifyUnverifiable))
}

// reopen takes back what was settled: the arrival is new again, with whom it was.
func (v *verifying) reopen(ctx context.Context) error {
	if v.c.Note == "" {
		return ErrNoNote
	}
	v.now.State, v.now.Owner, v.now.Surveillance, v.now.Monitoring = core.VerifyNew, v.was.Area(), "", ""
	switch {
	case v.was.State == core.VerifyMoved && v.was.Other != "":
		return v.bringBack(ctx)
	case v.was.State == core.VerifyMoved:
		v.now.OtherArea = ""
	case v.was.Monitoring != "":
		if err := v.closeOpened(ctx); err != nil {
			return err
		}
	}
	return v.kept(ctx, arrivalReopened)
}

// closeOpened closes the monitoring that the verifying had opened, while it runs.
func (v *verifying) closeOpened(ctx context.Context) error {
	m, err := scanMonitored(v.q.row(ctx, `SELECT `+monitoringColumns+` FROM monitoring m WHERE m.id = $1 AND m.ended_at = 0 `+v.s.forUpdate, v.was.Monitoring))
	if errors.Is(err, errNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("find monitoring: %w", err)
	}
	w := watchChanging{Tx: v.Tx, l: v.l, c: WatchChange{Act: "close", Outcome: "mistake", Note: v.c.Note}, m: &m, from: m.Monitoring}
	return w.closeIt(ctx)
}

// toArea reads where somebody is moved: a commune of the province, or another province.
func (v *verifying) toArea() (commune bool, err error) {
	u, ok := area.Get(v.c.To)
	switch {
	case ok && u.Level == area.LevelCommune && area.Province(u.Code) == v.was.Province && u.Code != v.was.Commune:
		return true, nil
	case ok && u.Level == area.LevelProvince && u.Code != v.was.Province:
		return false, nil
	}
	return false, ErrNoSuchArea
}
