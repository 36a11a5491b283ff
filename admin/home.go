package admin

import (
	"errors"

	"khaibao/core"
	"khaibao/core/store"
)

// home is what the first page shows: the day's work of the duty.
type home struct {
	Check checkForm
	Done  string // locale key of what was just done
	Reds  []store.WatchedRow
	Count int  // of reds that nobody has taken
	Sees  bool // figures of red signs
	Work  []work
}

// work is one part of the day's work: how much of it waits, and what of that is
// late or urgent.
type work struct {
	Path, Title, What string
	Counted           bool
	Count             string
	Warned            string // what must not wait, with its count; "" for nothing
}

// redsShown is how many the first page names.
const redsShown = 10

func (s *Server) showHome(r *request) (string, any, error) {
	var h home
	if r.URL.Query().Get("done") == "password" {
		h.Done = "admin.password.done"
	}
	var err error
	h.Reds, h.Count, err = s.Store.WaitingReds(r.Context(), store.Look{Officer: *r.Officer, Screen: "home", At: r.At}, redsShown)
	if h.Sees = err == nil; err != nil && !errors.Is(err, core.ErrNotFound) {
		return "", nil, err
	}
	waiting, err := s.Store.WaitingFor(r.Context(), *r.Officer, taskScope(*r.Officer), r.At)
	if err != nil {
		return "", nil, err
	}
	for _, t := range r.Tabs() {
		if t.What != "" {
			h.Work = append(h.Work, r.work(t, waiting))
		}
	}
	return "home.html", h, nil
}

// work says how much waits in one part of the menu.
func (r *request) work(t shownTab, w store.Waiting) work {
	here := work{Path: t.Path, Title: r.T(t.Key), What: r.T(t.What, "area", r.Area(r.Officer.Area))}
	counts := func(n int, warned ...string) {
		here.Counted, here.Count = true, counted(n)
		for _, text := range warned {
			if here.Warned != "" && text != "" {
				here.Warned += " · "
			}
			here.Warned += text
		}
	}
	some := func(n int, key string) string {
		if n == 0 {
			return ""
		}
		return r.T(key, "n", counted(n))
	}
	switch t.Path {
	case tasksPath:
		counts(w.Tasks, some(w.Late, "admin.home.late"))
	case arrivalsPath:
		counts(w.Arrivals, some(w.Overdue, "admin.home.overdue"), some(w.Up, "admin.home.up"))
	case triagePath:
		counts(w.Calls, some(w.RedCalls, "admin.home.red"))
	case watchPath:
		counts(w.Watch["all"], some(w.Watch["red"], "admin.home.red"), some(w.Watch["silent"], "admin.home.silent"), some(w.Watch["ending"], "admin.home.ending"))
	}
	return here
}
