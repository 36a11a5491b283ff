package admin

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"khaibao/core"
	"khaibao/core/store"
)

// logDays is how many days the log shows until one asks for others, today
// included; logMost is how long they are kept.
const (
	logDays = 7
	logMost = 731
)

// logPage is the log of who saw and did what.
type logPage struct {
	Rows    []store.Doing
	From    core.Day
	To      core.Day // included
	Kind    string
	Officer string // ID
	Name    string // of that officer
	Typed   string // whom it is about, as it was typed
	Errors  map[string]string
	Older   store.DoingCursor
	Later   bool // a page before this one was left
}

func (p logPage) Kinds() []string { return store.DidKinds() }

// V is a hidden field of the search that is sent again for older rows.
func (p logPage) V(name string) string {
	return map[string]string{"from": string(p.From), "to": string(p.To), "kind": p.Kind, "officer": p.Officer, "q": p.Typed}[name]
}

// With is the log with one filter changed; whom it is about stays out of
// addresses.
func (p logPage) With(key, value string) string {
	v := url.Values{}
	for _, name := range []string{"from", "to", "kind", "officer"} {
		if is := p.V(name); is != "" {
			v.Set(name, is)
		}
	}
	v.Del(key)
	if value != "" {
		v.Set(key, value)
	}
	return logPath + "?" + v.Encode()
}

// Next is the address of the older rows, where nobody was searched for.
func (p logPage) Next() string {
	if p.Older == (store.DoingCursor{}) {
		return ""
	}
	return p.With("before", p.Before())
}

// Before is the cursor as one text.
func (p logPage) Before() string { return strconv.FormatInt(p.Older.At, 10) + "." + p.Older.ID }

// showLog lists what the officers of the area saw and did. Who it is about is
// asked by POST: a number in hand never stands in an address.
func (s *Server) showLog(r *request) (string, any, error) {
	if err := parseForm(r); err != nil {
		return "", nil, err
	}
	p := logPage{Kind: r.FormValue("kind"), Officer: r.FormValue("officer"), Typed: strings.ToValidUTF8(r.PostFormValue("q"), ""), Errors: map[string]string{}}
	f := store.DoingFilter{Kind: p.Kind, Officer: p.Officer}
	if p.Kind != "" && !slices.Contains(store.DidKinds(), p.Kind) {
		return "", nil, core.ErrNotFound
	}
	p.readDays(r, &f)
	if p.Typed != "" {
		hand, complaint := readInHand(p.Typed)
		if complaint != "" {
			p.Errors["q"] = complaint
		}
		f.Hand = store.InHand{Code: hand.Code, Number: hand.Number, ID: hand.ID, Phone: hand.Phone}
	}
	if at, id, ok := strings.Cut(r.FormValue("before"), "."); ok {
		f.Before.ID = id
		f.Before.At, _ = strconv.ParseInt(at, 10, 64) // no number is the newest page
		p.Later = f.Before.At > 0
	}
	if p.Officer != "" {
		a, _, err := s.Store.Account(r.Context(), r.Officer.LogScope(), p.Officer)
		if err != nil {
			return "", nil, err
		}
		p.Name = a.Name
	}
	if len(p.Errors) > 0 {
		return "log.html", p, status(http.StatusUnprocessableEntity)
	}
	var more bool
	var err error
	p.Rows, more, err = s.Store.Doings(r.Context(), store.Look{Officer: *r.Officer, Screen: "log", At: r.At}, r.Officer.LogScope(), f)
	if more {
		last := p.Rows[len(p.Rows)-1]
		p.Older = store.DoingCursor{At: last.At.UnixMilli(), ID: last.ID}
	}
	return "log.html", p, err
}

// readDays takes the range of days; without one it is the last week.
func (p *logPage) readDays(r *request, f *store.DoingFilter) {
	today := core.DayOf(r.At)
	read := func(field string, preset core.Day) core.Day {
		day, ok := readDay(r.FormValue(field))
		if !ok {
			p.Errors[field] = "admin.act.wrong.day"
		}
		if day == "" {
			return preset
		}
		return day
	}
	p.To = read("to", today)
	p.From = read("from", p.To.Add(1-logDays))
	switch {
	case p.From > p.To:
		p.Errors["from"] = "admin.doors.log.order"
	case p.From < today.Add(-logMost):
		p.From = today.Add(-logMost)
	}
	f.From, f.To = dayStart(p.From), dayStart(p.To.Add(1))
}

// dayStart is the midnight with which a day begins.
func dayStart(d core.Day) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, string(d), core.Zone)
	if err != nil {
		return time.Time{}
	}
	return t
}

// Did says what an officer saw or did.
func (r *request) Did(d store.Doing) string {
	switch d.Kind {
	case store.DidSee:
		return r.screen(d.What)
	case store.DidEnter:
		return r.FormTitle(d.What)
	case store.DidMonitor:
		return r.Happened(d.What)
	case store.DidAccount:
		return r.T("admin.doors.event."+d.What) + ": " + d.About
	case store.DidClass:
		return d.What
	case store.DidPolicy:
		about := d.About
		if strings.HasPrefix(d.What, "area_") && about != "" {
			about = r.Area(about)
		}
		return strings.TrimSuffix(r.T("admin.doors.did.policy."+d.What)+": "+about, ": ")
	case store.DidCall:
		return r.orKey("admin.outcome."+d.What, d.What)
	case store.DidExport:
		return r.orKey("admin.sheet.list."+d.What, d.What)
	case store.DidTask:
		what := r.orKey("admin.task.event."+d.What, d.What)
		if d.Fields != "" {
			what += ": " + r.orKey("admin.task.outcome."+d.Fields, d.Fields)
		}
		return what
	}
	return r.orKey("admin.doors.did."+d.Kind+"."+d.What, d.What)
}

// screen names the page on which somebody was looked up; a new page may have
// the name of its act only.
func (r *request) screen(name string) string {
	if key := "admin.doors.screen." + name; r.Has(key) {
		return r.T(key)
	}
	return r.orKey("admin.act."+name, name)
}

// Saw lists the groups of fields that were shown.
func (r *request) Saw(d store.Doing) string {
	var list []string
	for group := range strings.FieldsSeq(d.Fields) {
		list = append(list, r.orKey("admin.doors.group."+group, group))
	}
	return strings.Join(list, ", ")
}
