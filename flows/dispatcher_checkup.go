package flows

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"khaibao/core"
)

// applyWatch does an effect of the daily question or of an officer's own chat.
func (r *turnRun) applyWatch(ctx context.Context, effect Effect) (Result, error) {
	switch e := effect.(type) {
	case FindWatched:
		return r.findWatched(ctx, e)
	case KeepCheckups:
		return r.keepCheckups(ctx, e)
	case KeepSent:
		return nil, r.tx.KeepSent(ctx, r.at, e.What, e.At)
	case LinkOfficer:
		o, err := r.tx.LinkOfficer(ctx, r.at, e.Code)
		return OfficerSaid{OfficerChat: o, Word: officerLink}, err
	case UnlinkOfficer:
		o, err := r.tx.UnlinkOfficer(ctx, r.at)
		return OfficerSaid{OfficerChat: o, Word: officerUnlink}, err
	case TakeAlert:
		o, err := r.tx.TakeAlert(ctx, r.at, e.Task)
		return OfficerSaid{OfficerChat: o, Word: officerTake, Task: e.Task}, err
	}
	return nil, fmt.Errorf("no way to do effect %T", effect)
}

// findWatched gives whom the address answers for, and what an officer asked this
// address to send.
func (r *turnRun) findWatched(ctx context.Context, e FindWatched) (Result, error) {
	list, err := r.tx.Watched(ctx, r.at)
	out := Watched{In: e.In, List: list}
	if err != nil || e.In.Photo == nil && e.In.Location == nil {
		return out, err
	}
	out.Want, err = r.tx.Wanted(ctx, r.at)
	return out, err
}

// keepCheckups keeps answers with the colour that the rules in force give them,
// and tells officers of what is red at once.
func (r *turnRun) keepCheckups(ctx context.Context, e KeepCheckups) (Result, error) {
	out := CheckedUp{People: e.People}
	for _, c := range e.List {
		w := byID(e.People, c.MonitoringID)
		if w == nil {
			continue
		}
		c.AddressID, c.MessageID = r.at.ID, r.cause
		if c.Day != r.event.Today { // one message may tell of two days
			c.MessageID += " " + string(c.Day)
		}
		judged, err := r.colour(ctx, c, *w)
		if err != nil {
			return nil, err
		}
		c.Colour = c.Colour.Worse(judged)
		kept, err := r.tx.KeepCheckup(ctx, c)
		if errors.Is(err, core.ErrNotFound) { // merged or purged since it was found
			continue
		}
		if err != nil {
			return nil, err
		}
		r.d.Count("checkup_"+string(c.Colour), r.at.Channel)
		if kept.Task == core.TaskRed {
			if err := r.tx.AlertRed(ctx, c.MonitoringID, alertSigns(c)); err != nil {
				return nil, err
			}
		}
		out.List = append(out.List, CheckupKept{Said: c, Kept: kept, Of: *w})
	}
	return out, nil
}

// alertSigns are the locale keys of the signs that make an answer red.
func alertSigns(c core.Checkup) (keys []string) {
	for _, id := range redSigns {
		if slices.Contains(c.Symptoms, id) {
			keys = append(keys, "symptom."+id)
		}
	}
	if c.SpO2 > 0 && c.SpO2 <= lowSpO2 {
		keys = append(keys, "symptom.low_spo2")
	}
	if len(keys) == 0 {
		keys = []string{"alert.sign.red"}
	}
	return keys
}

// colour is what the rules in force make of an answer.
func (r *turnRun) colour(ctx context.Context, c core.Checkup, w core.Watched) (core.Colour, error) {
	var before []string
	var err error
	if len(c.Symptoms) > 0 {
		before, err = r.tx.SymptomsBefore(ctx, c.MonitoringID)
	}
	return r.judge.checkup(c, w, before), err
}
