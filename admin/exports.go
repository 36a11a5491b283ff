package admin

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/sheet"
	"khaibao/core/store"
)

const exportsPath = "/admin/exports"

// exportRoutes are the pages of lists as files.
func (s *Server) exportRoutes() []route {
	return []route{
		{pattern: "GET /admin/exports", may: exports, handle: s.showExports},
		{pattern: "POST /admin/exports", may: exports, handle: s.addExport},
		{pattern: "GET /admin/exports/{id}", may: exports, handle: s.showExport},
		{pattern: "POST /admin/exports/{id}", may: exports, handle: s.changeExport},
		{pattern: "GET /admin/exports/{id}/file", may: exports, handle: s.downloadExport},
	}
}

// exports is for who sees a list that may be taken out.
func exports(o *duty.Officer) bool {
	return slices.ContainsFunc(exporters, func(x exporter) bool { return x.may(o) })
}

// MayExport tells whether the officer takes lists out at all.
func (r *request) MayExport() bool { return exports(r.Officer) }

// An exporter is a list that may be taken out as a file: what its columns are
// for an officer, and the next rows behind a place in it. A list offers itself
// by one line of exporters and the button of sheet.html.
type exporter struct {
	name  string // as in admin.sheet.list.NAME
	may   rule
	named bool // its rows name people
	// asked reads the filters of the form; not ok when one cannot be read.
	asked func(get func(string) string) (asked map[string]string, ok bool)
	words func(r *request, asked map[string]string) []string // the filters, a line each
	heads func(r *request) []sheet.Head
	count func(ctx context.Context, r *request, asked map[string]string, most int) (int, error) // most at most
	next  func(ctx context.Context, r *request, asked map[string]string, after string, n int) (rows [][]sheet.Cell, next string, err error)
}

var exporters = []exporter{declarationsExport, arrivalsExport, triageExport, watchExport, tasksExport}

func exporterOf(name string) (exporter, bool) {
	at := slices.IndexFunc(exporters, func(x exporter) bool { return x.name == name })
	if at < 0 {
		return exporter{}, false
	}
	return exporters[at], true
}

// column is a column of an exporter: who sees it, and what stands in it.
type column[T any] struct {
	key   string     // as in admin.sheet.col.KEY
	group duty.Group // that the officer must see of people in the own area; "" for all who see the list
	width float64
	kind  sheet.Kind
	value func(r *request, row T) string
}

// cut leaves the columns that a duty sees.
func cut[T any](d duty.Duty, all []column[T]) []column[T] {
	return slices.DeleteFunc(slices.Clone(all), func(c column[T]) bool { return c.group != "" && duty.May(d, duty.InArea, c.group) != duty.Yes })
}

func headsOf[T any](r *request, all []column[T]) []sheet.Head {
	var heads []sheet.Head
	for _, c := range cut(r.Officer.Duty, all) {
		heads = append(heads, sheet.Head{Title: r.T("admin.sheet.col." + c.key), Width: c.width, Kind: c.kind})
	}
	return heads
}

func cellsOf[T any](r *request, all []column[T], rows []T) [][]sheet.Cell {
	shown := cut(r.Officer.Duty, all)
	out := make([][]sheet.Cell, len(rows))
	for i, row := range rows {
		out[i] = make([]sheet.Cell, len(shown))
		for j, c := range shown {
			if text := c.value(r, row); text != "" {
				out[i][j] = sheet.Cell{Kind: c.kind, Text: text}
			}
		}
	}
	return out
}

// moment is a time as a cell of the kind Date takes it.
func cellMoment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(core.Zone).Format("2006-01-02 15:04")
}

// Once is a random key for a form, so that one sent twice does its work once.
func (r *request) Once() string { return core.NewID() }

// addExport has a file made of the list that a page shows.
func (s *Server) addExport(r *request) (string, any, error) {
	if err := parseForm(r); err != nil {
		return "", nil, err
	}
	x, ok := exporterOf(r.PostFormValue("list"))
	if !ok || !x.may(r.Officer) {
		return "", nil, core.ErrNotFound
	}
	asked, ok := x.asked(r.PostFormValue)
	if !ok || len(r.PostFormValue("once")) > 64 || r.PostFormValue("once") == "" {
		return "", nil, refusal{http.StatusUnprocessableEntity, "admin.error.form"}
	}
	asked["lang"] = r.Lang
	total, err := x.count(r.Context(), r, asked, store.ConfirmedFrom+1)
	if err != nil {
		return "", nil, err
	}
	frame, err := sheet.Frame(s.exportPage(r, x, asked))
	if err != nil {
		return "", nil, err
	}
	masked := duty.May(r.Officer.Duty, duty.InArea, duty.Lists) == duty.Masked
	id, err := s.Store.AddExport(r.Context(), *r.Officer, r.At, r.PostFormValue("once"), x.name, asked, frame, total, x.named && !masked)
	if err != nil {
		return "", nil, err
	}
	return "", nil, redirect(exportsPath + "/" + id)
}

// exportPage is the sheet of a list without its rows: what it is, who asked when,
// by which filters.
func (s *Server) exportPage(r *request, x exporter, asked map[string]string) sheet.Page {
	title := r.T("admin.sheet.list." + x.name)
	above := []string{title + " – " + r.Area(r.Officer.Area), r.T("admin.sheet.by", "name", r.Officer.Name, "duty", r.Duty(r.Officer.Duty), "at", r.At.In(core.Zone).Format("15:04 02/01/2006"))}
	return sheet.Page{Name: title, Above: append(above, x.words(r, asked)...), Heads: x.heads(r)}
}

// exportStep is how many rows one step of an export reads.
const exportStep = 1000

// ExportStep makes the next rows of a file; it is a jobs.Step. The officer is
// read anew: who lost the right to the list gets no further row of it.
func (s *Server) ExportStep(ctx context.Context, now, until time.Time, j core.Job) (core.Job, error) {
	e, err := s.Store.ExportOfJob(ctx, j)
	if err != nil {
		return j, err
	}
	x, ok := exporterOf(e.List)
	if !ok || e.Officer.Disabled || !x.may(&e.Officer) || e.Officer.Area != e.Job.Area {
		j.Error, j.Ended = "not allowed", now
		return s.Store.KeepExport(ctx, until, j, nil, 0)
	}
	r := &request{Request: new(http.Request).WithContext(ctx), s: s, Officer: &e.Officer, Lang: e.Asked["lang"], At: now}
	if j.Done == 0 && j.Total > store.ConfirmedFrom { // not counted to its end before
		if j.Total, err = x.count(ctx, r, e.Asked, store.MaxExport); err != nil {
			return j, err
		}
	}
	rows, next, err := x.next(ctx, r, e.Asked, j.Cursor, min(exportStep, store.MaxExport-j.Done))
	if errors.Is(err, core.ErrNotFound) { // the area is another's by now
		j.Error, j.Ended = "not allowed", now
		return s.Store.KeepExport(ctx, until, j, nil, 0)
	}
	if err != nil {
		return j, err
	}
	first := s.exportPage(r, x, e.Asked).First() + j.Done
	piece := sheet.AppendRows(nil, first, rows)
	j.Done += len(rows)
	j.Total = max(j.Total, j.Done)
	if j.Cursor = next; next == "" || j.Done >= store.MaxExport {
		j.Ended, j.Total = now, j.Done
		last := r.T("admin.sheet.end", "n", thousands(j.Done))
		if next != "" {
			last = r.T("admin.sheet.cut", "n", thousands(j.Done))
		}
		piece = append(piece, sheet.AppendRows(nil, first+len(rows)+1, [][]sheet.Cell{{{Kind: sheet.Text, Text: last}}})...)
	}
	return s.Store.KeepExport(ctx, until, j, piece, len(rows))
}

// exportView is one export as a page shows it.
type exportView struct {
	store.Export
	jobView
	Words []string // its filters
	Mine  bool
	Own   bool // it was tried to confirm one's own
}

// State is how it stands, as part of a locale key.
func (e exportView) State() string {
	switch {
	case e.Gone:
		return "gone"
	case e.Waits():
		return "confirm"
	}
	return e.jobView.State()
}

func (r *request) viewExport(e store.Export) exportView {
	v := exportView{Export: e, jobView: viewJob(e.Job), Mine: e.Officer.ID == r.Officer.ID}
	if x, ok := exporterOf(e.List); ok {
		v.Words = x.words(r, e.Asked)
	}
	return v
}

type exportsPage struct{ Mine, Others []exportView }

// exportsShown is how many exports one page lists.
const exportsShown = 50

func (s *Server) showExports(r *request) (string, any, error) {
	mine, err := s.Store.Exports(r.Context(), *r.Officer, exportsShown)
	if err != nil {
		return "", nil, err
	}
	others, err := s.Store.ExportsToConfirm(r.Context(), *r.Officer, r.Officer.ListScope(), exportsShown)
	if err != nil {
		return "", nil, err
	}
	var page exportsPage
	for _, e := range mine {
		page.Mine = append(page.Mine, r.viewExport(e))
	}
	for _, e := range others {
		page.Others = append(page.Others, r.viewExport(e))
	}
	return "exports.html", page, nil
}

func (s *Server) showExport(r *request) (string, any, error) {
	e, err := s.Store.Export(r.Context(), *r.Officer, r.PathValue("id"))
	if err != nil {
		return "", nil, err
	}
	return "export.html", r.viewExport(e), nil
}

func (s *Server) changeExport(r *request) (string, any, error) {
	if err := parseForm(r); err != nil {
		return "", nil, err
	}
	id := r.PathValue("id")
	var err error
	switch r.PostFormValue("do") {
	case "confirm":
		err = s.Store.ConfirmExport(r.Context(), *r.Officer, r.At, id)
		if errors.Is(err, store.ErrOwnExport) {
			e, err := s.Store.Export(r.Context(), *r.Officer, id)
			if err != nil {
				return "", nil, err
			}
			v := r.viewExport(e)
			v.Own = true
			return "export.html", v, status(http.StatusConflict)
		}
		if err == nil {
			return "", nil, redirect(exportsPath)
		}
	case "cancel":
		err = s.Store.CancelExport(r.Context(), *r.Officer, r.At, id)
	default:
		err = core.ErrNotFound
	}
	if err != nil {
		return "", nil, err
	}
	return "", nil, redirect(exportsPath + "/" + id)
}

// downloadExport gives a file out.
func (s *Server) downloadExport(r *request) (string, any, error) {
	id := r.PathValue("id")
	e, err := s.Store.Export(r.Context(), *r.Officer, id)
	if err != nil {
		return "", nil, err
	}
	look := store.Look{Officer: *r.Officer, Screen: "export", At: r.At}
	_, frame, pieces, err := s.Store.OpenExport(r.Context(), look, id, askedText(e.Asked))
	if err != nil {
		return "", nil, err
	}
	var file bytes.Buffer
	if err := sheet.Assemble(&file, frame, pieces); err != nil {
		return "", nil, err
	}
	r.header.Set("Content-Disposition", `attachment; filename="`+e.List+"-"+e.Job.Made.In(core.Zone).Format("20060102-1504")+`.xlsx"`)
	return "", raw{sheet.MIME, file.Bytes()}, nil
}

// askedText is by which filters, for the log: of a name only that one was given.
func askedText(asked map[string]string) string {
	text := ""
	for _, key := range slices.Sorted(maps.Keys(asked)) {
		switch value := asked[key]; {
		case value == "" || key == "lang":
		case key == "name":
			text += "name "
		default:
			text += key + "=" + value + " "
		}
	}
	return text
}

// countOf counts a list that is short by reading it.
func countOf(next func(ctx context.Context, r *request, asked map[string]string, after string, n int) ([][]sheet.Cell, string, error)) func(context.Context, *request, map[string]string, int) (int, error) {
	return func(ctx context.Context, r *request, asked map[string]string, most int) (int, error) {
		rows, _, err := next(ctx, r, asked, "", most)
		return len(rows), err
	}
}

func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
