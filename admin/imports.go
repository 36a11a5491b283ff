package admin

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/sheet"
	"khaibao/core/store"
	"khaibao/flows"
)

const importsPath = "/admin/imports"

// A list may have so many rows and so many megabytes; a larger file is taken in
// as far as maxSent and refused in words.
const (
	maxImportRows = 20_000
	maxImportMB   = 10
	maxSent       = 64 << 20
)

// importRoutes are the pages on which lists of declarations are brought (O3).
func (s *Server) importRoutes() []route {
	return []route{
		{pattern: "GET /admin/imports", may: may(duty.Enter), handle: s.showImports},
		{pattern: "POST /admin/imports", may: may(duty.Enter), body: maxSent, handle: s.addImport},
		{pattern: "GET /admin/imports/template", may: may(duty.Enter), handle: s.importTemplate},
		{pattern: "GET /admin/imports/{id}", may: may(duty.Enter), handle: s.showImport},
		{pattern: "POST /admin/imports/{id}", may: may(duty.Enter), handle: s.changeImport},
		{pattern: "GET /admin/imports/{id}/errors", may: may(duty.Enter), handle: s.importErrors},
	}
}

// ImportSteps are the steps of the jobs of a list, by their kinds.
func (s *Server) ImportSteps() map[string]func(ctx context.Context, now, until time.Time, j core.Job) (core.Job, error) {
	return map[string]func(ctx context.Context, now, until time.Time, j core.Job) (core.Job, error){
		store.JobImportRead: s.importRead, store.JobImportKeep: s.importKeep, store.JobImportUndo: s.Store.ImportUndoStep}
}

type importsPage struct {
	List                   []store.Import
	Error                  string // locale key of why a file was not taken
	Missing                string // columns that are not there
	MB, Rows               string
	Same                   *store.Import // the file was brought before
	Once, Again, FileNamed string
}

func (s *Server) showImports(r *request) (string, any, error) { return s.importsPage(r, importsPage{}) }

func (s *Server) importsPage(r *request, p importsPage) (string, any, error) {
	var err error
	p.List, err = s.Store.Imports(r.Context(), *r.Officer, exportsShown)
	p.Once, p.MB, p.Rows = core.NewID(), strconv.Itoa(maxImportMB), thousands(maxImportRows)
	if err == nil && p.Error != "" {
		return "imports.html", p, status(http.StatusUnprocessableEntity)
	}
	return "imports.html", p, err
}

// addImport takes a file in: its rows are read by a job.
func (s *Server) addImport(r *request) (string, any, error) {
	file, form, err := readUpload(r, "file", maxImportMB<<20)
	if err != nil {
		return "", nil, err
	}
	if form["once"] == "" || len(form["once"]) > 64 {
		return "", nil, refusal{http.StatusBadRequest, "admin.error.form"}
	}
	if len(file) == 0 {
		return s.importsPage(r, importsPage{Error: "admin.sheet.error.empty"})
	}
	sum := sha256.Sum256(file)
	digest := hex.EncodeToString(sum[:])
	head, rows, err := readList(file)
	var bad *sheet.Error
	if errors.As(err, &bad) {
		return s.importsPage(r, importsPage{Error: "admin.sheet.error." + string(bad.Reason), Missing: r.columnNames(bad.Missing)})
	}
	if err != nil {
		return "", nil, err
	}
	if len(rows) == 0 {
		return s.importsPage(r, importsPage{Error: "admin.sheet.error.empty"})
	}
	if same, err := s.Store.SameImport(r.Context(), *r.Officer, digest); err == nil && form["again"] != "1" {
		return s.importsPage(r, importsPage{Error: "admin.sheet.error.same", Same: &same})
	} else if err != nil && !errors.Is(err, core.ErrNotFound) {
		return "", nil, err
	}
	id, err := s.Store.AddImport(r.Context(), *r.Officer, r.At, form["once"], flows.Resident.ID, r.Lang, digest, head, rows)
	if err != nil {
		return "", nil, err
	}
	return "", nil, redirect(importsPath + "/" + id)
}

// readList reads the rows of a file that hold anything but the example.
func readList(file []byte) (head store.ImportHead, rows []store.ImportRow, err error) {
	tab, err := sheet.Read(bytes.NewReader(file), int64(len(file)), sheet.Limits{Bytes: maxImportMB << 20, Rows: maxImportRows + 100, Columns: 100})
	if err != nil {
		return head, nil, err
	}
	columns := flows.SheetColumns()
	at, err := tab.Find(columns)
	if err != nil {
		return head, nil, err
	}
	head = store.ImportHead{Sheet: tab.Sheet, Others: tab.Others, Headers: tab.Header, Columns: make([]string, len(tab.Header))}
	for i, c := range columns {
		if at[i] >= 0 {
			head.Columns[at[i]] = c.Key
		}
	}
	for i, cells := range tab.Rows {
		row := store.ImportRow{N: tab.Numbers[i], Texts: make([]string, len(tab.Header))}
		said := false
		for j := range tab.Header {
			key := head.Columns[j]
			row.Texts[j] = cellText(cells[j], key)
			if key != "" && row.Texts[j] != "" {
				said = true
			}
			if cells[j].Merged && (key == "full_name" || key == "id_number" || key == "birth") {
				row.Joined = append(row.Joined, j)
			}
		}
		if said {
			rows = append(rows, row)
		}
	}
	if len(rows) > maxImportRows {
		return head, nil, &sheet.Error{Reason: sheet.TooManyRows, Limit: maxImportRows}
	}
	return head, rows, nil
}

// cellText is a cell as one would type it: zeros that Excel dropped are put back,
// a day is a day.
func cellText(c sheet.Cell, key string) string {
	switch {
	case c.Kind == sheet.Date && len(c.Text) >= len(time.DateOnly):
		return core.Day(c.Text[:len(time.DateOnly)]).Local()
	case key == "phone":
		text, _ := c.Padded(10)
		return text
	case key == "id_number":
		text, _ := c.Padded(9, 12)
		return text
	}
	return c.Text
}

func (r *request) columnNames(keys []string) string {
	names := make([]string, len(keys))
	for i, key := range keys {
		names[i] = r.T("admin.sheet.in." + key)
	}
	return strings.Join(names, ", ")
}

// fault is what is wrong with one cell of a row.
type fault struct {
	Column string `json:"c"` // its header; "" for the whole row
	Say    string `json:"s"`
}

func faultsText(list []fault) string {
	text, _ := json.Marshal(list) // strings always marshal
	return string(text)
}

func readFaults(why string) (list []fault) {
	if why != "" && json.Unmarshal([]byte(why), &list) != nil {
		return nil
	}
	return list
}

// readRow reads one row as the page of its form would, and says what is wrong.
func (r *request) readRow(head store.ImportHead, e flows.Event, row store.ImportRow) (*flows.Page, []fault) {
	cells := make(map[string]string)
	header := make(map[string]string)
	for i, key := range head.Columns {
		if key != "" && i < len(row.Texts) {
			cells[key], header[key] = row.Texts[i], head.Headers[i]
		}
	}
	page := flows.ReadPage(&flows.Resident, e, flows.TypedRow(cells))
	var faults []fault
	for _, f := range page.Faults() {
		name := header[f.ID]
		if name == "" {
			name = r.T(f.Label)
		}
		faults = append(faults, fault{name, flows.RenderPage(r.s.Words, f.Say, r.Lang)})
	}
	for _, i := range row.Joined {
		faults = append(faults, fault{head.Headers[i], r.T("admin.sheet.joined")})
	}
	return page, faults
}

// Rows of one step of a job: as many as take some tenths of a second.
const (
	readBatch = 100
	keepBatch = 50
)

// importJob is what a step of a list works with; nil where nothing is to be done
// any more, with the job that says so.
func (s *Server) importJob(ctx context.Context, now time.Time, j core.Job) (i store.Import, r *request, e flows.Event, err error) {
	if i, err = s.Store.ImportOfJob(ctx, j); err != nil {
		return i, nil, e, err
	}
	o, err := s.Store.Officer(ctx, j.OfficerID)
	if err == nil && o.Area != j.Area {
		err = core.ErrNotFound
	}
	if err != nil {
		return i, nil, e, err
	}
	r = &request{s: s, Officer: &o, Lang: i.Lang, At: now}
	e, err = s.Dispatcher.PageEvent(ctx, store.Look{Officer: o, Screen: "import", At: now}, i.Lang)
	return i, r, e, err
}

// importRead reads the next rows of a list; it is a jobs.Step.
func (s *Server) importRead(ctx context.Context, now, until time.Time, j core.Job) (core.Job, error) {
	i, r, e, err := s.importJob(ctx, now, j)
	if err != nil && !errors.Is(err, core.ErrNotFound) {
		return j, err
	}
	if r == nil {
		j.Error, j.Ended = "not allowed", now
		return s.Store.KeepRead(ctx, until, j, nil, nil)
	}
	after, _ := strconv.Atoi(j.Cursor)
	rows, err := s.Store.ImportRows(ctx, i.ID, "all", after, readBatch)
	if err != nil {
		return j, err
	}
	read := make([]store.RowRead, len(rows))
	for k, row := range rows {
		page, faults := r.readRow(i.Head, e, row)
		read[k] = store.RowRead{N: row.N, Paper: page.Paper()}
		if len(faults) > 0 {
			read[k].Why = faultsText(faults)
		}
		j.Cursor = strconv.Itoa(row.N)
	}
	if j.Done += len(rows); len(rows) < readBatch {
		j.Ended = now
	}
	paper := r.T("admin.sheet.in.id_number")
	return s.Store.KeepRead(ctx, until, j, read, func(n int) string {
		return faultsText([]fault{{paper, r.T("admin.sheet.twin", "n", strconv.Itoa(n))}})
	})
}

// importKeep stores the next good rows of a list; it is a jobs.Step. A row that
// cannot be stored again and again is held for wrong, so that it keeps nobody
// behind it waiting.
func (s *Server) importKeep(ctx context.Context, now, until time.Time, j core.Job) (core.Job, error) {
	i, r, e, err := s.importJob(ctx, now, j)
	if err != nil && !errors.Is(err, core.ErrNotFound) {
		return j, err
	}
	if r == nil || !r.Officer.MayDo(duty.Enter) {
		j.Error, j.Ended = "not allowed", now
		return s.Dispatcher.KeepRows(ctx, now, until, j, duty.Officer{}, nil)
	}
	batch := keepBatch
	if j.Failures > 0 {
		batch = 1
	}
	after, _ := strconv.Atoi(j.Cursor)
	rows, err := s.Store.ImportRows(ctx, i.ID, "good", after, batch)
	if err != nil {
		return j, err
	}
	keep := make([]flows.RowSaid, len(rows))
	for k, row := range rows {
		page, faults := r.readRow(i.Head, e, row)
		switch keep[k].N = row.N; {
		case j.Failures >= 4:
			keep[k].Why = faultsText([]fault{{"", r.T("admin.sheet.unstored")}})
		case len(faults) > 0: // read on another day
			keep[k].Why = faultsText(faults)
		default:
			keep[k].Said = page.Declare()
		}
		j.Cursor = strconv.Itoa(row.N)
	}
	if j.Done += len(rows); len(rows) < batch {
		j.Ended = now
	}
	return s.Dispatcher.KeepRows(ctx, now, until, j, *r.Officer, keep)
}
