package admin

import (
	"slices"
	"time"

	"khaibao/core"
	"khaibao/core/store"
)

// storyEvent is one thing that happened to a person, in words.
type storyEvent struct {
	At      time.Time
	Title   string
	Href    string
	Text    string
	State   *Colour
	Verdict *core.Verdict
	Fields  []fieldChange
	Note    string
	By      string // who did it, with their duty
}

// story puts everything that is known of a person into one row, the newest first.
func (r *request) story(rec *store.PersonRecord) (all []storyEvent) {
	for i, v := range rec.Versions {
		e := storyEvent{At: v.At, Title: r.FormTitle(v.Form), Href: "/admin/declarations/" + v.ID, By: v.Author}
		if v.Version > 1 {
			e.Title += " · " + r.T("admin.version", "n", thousands(v.Version))
		}
		if v.Verdict.Colour != "" {
			e.Verdict = &v.Verdict
		}
		e.Text = joined(r.Symptoms(v), r.Exposures(v))
		for _, before := range rec.Versions[i+1:] {
			if before.Form == v.Form {
				e.Fields = r.compare(before, v)
				break
			}
		}
		all = append(all, e)
	}
	for _, d := range rec.Decisions {
		all = append(all, storyEvent{At: d.At, Title: r.Happened(d.Why), Verdict: &d.Verdict, Note: d.Note, By: d.Officer})
	}
	for _, h := range rec.Verified {
		all = append(all, r.happening(h, r.T("admin.verify.event."+h.Kind), arrivalsPath+"/"+h.ID))
	}
	for _, w := range rec.Monitorings {
		all = append(all, r.watchStory(rec, w)...)
	}
	for _, h := range rec.Calls {
		e := r.happening(h, r.Happened(h.Kind), "")
		if h.Checkup != nil {
			e.Text = r.Checkup(h.Checkup)
		}
		all = append(all, e)
	}
	for _, h := range rec.Worked {
		e := storyEvent{At: h.At, Title: r.TaskKind(h.Form) + ": " + r.T("admin.task.event."+h.Kind), Href: "/admin/tasks/" + h.ID, Note: h.Note, By: r.by(h)}
		if outcome, _ := h.After["outcome"].(string); outcome != "" {
			e.Text = r.orKey("admin.task.outcome."+outcome, outcome)
		}
		if !slices.ContainsFunc(rec.Tasks, func(t store.OpenTask) bool { return t.ID == h.ID }) {
			e.Href = "" // it is closed
		}
		all = append(all, e)
	}
	for _, c := range rec.Corrections {
		e := storyEvent{At: c.At, Title: r.T("admin.correction.different"), By: c.Officer}
		if c.Kind == "merged" {
			e.Title = r.T("admin.correction.merged", "kept", thousands(c.Kept), "came", thousands(c.Came))
		}
		all = append(all, e)
	}
	slices.SortStableFunc(all, func(a, b storyEvent) int { return b.At.Compare(a.At) })
	return all
}

// by names who did something.
func (r *request) by(h store.Happening) string {
	if h.Officer == "" || h.Duty == "" {
		return h.Officer
	}
	return h.Officer + " · " + r.Duty(h.Duty)
}

func (r *request) happening(h store.Happening, title, href string) storyEvent {
	return storyEvent{At: h.At, Title: title, Href: href, Fields: r.Changed(h), Note: h.Note, By: r.by(h)}
}

// watchStory is one monitoring: what was asked and answered, and what officers
// did. A call stands among the calls already.
func (r *request) watchStory(rec *store.PersonRecord, w store.WatchedRecord) (all []storyEvent) {
	href := watchPath + "/" + w.ID
	for _, h := range w.Events {
		called := slices.ContainsFunc(rec.Calls, func(c store.Happening) bool { return c.At.Equal(h.At) })
		if h.Kind == "called" && called {
			continue
		}
		e := r.happening(h, r.Happened(h.Kind), href)
		if h.Checkup != nil {
			e.State, e.Text = r.State(h.Checkup.Colour), r.Checkup(h.Checkup)
		}
		all = append(all, e)
	}
	for _, d := range w.Days {
		for _, slot := range d.Slots {
			at := slot.Due
			if !slot.Prompted.IsZero() {
				at = slot.Prompted
			}
			if !at.After(r.At) {
				all = append(all, storyEvent{At: at, Title: r.Happened("prompted"), Href: href, Text: r.SlotWord(slot)})
			}
		}
	}
	return all
}
