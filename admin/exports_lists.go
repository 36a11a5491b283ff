package admin

import (
	"context"
	"slices"
	"strconv"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/sheet"
	"khaibao/core/store"
)

// The lists that may be taken out.

var declarationsExport = exporter{
	name: "declarations", may: lists, named: true,
	asked: func(get func(string) string) (map[string]string, bool) {
		f := readFilter(get)
		f.read()
		asked := map[string]string{"name": f.Name}
		for key, values := range f.Values() {
			asked[key] = values[0]
		}
		return asked, len(f.Errors) == 0
	},
	words: func(r *request, asked map[string]string) []string {
		var lines []string
		line := func(label, value string) {
			if value != "" {
				lines = append(lines, r.T("admin.sheet.filter", "what", r.T(label), "value", value))
			}
		}
		line("admin.filter.name.label", asked["name"])
		line("admin.filter.from", r.dayIf(asked["from"]))
		line("admin.filter.to", r.dayIf(asked["to"]))
		if code := asked["area"]; code != "" {
			line("admin.area", r.Area(code))
		}
		if form := asked["form"]; slices.Contains(forms, form) {
			line("admin.sheet.col.form", r.FormTitle(form))
		}
		if from := asked["origin"]; from != "" {
			line("admin.filter.origin", r.From(from))
		}
		if name := asked["channel"]; slices.Contains(channels, name) {
			line("admin.filter.channel", r.Channel(name))
		}
		if show := asked["show"]; show == "symptomatic" || show == "exposed" {
			line("admin.filter.show", r.T("admin.list."+show))
		}
		if proof := asked["proof"]; slices.Contains(proofs, proof) {
			line("admin.filter.proof", r.T("admin.filter.proof."+proof))
		}
		if colour := core.Colour(asked["colour"]); colour.Rank() > 0 {
			line("admin.field.colour", r.T("admin.state."+string(colour)))
		}
		if asked["newest"] == "1" {
			lines = append(lines, r.T("admin.filter.newest"))
		}
		for _, only := range r.FigureChips(readFilter(func(key string) string { return asked[key] })) {
			lines = append(lines, only.Name)
		}
		return lines
	},
	heads: func(r *request) []sheet.Head { return headsOf(r, declarationColumns) },
	count: func(ctx context.Context, r *request, asked map[string]string, most int) (int, error) {
		f := readFilter(func(key string) string { return asked[key] })
		return r.s.Store.CountDeclarations(ctx, r.look(), r.Officer.ListScope(), f.read(), most)
	},
	next: func(ctx context.Context, r *request, asked map[string]string, after string, n int) ([][]sheet.Cell, string, error) {
		f := readFilter(func(key string) string { return asked[key] })
		rows, cursor, err := r.s.Store.ExportDeclarations(ctx, r.look(), r.Officer.ListScope(), f.read(), parseCursor(after), n)
		if err != nil || cursor == (store.Cursor{}) {
			return cellsOf(r, declarationColumns, rows), "", err
		}
		return cellsOf(r, declarationColumns, rows), cursorText(cursor), nil
	},
}

func (r *request) look() store.Look {
	return store.Look{Officer: *r.Officer, Screen: "export", At: r.At}
}

func (r *request) dayIf(day string) string {
	if day == "" {
		return ""
	}
	return r.Day(day)
}

var declarationColumns = []column[store.FullRow]{
	{"name", "", 28, sheet.Text, func(_ *request, d store.FullRow) string { return d.Name }},
	{"birth", duty.FullIdentity, 12, sheet.Date, func(_ *request, d store.FullRow) string {
		if d.Birth == "" {
			return number(d.BirthYear)
		}
		return d.Birth
	}},
	{"sex", duty.FullIdentity, 10, sheet.Text, func(r *request, d store.FullRow) string { return r.Sex(d.Sex) }},
	{"id", duty.FullIdentity, 16, sheet.Text, func(_ *request, d store.FullRow) string { return d.IDNumber }},
	{"phone", duty.FullIdentity, 16, sheet.Text, func(r *request, d store.FullRow) string {
		if len(d.Phones) == 0 {
			return ""
		}
		return r.National(d.Phones[0].E164)
	}},
	{"area", "", 34, sheet.Text, func(r *request, d store.FullRow) string { return r.Area(d.Area) }},
	{"sub", duty.FullIdentity, 18, sheet.Text, func(r *request, d store.FullRow) string { return r.Quarter(d.Sub) }},
	{"house", duty.FullIdentity, 24, sheet.Text, func(_ *request, d store.FullRow) string { return d.House }},
	{"at", "", 17, sheet.Date, func(_ *request, d store.FullRow) string { return cellMoment(d.At) }},
	{"form", "", 20, sheet.Text, func(r *request, d store.FullRow) string { return r.FormTitle(d.Form) }},
	{"version", "", 8, sheet.Number, func(_ *request, d store.FullRow) string { return strconv.Itoa(d.Version) }},
	{"channel", "", 14, sheet.Text, func(r *request, d store.FullRow) string { return r.Channel(d.Channel) }},
	{"proof", "", 16, sheet.Text, func(r *request, d store.FullRow) string {
		if d.Proven {
			return r.T("admin.filter.proof.proven")
		}
		return r.T("admin.filter.proof.unproven")
	}},
	{"colour", duty.ExposureSymptoms, 12, sheet.Text, func(r *request, d store.FullRow) string { return r.stateWord(d.Colour) }},
	{"symptoms", duty.ExposureSymptoms, 28, sheet.Text, func(r *request, d store.FullRow) string { return r.RowSymptoms(d.Row) }},
	{"exposures", duty.ExposureSymptoms, 34, sheet.Text, func(r *request, d store.FullRow) string { return r.RowExposures(d.Row) }},
}

func (r *request) stateWord(c core.Colour) string {
	if s := r.State(c); s != nil {
		return s.Word
	}
	return ""
}

var watchExport = exporter{
	name: "monitoring", may: may(duty.Watch), named: true,
	asked: func(get func(string) string) (map[string]string, bool) {
		asked := map[string]string{"list": "all", "area": get("area")}
		if slices.Contains(store.WatchLists(), get("which")) {
			asked["list"] = get("which")
		}
		return asked, true
	},
	words: func(r *request, asked map[string]string) []string {
		lines := []string{r.T("admin.watch.list." + asked["list"])}
		if code := asked["area"]; code != "" {
			lines = append(lines, r.T("admin.sheet.filter", "what", r.T("admin.area"), "value", r.Area(code)))
		}
		return lines
	},
	heads: func(r *request) []sheet.Head { return headsOf(r, watchColumns) },
	count: func(ctx context.Context, r *request, asked map[string]string, most int) (int, error) {
		page, err := r.s.Store.WatchList(ctx, r.look(), r.Officer.WatchScope(), store.WatchFilter{List: asked["list"], Area: asked["area"]}, "")
		return min(page.Counts[asked["list"]], most), err
	},
	next: func(ctx context.Context, r *request, asked map[string]string, after string, n int) ([][]sheet.Cell, string, error) {
		rows, next, err := r.s.Store.WatchRows(ctx, r.look(), r.Officer.WatchScope(), store.WatchFilter{List: asked["list"], Area: asked["area"]}, after, n)
		return cellsOf(r, watchColumns, rows), next, err
	},
}

var watchColumns = []column[store.WatchedRow]{
	{"name", "", 28, sheet.Text, func(_ *request, w store.WatchedRow) string { return w.Name }},
	{"born", "", 10, sheet.Number, func(_ *request, w store.WatchedRow) string { return number(w.BirthYear) }},
	{"area", "", 34, sheet.Text, func(r *request, w store.WatchedRow) string { return r.Area(w.Area) }},
	{"place", "", 24, sheet.Text, func(r *request, w store.WatchedRow) string { return r.Place(w.Monitoring) }},
	{"kind", "", 24, sheet.Text, func(r *request, w store.WatchedRow) string { return r.Kind(w.Kind) }},
	{"since", "", 12, sheet.Date, func(_ *request, w store.WatchedRow) string { return string(w.From) }},
	{"until", "", 12, sheet.Date, func(_ *request, w store.WatchedRow) string { return string(w.Until) }},
	{"colour", "", 12, sheet.Text, func(r *request, w store.WatchedRow) string {
		if s := r.RowState(w); s != nil {
			return s.Word
		}
		return ""
	}},
	{"symptoms", duty.ExposureSymptoms, 28, sheet.Text, func(r *request, w store.WatchedRow) string { return r.SymptomList(w.Symptoms) }},
	{"answered", "", 17, sheet.Date, func(_ *request, w store.WatchedRow) string { return cellMoment(w.Answered) }},
	{"missed", "", 10, sheet.Number, func(_ *request, w store.WatchedRow) string { return strconv.Itoa(w.Missed) }},
	{"red", "", 17, sheet.Date, func(_ *request, w store.WatchedRow) string { return cellMoment(w.Red) }},
	{"owner", "", 22, sheet.Text, func(_ *request, w store.WatchedRow) string { return w.Taken }},
}

var tasksExport = exporter{
	name: "tasks", may: worksOnTasks,
	asked: func(func(string) string) (map[string]string, bool) { return map[string]string{}, true },
	words: func(*request, map[string]string) []string { return nil },
	heads: func(r *request) []sheet.Head { return headsOf(r, taskColumns) },
	count: countOf(nextTasks),
	next:  nextTasks,
}

func nextTasks(ctx context.Context, r *request, _ map[string]string, after string, n int) ([][]sheet.Cell, string, error) {
	at := parseCursor(after)
	list, err := r.s.Store.Tasks(ctx, *r.Officer, taskScope(*r.Officer), store.OpenTask{ID: at.ID, Due: time.UnixMilli(at.At)}, n+1)
	next := ""
	if len(list) > n {
		list = list[:n]
		next = cursorText(store.Cursor{At: list[n-1].Due.UnixMilli(), ID: list[n-1].ID})
	}
	return cellsOf(r, taskColumns, list), next, err
}

var taskColumns = []column[store.OpenTask]{
	{"task", "", 30, sheet.Text, func(r *request, t store.OpenTask) string { return r.TaskKind(t.Kind) }},
	{"note", "", 30, sheet.Text, func(r *request, t store.OpenTask) string { return r.TaskNote(t) }},
	{"area", "", 34, sheet.Text, func(r *request, t store.OpenTask) string { return r.Area(t.Area) }},
	{"due", "", 17, sheet.Date, func(_ *request, t store.OpenTask) string { return cellMoment(t.Due) }},
	{"opened", "", 17, sheet.Date, func(_ *request, t store.OpenTask) string { return cellMoment(t.Opened) }},
	{"attempts", "", 10, sheet.Number, func(_ *request, t store.OpenTask) string { return strconv.Itoa(t.Attempts) }},
	{"owner", "", 22, sheet.Text, func(_ *request, t store.OpenTask) string { return t.Taken }},
}

// exportForm is what the button of a list sends.
type exportForm struct {
	List   string
	Hidden map[string]string
}

// ExportOf makes the form of a list's button from pairs of a field and its value.
func (r *request) ExportOf(list string, pairs ...string) exportForm {
	f := exportForm{List: list, Hidden: map[string]string{}}
	for i := 0; i+1 < len(pairs); i += 2 {
		f.Hidden[pairs[i]] = pairs[i+1]
	}
	return f
}

// Export is the form of the button of this list of declarations.
func (f filterForm) Export() exportForm {
	form := exportForm{List: "declarations", Hidden: map[string]string{}}
	for key, values := range f.Values() {
		form.Hidden[key] = values[0]
	}
	if f.Name != "" {
		form.Hidden["name"] = f.Name
	}
	return form
}
