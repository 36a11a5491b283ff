package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/monitor"
)

// Call is what came of calling somebody about what they declared.
type Call struct {
	ID      string // of the form: the same one sent twice counts once
	Version int    // of TriageRow as the officer saw it; 0 where the person was on no list
	Outcome string // one of CallOutcomes
	Note    string // kept sealed

	// What was told; the colour of Checkup is by the rules. It is kept as an
	// answer where the person is monitored.
	Checkup *core.Checkup

	// The form of surveillance that is written down with it, "" for none; it opens
	// monitoring as the same form of an arrival does.
	Surveillance monitor.Surveillance
	Days         int // 0 as the verdict says
	Facility     string
	Room         string
}

// CallOutcomes are how a call may turn out. Those of the first four verify the
// person; the others leave them to be tried again or visited.
func CallOutcomes() []string {
	return []string{"well", "ill", "visited", "hospital", "no_answer", "wrong_number", "refused"}
}

// verifyingOutcomes is how many of CallOutcomes verify.
const verifyingOutcomes = 4

// visitTime is by when somebody who cannot be called must be visited.
const visitTime = 4 * time.Hour

// CallDone is what came of keeping a call.
type CallDone struct {
	Monitoring string // ID of the monitoring that was opened or goes on by it; "" for none
	Over       bool   // its period is over already, so that nothing was opened
	Visit      bool   // a task asks for a visit
}

// KeepCall keeps a call to a person of the scope with all that follows: how they
// stand on the lists of triage, the answer of who is monitored, a form of
// surveillance, a task to visit whom a telephone does not reach. ErrChanged when
// somebody called or they declared since the officer looked. Outside the scope,
// and for a duty that may not, it is core.ErrNotFound.
func (s *Store) KeepCall(ctx context.Context, l Look, scope duty.Scope, personID string, c Call) (CallDone, error) {
	kind, known := monitor.KindFor(c.Surveillance)
	if c.Surveillance != "" && (!known || kind == core.KindCentral && c.Facility == "") {
		return CallDone{}, ErrNoSuchForm
	}
	if !l.Officer.MayDo(duty.Call) || c.Surveillance != "" && !l.Officer.MayDo(duty.Manage) || !slices.Contains(CallOutcomes(), c.Outcome) ||
		!goodText(personID, c.ID, c.Note, c.Facility, c.Room) {
		return CallDone{}, core.ErrNotFound
	}
	var done CallDone
	err := s.again(ctx, func(tx *Tx) error {
		done = CallDone{}
		var home core.PersonFacts
		err := tx.q.row(ctx, `SELECT commune, district, province FROM people WHERE id = $1 AND merged_into = '' `+s.forUpdate, personID).Scan(&home.Commune, &home.District, &home.Province)
		if errors.Is(err, errNoRows) || err == nil && !scope.Holds(finest(home.Commune, home.District, home.Province)) {
			return core.ErrNotFound
		}
		var before int64
		if err == nil {
			err = tx.q.row(ctx, `SELECT COUNT(*) FROM calls WHERE id = $1`, c.ID).Scan(&before)
		}
		if err != nil || before > 0 { // sent twice
			return err
		}
		if c.ID == "" {
			c.ID = core.NewID()
		}
		if err := tx.keepTriageCall(ctx, l, personID, c); err != nil {
			return err
		}
		if err := tx.keepCall(ctx, l, personID, c); err != nil {
			return err
		}
		if err := tx.tellMonitored(ctx, l, personID, c); err != nil {
			return err
		}
		if kind != core.KindNone {
			wish := verifying{Tx: tx, l: l, c: ArrivalChange{Days: c.Days, Facility: c.Facility, Room: c.Room}, was: core.Arrival{PersonID: personID}}
			m, err := wish.wish(ctx, kind)
			if err != nil {
				return err
			}
			opened, err := tx.OpenMonitoring(ctx, m)
			if err != nil {
				return err
			}
			done.Monitoring, done.Over = opened.Monitoring.ID, opened.Monitoring.ID == ""
		}
		if done.Visit = c.Outcome == "wrong_number" || c.Outcome == "refused"; done.Visit {
			return tx.OpenTask(ctx, core.Task{Kind: core.TaskVisit, PersonID: personID, Commune: home.Commune, District: home.District, Province: home.Province,
				Note: c.Outcome, Due: l.At.Add(visitTime)})
		}
		return nil
	}, l.At)
	if errors.Is(err, core.ErrNotFound) || errors.Is(err, ErrChanged) {
		return CallDone{}, err
	}
	return done, wrap(err, "keep a call to person "+personID)
}

// keepTriageCall keeps what a call means for the lists.
func (tx *Tx) keepTriageCall(ctx context.Context, l Look, personID string, c Call) error {
	state := TriageTried
	if slices.Index(CallOutcomes(), c.Outcome) < verifyingOutcomes {
		state = TriageVerified
	}
	n, err := tx.q.exec(ctx, `UPDATE triage SET state = CASE WHEN state = 2 THEN 2 ELSE $2 END, seen_rank = CASE WHEN $2 = 2 THEN colour_rank ELSE seen_rank END,
			tries = tries + 1, outcome = $3, worked_at = $4, worked_by = $5, taken_by = '', taken_until = 0, version = version + 1
		WHERE person_id = $1 AND version = $6`, personID, int64(state), c.Outcome, l.At.UnixMilli(), l.Officer.ID, c.Version)
	if err != nil || n > 0 {
		return err
	}
	var listed int64
	err = tx.q.row(ctx, `SELECT COUNT(*) FROM triage WHERE person_id = $1`, personID).Scan(&listed)
	if err == nil && listed > 0 {
		err = ErrChanged
	}
	return err
}

// callFacts is what was told, in clear.
type callFacts struct {
	Symptoms    []string `json:"symptoms,omitempty"`
	Temperature float64  `json:"temperature,omitempty"`
	SpO2        int      `json:"spo2,omitempty"`
}

func (tx *Tx) keepCall(ctx context.Context, l Look, personID string, c Call) error {
	facts := ""
	if c.Checkup != nil {
		text, err := json.Marshal(callFacts{c.Checkup.Symptoms, c.Checkup.Temperature, c.Checkup.SpO2})
		if err != nil {
			return fmt.Errorf("keep call: %w", err)
		}
		facts = string(text)
	}
	var note []byte
	if c.Note != "" {
		note = tx.s.keys.SealString("calls.note", c.ID, c.Note)
	}
	_, err := tx.q.exec(ctx, `INSERT INTO calls (id, person_id, officer_id, duty, outcome, facts, surveillance, note, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		c.ID, personID, l.Officer.ID, string(l.Officer.Duty), c.Outcome, facts, string(c.Surveillance), note, l.At.UnixMilli())
	return wrap(err, "keep call")
}

// tellMonitored keeps the call with the monitoring that runs, and what was told
// as an answer.
func (tx *Tx) tellMonitored(ctx context.Context, l Look, personID string, c Call) error {
	m, err := scanMonitored(tx.q.row(ctx, `SELECT `+monitoringColumns+` FROM monitoring m WHERE m.person_id = $1 AND m.ended_at = 0 `+tx.s.forUpdate, personID))
	if errors.Is(err, errNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("find monitoring: %w", err)
	}
	w := watchChanging{Tx: tx, l: l, c: WatchChange{Act: "call", ID: c.ID, Outcome: c.Outcome, Note: c.Note, Checkup: c.Checkup}, m: &m, from: m.Monitoring}
	return w.called(ctx)
}

// callsOf lists the calls to a person, the newest first.
func (s *Store) callsOf(ctx context.Context, q querier, personID string) ([]Happening, error) {
	r, err := q.query(ctx, `SELECT c.id, COALESCE((SELECT o.name FROM officers o WHERE o.id = c.officer_id), ''), c.duty, c.outcome, c.facts, c.surveillance, c.note, c.at
		FROM calls c WHERE c.person_id = $1 ORDER BY c.at DESC, c.id DESC LIMIT $2`, personID, maxHappened)
	list, err := collect(r, err, func(r scanner) (h Happening, err error) {
		var outcome, facts, surveillance string
		var note []byte
		var at int64
		if err = r.Scan(&h.ID, &h.Officer, &h.Duty, &outcome, &facts, &surveillance, &note, &at); err != nil {
			return h, err
		}
		h.Kind, h.At, h.After = eventCalled, time.UnixMilli(at), map[string]any{"outcome": outcome}
		if surveillance != "" {
			h.After["surveillance"] = surveillance
		}
		if facts != "" {
			var said callFacts
			if err := json.Unmarshal([]byte(facts), &said); err != nil {
				return h, fmt.Errorf("call %s is no JSON", h.ID)
			}
			h.Checkup = &core.Checkup{PersonID: personID, At: h.At, Symptoms: said.Symptoms, Well: outcome == "well", Temperature: said.Temperature, SpO2: said.SpO2}
		}
		h.Note, err = s.keys.OpenString("calls.note", h.ID, note)
		return h, err
	})
	return list, wrap(err, "calls")
}
