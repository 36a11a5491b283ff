package admin

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"khaibao/core/duty"
	"khaibao/core/sheet"
	"khaibao/core/store"
)

// The work lists that may be taken out: who arrives, and who is to be called.

// askedValues are the filters of a link, as an export keeps them.
func askedValues(v url.Values) map[string]string {
	asked := make(map[string]string, len(v))
	for key := range v {
		if v.Get(key) != "" {
			asked[key] = v.Get(key)
		}
	}
	return asked
}

// exportOf is the form of the button of a list by the filters of its link. The
// list that is shown is "which": "list" says which kind it is.
func exportOf(list string, v url.Values) exportForm {
	f := exportForm{List: list, Hidden: askedValues(v)}
	if which := f.Hidden["list"]; which != "" {
		delete(f.Hidden, "list")
		f.Hidden["which"] = which
	}
	return f
}

// whichFor reads the fields of such a form as those of the link.
func whichFor(get func(string) string) func(string) string {
	return func(key string) string {
		if key == "list" {
			key = "which"
		}
		return get(key)
	}
}

// Export is the form of the button of this list.
func (f arrivalFilter) Export() exportForm { return exportOf("arrivals", f.Values()) }

// Export is the form of the button of this list.
func (f triageFilter) Export() exportForm { return exportOf("triage", f.Values()) }

func arrivalsOf(asked map[string]string) store.ArrivalFilter {
	return readArrivalFilter(func(key string) string { return asked[key] }).ArrivalFilter
}

func triageOf(asked map[string]string) store.TriageFilter {
	return readTriageFilter(func(key string) string { return asked[key] }).TriageFilter
}

// filterLine names one filter of a list, where it is set.
func (r *request) filterLine(lines []string, label, value string) []string {
	if value == "" {
		return lines
	}
	return append(lines, r.T("admin.sheet.filter", "what", r.T(label), "value", value))
}

var arrivalsExport = exporter{
	name: "arrivals", may: lists, named: true,
	asked: func(get func(string) string) (map[string]string, bool) {
		f := readArrivalFilter(whichFor(get))
		asked := askedValues(f.Values())
		asked["list"] = f.List
		return asked, true
	},
	words: func(r *request, asked map[string]string) []string {
		f := arrivalsOf(asked)
		lines := []string{r.T("admin.verify.list." + f.List)}
		if f.Area != "" {
			lines = r.filterLine(lines, "admin.area", r.Area(f.Area))
		}
		if f.When != "" {
			lines = r.filterLine(lines, "admin.verify.when", r.T("admin.verify.when."+f.When))
		}
		if f.Origin != "" {
			lines = r.filterLine(lines, "admin.verify.origin", r.From(f.Origin))
		}
		lines = r.filterLine(lines, "admin.field.colour", r.stateWord(f.Colour))
		if f.Sub != "" {
			lines = r.filterLine(lines, "admin.verify.sub", r.Quarter(f.Sub))
		}
		return lines
	},
	heads: func(r *request) []sheet.Head { return headsOf(r, arrivalColumns) },
	count: func(ctx context.Context, r *request, asked map[string]string, most int) (int, error) {
		return r.s.Store.CountArrivals(ctx, r.look(), r.Officer.ListScope(), arrivalsOf(asked), most)
	},
	next: func(ctx context.Context, r *request, asked map[string]string, after string, n int) ([][]sheet.Cell, string, error) {
		rows, next, err := r.s.Store.ArrivalRows(ctx, r.look(), r.Officer.ListScope(), arrivalsOf(asked), after, n)
		return cellsOf(r, arrivalColumns, rows), next, err
	},
}

var arrivalColumns = []column[store.ArrivalRow]{
	{"name", "", 28, sheet.Text, func(_ *request, a store.ArrivalRow) string { return a.Name }},
	{"born", duty.FullIdentity, 10, sheet.Number, func(_ *request, a store.ArrivalRow) string { return number(a.BirthYear) }},
	{"sex", duty.FullIdentity, 10, sheet.Text, func(r *request, a store.ArrivalRow) string { return r.Sex(a.Sex) }},
	{"area", "", 34, sheet.Text, func(r *request, a store.ArrivalRow) string { return r.Area(a.Area()) }},
	{"sub", duty.FullIdentity, 18, sheet.Text, func(r *request, a store.ArrivalRow) string { return r.Quarter(a.Sub) }},
	{"from", duty.ExposureSymptoms, 24, sheet.Text, func(r *request, a store.ArrivalRow) string {
		if a.Origin == "" {
			return ""
		}
		return r.From(a.Origin)
	}},
	{"day", duty.ExposureSymptoms, 12, sheet.Date, func(_ *request, a store.ArrivalRow) string { return string(a.Day) }},
	{"colour", duty.ExposureSymptoms, 12, sheet.Text, func(r *request, a store.ArrivalRow) string { return r.stateWord(a.Colour) }},
	{"state", "", 20, sheet.Text, func(r *request, a store.ArrivalRow) string { return r.Verification(a.State) }},
	{"level", "", 26, sheet.Text, func(r *request, a store.ArrivalRow) string { return r.Level(a.Arrival) }},
	{"surveillance", "", 32, sheet.Text, func(r *request, a store.ArrivalRow) string {
		if a.Surveillance == "" {
			return ""
		}
		return r.Surveillance(a.Surveillance)
	}},
	{"officer", duty.FullIdentity, 22, sheet.Text, func(_ *request, a store.ArrivalRow) string {
		if a.Last == nil {
			return ""
		}
		return a.Last.Officer
	}},
	{"verified", duty.FullIdentity, 17, sheet.Date, func(_ *request, a store.ArrivalRow) string {
		if a.Last == nil {
			return ""
		}
		return cellMoment(a.Last.At)
	}},
	{"note", duty.FullIdentity, 30, sheet.Text, func(_ *request, a store.ArrivalRow) string {
		if a.Last == nil {
			return ""
		}
		return a.Last.Note
	}},
}

var triageExport = exporter{
	name: "triage", may: may(duty.Watch), named: true,
	asked: func(get func(string) string) (map[string]string, bool) {
		return askedValues(readTriageFilter(get).Values()), true
	},
	words: func(r *request, asked map[string]string) []string {
		f := triageOf(asked)
		lines := r.filterLine(nil, "admin.field.colour", r.stateWord(f.Colour))
		if slices.Contains(store.TriageStates(), f.State) {
			lines = append(lines, r.T("admin.triage.state."+f.State))
		}
		if f.Area != "" {
			lines = r.filterLine(lines, "admin.area", r.Area(f.Area))
		}
		return lines
	},
	heads: func(r *request) []sheet.Head { return headsOf(r, triageColumns) },
	count: func(ctx context.Context, r *request, asked map[string]string, most int) (int, error) {
		return r.s.Store.CountTriage(ctx, r.look(), r.Officer.WatchScope(), triageOf(asked), most)
	},
	next: func(ctx context.Context, r *request, asked map[string]string, after string, n int) ([][]sheet.Cell, string, error) {
		rows, next, err := r.s.Store.TriageRows(ctx, r.look(), r.Officer.WatchScope(), triageOf(asked), after, n)
		return cellsOf(r, triageColumns, rows), next, err
	},
}

var triageColumns = []column[store.TriageRow]{
	{"name", "", 28, sheet.Text, func(_ *request, p store.TriageRow) string { return p.Name }},
	{"born", "", 10, sheet.Number, func(_ *request, p store.TriageRow) string { return number(p.BirthYear) }},
	{"sex", "", 10, sheet.Text, func(r *request, p store.TriageRow) string { return r.Sex(p.Sex) }},
	{"area", "", 34, sheet.Text, func(r *request, p store.TriageRow) string { return r.Area(p.Area) }},
	{"sub", "", 18, sheet.Text, func(r *request, p store.TriageRow) string { return r.Quarter(p.Sub) }},
	{"colour", duty.ExposureSymptoms, 12, sheet.Text, func(r *request, p store.TriageRow) string { return r.stateWord(p.Colour) }},
	{"reasons", duty.ExposureSymptoms, 44, sheet.Text, func(r *request, p store.TriageRow) string { return strings.Join(r.Reasons(p.Verdict), "; ") }},
	{"waits", "", 17, sheet.Date, func(_ *request, p store.TriageRow) string { return cellMoment(p.Since) }},
	{"state", "", 20, sheet.Text, func(r *request, p store.TriageRow) string {
		if at := int(p.State); at >= 0 && at < len(store.TriageStates()) {
			return r.T("admin.triage.state." + store.TriageStates()[at])
		}
		return ""
	}},
	{"attempts", "", 10, sheet.Number, func(_ *request, p store.TriageRow) string { return strconv.Itoa(p.Tries) }},
	{"outcome", "", 24, sheet.Text, func(r *request, p store.TriageRow) string {
		if p.Outcome == "" {
			return ""
		}
		return r.T("admin.outcome." + p.Outcome)
	}},
	{"officer", "", 22, sheet.Text, func(_ *request, p store.TriageRow) string { return p.By }},
	{"kind", "", 24, sheet.Text, func(r *request, p store.TriageRow) string {
		if p.Kind == "" {
			return ""
		}
		return r.Kind(p.Kind)
	}},
}
