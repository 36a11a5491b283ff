package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"khaibao/core"
)

// wantTime is how long what an officer asked for is waited for.
const wantTime = 24 * time.Hour

// wanted finds the newest thing that was asked for of those an address answers
// for, and that has not come: the monitoring and what.
func (tx *Tx) wanted(ctx context.Context, at *core.Address) (monitoringID, what string, err error) {
	var after string
	err = tx.q.row(ctx, `SELECT e.monitoring_id, e.after FROM monitoring_events e JOIN monitoring m ON m.id = e.monitoring_id
		WHERE m.address_id = $1 AND m.address_id <> '' AND m.ended_at = 0 AND e.kind = $2 AND e.at > $3
			AND NOT EXISTS (SELECT 1 FROM monitoring_events f WHERE f.monitoring_id = e.monitoring_id AND f.kind = $4 AND f.at >= e.at)
		ORDER BY e.at DESC LIMIT 1`, at.ID, eventAsked, tx.now.Add(-wantTime).UnixMilli(), eventSent).Scan(&monitoringID, &after)
	if errors.Is(err, errNoRows) {
		return "", "", nil
	}
	if err != nil {
		return "", "", fmt.Errorf("what was asked for: %w", err)
	}
	var said struct{ Ask string }
	if err := json.Unmarshal([]byte(after), &said); err != nil {
		return "", "", fmt.Errorf("what was asked for: %w", err)
	}
	return monitoringID, said.Ask, nil
}

// Wanted is what an officer asked an address for that has not come: "photo",
// "location", or "" for nothing.
func (tx *Tx) Wanted(ctx context.Context, at *core.Address) (what string, err error) {
	_, what, err = tx.wanted(ctx, at)
	return what, err
}

// KeepSent keeps that what an officer asked for has come. Of a photo no more than
// that is kept; a point stands sealed in the event's note.
func (tx *Tx) KeepSent(ctx context.Context, at *core.Address, what string, point *core.Location) error {
	monitoring, wanted, err := tx.wanted(ctx, at)
	if err != nil || wanted != what || monitoring == "" {
		return err
	}
	e := watchEvent{monitoring: monitoring, kind: eventSent, after: map[string]any{"sent": what, "address": at.ID}}
	if point != nil {
		e.note = strconv.FormatFloat(point.Lat, 'f', 5, 64) + ", " + strconv.FormatFloat(point.Lon, 'f', 5, 64)
	}
	return tx.keepEvents(ctx, []watchEvent{e})
}

// OpenMonitorings opens the monitorings of a household or of any others at once:
// who shares an address is welcomed in one message.
func (tx *Tx) OpenMonitorings(ctx context.Context, wishes []core.Monitoring) ([]core.OpenedMonitoring, error) {
	return tx.openAll(ctx, wishes)
}

// SymptomsBefore are those of the newest answer about a monitoring: nil where
// there was none, or it told of none.
func (tx *Tx) SymptomsBefore(ctx context.Context, monitoringID string) ([]string, error) {
	var facts string
	err := tx.q.row(ctx, `SELECT facts FROM checkups WHERE monitoring_id = $1 ORDER BY at DESC, id DESC LIMIT 1`, monitoringID).Scan(&facts)
	if errors.Is(err, errNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("symptoms before: %w", err)
	}
	var f checkupFacts
	if err := json.Unmarshal([]byte(facts), &f); err != nil {
		return nil, fmt.Errorf("symptoms before: %w", err)
	}
	return f.Symptoms, nil
}
